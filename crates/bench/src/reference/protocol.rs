//! What is said to the bare epoll server, and what it answers: HTTP publish calls, the Centrifuge protocol in
//! JSON, and the signal door's messages.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::generator::{upgrade, wire};

/// More header fields than this are refused.
const MOST_HEADERS: usize = 32;

/// How a peer speaks now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Speech {
    /// Requests of the HTTP API, or an upgrade.
    Http,
    /// WebSocket frames.
    WebSocket,
}

/// What a peer asked for.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Request {
    /// Nothing but an answer.
    Answer(Vec<u8>),
    /// Publications of this channel from now on.
    Subscribe {
        /// The channel's name.
        channel: String,
        /// To be sent when it is done.
        answer: Vec<u8>,
    },
    /// Messages for this peer from now on.
    Register {
        /// The peer's id.
        id: String,
        /// To be sent when it is done.
        answer: Vec<u8>,
    },
    /// To hand a message to another peer.
    Relay {
        /// That peer's id.
        to: String,
        /// The whole WebSocket frame.
        message: Vec<u8>,
    },
    /// To deliver publications.
    Publish {
        /// Channel and whole WebSocket frame of each, in order.
        publications: Vec<(String, Vec<u8>)>,
        /// To be sent when it is done.
        answer: Vec<u8>,
    },
}

/// The bytes that one request took, how the peer speaks from then on, and what it asked for, if anything.
type Step = (usize, Speech, Option<Request>);

/// Takes one request from the beginning of `bytes`: `None` while it is not whole, an error if it is not understood.
pub(super) fn step(speech: Speech, bytes: &[u8]) -> Option<Result<Step, ()>> {
    match speech {
        Speech::Http => http(bytes),
        Speech::WebSocket => websocket(bytes),
    }
    .transpose()
}

fn http(bytes: &[u8]) -> Result<Option<Step>, ()> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(start) = request.parse(bytes).map_err(drop)? else { return Ok(None) };
    let header = |name: &str| {
        let found = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    if let Some(key) = header("sec-websocket-key") {
        let accept = upgrade::accept(key);
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        return Ok(Some((start, Speech::WebSocket, Some(Request::Answer(answer.into_bytes())))));
    }
    let length: usize = header("content-length").and_then(|length| length.parse().ok()).ok_or(())?;
    let Some(body) = bytes.get(start..start + length) else { return Ok(None) };
    let request = match request.path {
        Some("/api/publish") => publish(body)?,
        Some("/api/batch") => batch(body)?,
        _ => return Err(()),
    };
    Ok(Some((start + length, Speech::Http, Some(request))))
}

#[derive(Deserialize)]
struct Publication<'a> {
    channel: String,
    #[serde(borrow)]
    data: &'a RawValue,
}

