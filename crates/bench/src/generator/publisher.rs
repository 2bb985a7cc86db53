//! One kept-alive connection to the server's HTTP API.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use serde_json::value::RawValue;

use crate::failure::Failure;

/// More header fields than this are not expected in an answer.
const MOST_HEADERS: usize = 32;

/// Where and how publications are handed to the server.
pub(crate) struct Api {
    /// The API's key.
    pub(crate) key: String,
    /// The channel that is published to.
    pub(crate) channel: String,
}

impl Api {
    /// `POST /api/publish` with one publication; `data` is JSON.
    pub(crate) fn publish(&self, data: &str) -> Vec<u8> {
        self.post("/api/publish", &self.publication(data))
    }

    /// `POST /api/batch` with several publications in order.
    pub(crate) fn batch<'a>(&self, data: impl Iterator<Item = &'a str>) -> Vec<u8> {
        let commands: Vec<String> =
            data.map(|data| format!(r#"{{"publish":{}}}"#, self.publication(data))).collect();
        self.post("/api/batch", &format!(r#"{{"commands":[{}]}}"#, commands.join(",")))
    }

    fn publication(&self, data: &str) -> String {
        let channel = serde_json::Value::from(self.channel.as_str());
        format!(r#"{{"channel":{channel},"data":{data}}}"#)
    }

    fn post(&self, path: &str, body: &str) -> Vec<u8> {
        let Self { key, .. } = self;
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// A connection on which requests are sent, several at once if need be, and answered in order.
pub(crate) struct Publisher {
    stream: TcpStream,
    unfinished: Vec<u8>,
    unanswered: usize,
}

impl Publisher {
    /// Uses a connection that was just opened.
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, unfinished: Vec::new(), unanswered: 0 }
    }

    /// The socket to wait for.
    pub(crate) fn socket(&self) -> &TcpStream {
        &self.stream
    }

    /// How many requests still have no answer.
    pub(crate) fn unanswered(&self) -> usize {
        self.unanswered
    }

    /// Sends `count` requests that `bytes` holds, in one write.
    pub(crate) fn send(&mut self, bytes: &[u8], count: usize) -> crate::Result<()> {
        self.unanswered += count;
        self.stream
            .write_all(bytes)
            .map_err(|error| Failure::Server(format!("its HTTP API does not take a request: {error}")))
    }

    /// Reads once and checks the answers that came; returns their number.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> crate::Result<usize> {
        let count = match self.stream.read(buffer) {
            Ok(0) => return Err(Failure::Server("it closed an HTTP connection that was in use".to_owned())),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(0),
            Err(error) => return Err(Failure::Server(format!("an HTTP connection broke: {error}"))),
        };
        self.unfinished.extend_from_slice(&buffer[..count]);
        let (mut used, mut answers) = (0, 0);
        while let Some(length) = answer(&self.unfinished[used..]).map_err(Failure::Server)? {
            used += length;
            answers += 1;
        }
        self.unfinished.drain(..used);
        self.unanswered = self
            .unanswered
            .checked_sub(answers)
            .ok_or_else(|| Failure::Server("its HTTP API answered a request that was not made".to_owned()))?;
        Ok(answers)
    }
}

/// Length of the good answer at the beginning of `bytes`, `None` while it is not whole, or what is wrong with it.
fn answer(bytes: &[u8]) -> Result<Option<usize>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let start = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(format!("its HTTP API does not answer in HTTP: {error}")),
    };
    if response.code != Some(200) {
        return Err(format!("its HTTP API answered with status {}", response.code.unwrap_or(0)));
    }
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok())
        .ok_or("its HTTP API answered without Content-Length")?;
    let Some(body) = bytes.get(start..start + length) else { return Ok(None) };
    good_body(body)?;
    Ok(Some(start + length))
}

/// An answer with status 200 may still hold an error, at the top or in any reply of a batch.
fn good_body(body: &[u8]) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        error: Option<&'a RawValue>,
        #[serde(borrow, default)]
        replies: Vec<&'a RawValue>,
        #[serde(borrow)]
        result: Option<&'a RawValue>,
    }
    let parsed: Body<'_> = serde_json::from_slice(body)
        .map_err(|error| format!("its HTTP API answered what is not JSON: {error}"))?;
    let refused = parsed.replies.iter().find(|reply| reply.get().contains(r#""error""#));
    match (parsed.error.or(refused.copied()), parsed.result, parsed.replies.is_empty()) {
        (Some(error), _, _) => Err(format!("its HTTP API refused a publication: {}", error.get())),
        (None, None, true) => Err("its HTTP API answered without a result".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(status: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[test]
    fn two_answers_in_one_read_are_told_apart() {
        let mut bytes = http("200 OK", r#"{"result":{"offset":1}}"#);
        let first = bytes.len();
        bytes.extend(http("200 OK", r#"{"result":{}}"#));
        assert_eq!(answer(&bytes), Ok(Some(first)));
        assert_eq!(answer(&bytes[first..]), Ok(Some(bytes.len() - first)));
        assert_eq!(answer(&bytes[first..bytes.len() - 1]), Ok(None));
    }

    #[test]
    fn an_error_with_status_200_is_an_error() {
        assert!(answer(&http("200 OK", r#"{"error":{"code":102}}"#)).is_err());
        assert!(answer(&http("200 OK", r#"{"replies":[{"publish":{}},{"error":{"code":102}}]}"#)).is_err());
        assert!(answer(&http("200 OK", "{}")).is_err());
        assert!(answer(&http("401 Unauthorized", "")).is_err());
    }

    #[test]
    fn a_batch_carries_its_publications_in_order() {
        let api = Api { key: "k".to_owned(), channel: "news".to_owned() };
        let request = String::from_utf8(api.batch(["1", "2"].into_iter())).unwrap();
        let body: serde_json::Value =
            serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!(body["commands"][0]["publish"]["data"], 1);
        assert_eq!(body["commands"][1]["publish"]["channel"], "news");
    }
}
