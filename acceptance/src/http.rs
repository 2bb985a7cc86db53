//! HTTP/1.1 as it is on the wire.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::patience::{Deadline, PATIENCE};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, in their order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Response {
    /// The value of a header; its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A connection of which nothing takes longer than it may.
pub fn dial(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)
        .unwrap_or_else(|error| panic!("{address} cannot be reached: {error}"));
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends bytes on a connection of their own and reads the answer; `None` when the server closes without one.
pub fn exchange(address: SocketAddr, request: &[u8]) -> Option<Response> {
    let mut stream = dial(address);
    // A server that refuses early need not take the rest.
    let _refused = stream.write_all(request);
    receive(&mut stream)
}

/// A GET.
pub fn get(address: SocketAddr, path: &str) -> Response {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let answer = exchange(address, request.as_bytes());
    answer.unwrap_or_else(|| panic!("GET {path} was expected to be answered; the connection was closed"))
}

/// A POST of JSON to the server API.
pub fn post(address: SocketAddr, path: &str, key: &str, body: &str) -> Response {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nX-API-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(address, request.as_bytes());
    answer.unwrap_or_else(|| panic!("POST {path} was expected to be answered; the connection was closed"))
}

/// Reads one answer; `None` when the connection ends before its head is whole.
///
/// # Panics
/// When the answer is not HTTP, or takes too long.
pub fn receive(stream: &mut TcpStream) -> Option<Response> {
    let deadline = Deadline::of_patience();
    let mut bytes = Vec::new();
    loop {
        if let Some((mut response, head)) = parse(&bytes) {
            let length = response.header("content-length").map(|length| length.parse::<usize>().unwrap());
            let is_bodiless = response.status == 101;
            while !is_bodiless && length.is_none_or(|length| bytes.len() < head + length) {
                if read_some(stream, &mut bytes, deadline) == 0 {
                    break;
                }
            }
            response.body = String::from_utf8_lossy(&bytes[head..]).into_owned();
            return Some(response);
        }
        if read_some(stream, &mut bytes, deadline) == 0 {
            let text = String::from_utf8_lossy(&bytes);
            assert!(bytes.is_empty(), "expected an answer or nothing; the connection ended after {text:?}");
            return None;
        }
    }
}

/// Reads what there is. 0: the connection has ended.
fn read_some(stream: &mut TcpStream, bytes: &mut Vec<u8>, deadline: Deadline) -> usize {
    let left =
        deadline.left().unwrap_or_else(|| panic!("no whole answer came in {PATIENCE:?}; so far: {bytes:?}"));
    stream.set_read_timeout(Some(left)).unwrap();
    let mut buffer = [0; 4096];
    match stream.read(&mut buffer) {
        Ok(read) => {
            bytes.extend_from_slice(&buffer[..read]);
            read
        }
        Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
        Err(error) => panic!("an answer was expected; after {} bytes came: {error}", bytes.len()),
    }
}

/// The head, when it is whole, and its length.
fn parse(bytes: &[u8]) -> Option<(Response, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut headers);
    let parsing = parsed.parse(bytes);
    let status = parsing
        .unwrap_or_else(|error| panic!("expected HTTP; {error} in {:?}", String::from_utf8_lossy(bytes)));
    let httparse::Status::Complete(length) = status else { return None };
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = parsed.headers.iter().map(|header| (header.name.into(), text(header.value))).collect();
    Some((Response { status: parsed.code?, headers, body: String::new() }, length))
}