fn publish(body: &[u8]) -> Result<Request, ()> {
    let publication: Publication<'_> = serde_json::from_slice(body).map_err(drop)?;
    Ok(Request::Publish { publications: vec![encoded(publication)], answer: json_answer(r#"{"result":{}}"#) })
}

fn batch(body: &[u8]) -> Result<Request, ()> {
    #[derive(Deserialize)]
    struct Batch<'a> {
        #[serde(borrow)]
        commands: Vec<Command<'a>>,
    }
    #[derive(Deserialize)]
    struct Command<'a> {
        #[serde(borrow)]
        publish: Publication<'a>,
    }
    let batch: Batch<'_> = serde_json::from_slice(body).map_err(drop)?;
    let replies = vec![r#"{"publish":{}}"#; batch.commands.len()].join(",");
    let publications = batch.commands.into_iter().map(|command| encoded(command.publish)).collect();
    Ok(Request::Publish { publications, answer: json_answer(&format!(r#"{{"replies":[{replies}]}}"#)) })
}

/// The publication's channel, and the frame that all its subscribers get.
fn encoded(publication: Publication<'_>) -> (String, Vec<u8>) {
    let Publication { channel, data } = publication;
    let name = serde_json::Value::from(channel.as_str());
    let push = format!(r#"{{"push":{{"channel":{name},"pub":{{"data":{data}}}}}}}"#);
    (channel, wire::server_frame(wire::TEXT, push.as_bytes()))
}

fn json_answer(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn websocket(bytes: &[u8]) -> Result<Option<Step>, ()> {
    let Some(frame) = wire::frame(bytes).map_err(drop)? else { return Ok(None) };
    let mut payload = bytes[frame.start..frame.end].to_vec();
    wire::apply_mask(&mut payload, frame.mask.ok_or(())?);
    match frame.opcode {
        wire::TEXT => Ok(Some((frame.end, Speech::WebSocket, Some(command(&payload)?)))),
        wire::CLOSE => Err(()),
        _ => Ok(Some((frame.end, Speech::WebSocket, None))),
    }
}

fn command(payload: &[u8]) -> Result<Request, ()> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Command {
        Subscribe {
            id: u32,
            subscribe: Subscribe,
        },
        Connect {
            id: u32,
        },
        Relay {
            to: String,
        },
        #[serde(rename_all = "camelCase")]
        Register {
            node_id: String,
        },
    }
    #[derive(Deserialize)]
    struct Subscribe {
        channel: String,
    }
    let answer = |body: &str| wire::server_frame(wire::TEXT, body.as_bytes());
    Ok(match serde_json::from_slice(payload).map_err(drop)? {
        Command::Subscribe { id, subscribe: Subscribe { channel } } => {
            Request::Subscribe { channel, answer: answer(&format!(r#"{{"id":{id},"subscribe":{{}}}}"#)) }
        }
        Command::Connect { id } => Request::Answer(answer(&format!(
            r#"{{"id":{id},"connect":{{"client":"{id}","version":"reference"}}}}"#
        ))),
        Command::Relay { to } => Request::Relay { to, message: wire::server_frame(wire::TEXT, payload) },
        Command::Register { node_id: id } => {
            Request::Register { id, answer: answer(r#"{"type":"peer-list","peers":[]}"#) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(path: &str, body: &str) -> Vec<u8> {
        format!("POST {path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[test]
    fn a_publish_call_becomes_a_whole_frame() {
        let bytes = post("/api/publish", r#"{"channel":"c","data":{"a": 1}}"#);
        let (used, speech, request) = step(Speech::Http, &bytes).unwrap().unwrap();
        assert_eq!((used, speech), (bytes.len(), Speech::Http));
        let Some(Request::Publish { publications, .. }) = request else { panic!("{request:?}") };
        let push = br#"{"push":{"channel":"c","pub":{"data":{"a": 1}}}}"#;
        assert_eq!(publications, [("c".to_owned(), wire::server_frame(wire::TEXT, push))]);
    }

    #[test]
    fn a_batch_keeps_its_order() {
        let body =
            r#"{"commands":[{"publish":{"channel":"a","data":1}},{"publish":{"channel":"b","data":2}}]}"#;
        let (_, _, request) = step(Speech::Http, &post("/api/batch", body)).unwrap().unwrap();
        let Some(Request::Publish { publications, .. }) = request else { panic!("{request:?}") };
        let channels: Vec<&str> = publications.iter().map(|(channel, _)| channel.as_str()).collect();
        assert_eq!(channels, ["a", "b"]);
    }

    #[test]
    fn a_message_is_relayed_as_it_is() {
        let ask = |text: &str| {
            let bytes = wire::client_frame(wire::TEXT, text.as_bytes(), wire::MASK);
            step(Speech::WebSocket, &bytes).unwrap().unwrap().2.unwrap()
        };
        let message = r#"{"type":"offer","to":"b","sdp":{"a": 1}}"#;
        let frame = wire::server_frame(wire::TEXT, message.as_bytes());
        assert_eq!(ask(message), Request::Relay { to: "b".to_owned(), message: frame });
        let Request::Register { id, .. } = ask(r#"{"type":"register","nodeId":"a"}"#) else { panic!() };
        assert_eq!(id, "a");
    }

    #[test]
    fn a_request_is_not_taken_before_it_is_whole() {
        let bytes = post("/api/publish", r#"{"channel":"c","data":1}"#);
        assert!(step(Speech::Http, &bytes[..bytes.len() - 1]).is_none());
        assert!(step(Speech::WebSocket, &[0x81]).is_none());
    }

    #[test]
    fn what_is_not_understood_ends_the_connection() {
        assert!(step(Speech::Http, &post("/other", "{}")).unwrap().is_err());
        assert!(step(Speech::WebSocket, &wire::server_frame(wire::TEXT, b"{}")).unwrap().is_err());
        let nonsense = wire::client_frame(wire::TEXT, b"nonsense", [1, 2, 3, 4]);
        assert!(step(Speech::WebSocket, &nonsense).unwrap().is_err());
    }
}
