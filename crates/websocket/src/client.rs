//! The client's side, for tests, simulations and the load generator: masked frames, a decoder of the server's frames,
//! and the upgrade as seen from here. The house itself never uses it.
//!
//! Masks and keys are arguments, so that a run can be repeated; a client that talks to proxies must draw them from a
//! good random source.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BufMut;

use crate::frame::{MAX_HEADER, Opcode, put_header};
use crate::{Decoder, encode, handshake, mask};

/// A decoder of a server's frames, with the longest message that is let in, in bytes.
pub fn decoder(max_message_size: u32) -> Decoder {
    Decoder::of_server_frames(max_message_size)
}

/// Appends one frame. `fin` is false for each part of a message but the last, and parts after the first have the
/// opcode [`Opcode::Continuation`]. Nothing is checked: a test may want to break the rules.
pub fn put_frame(fin: bool, opcode: Opcode, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
    out.reserve(MAX_HEADER + payload.len());
    put_header(fin, opcode, true, payload.len(), &mut *out);
    out.put_slice(&key);
    let start = out.len();
    out.put_slice(payload);
    mask::apply(&mut out[start..], key);
}

/// A text message in one frame.
pub fn text(payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    frame(Opcode::Text, payload, key)
}

/// A binary message in one frame.
pub fn binary(payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    frame(Opcode::Binary, payload, key)
}

/// A ping of at most 125 bytes.
pub fn ping(payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    frame(Opcode::Ping, payload, key)
}

/// A pong of at most 125 bytes.
pub fn pong(payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    frame(Opcode::Pong, payload, key)
}

/// A close frame; see [`encode::close`].
pub fn close(code: Option<u16>, reason: &str, key: [u8; 4]) -> Vec<u8> {
    frame(Opcode::Close, &encode::close_payload(code, reason), key)
}

fn frame(opcode: Opcode, payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    let mut out = Vec::new();
    put_frame(true, opcode, payload, key, &mut out);
    out
}

/// A request to upgrade: `target` is path and query, `headers` come on top (subprotocols, origin, authorisation).
pub fn request(host: &str, target: &str, key: [u8; 16], headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n",
        STANDARD.encode(key)
    );
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The server's answer to a request to upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// More bytes must be read first.
    Incomplete,
    /// The upgrade is done; frames begin at `size` of the bytes that were read.
    Accepted {
        /// What the server selected.
        subprotocol: Option<String>,
        /// Bytes of the answer.
        size: usize,
    },
    /// The server refused with this status.
    Refused(u16),
    /// Not HTTP, more than 64 headers, or an accept value that does not belong to the key.
    Invalid,
}

/// Reads the answer to [`request`] with the same key.
pub fn answer(read: &[u8], key: [u8; 16]) -> Answer {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let size = match response.parse(read) {
        Ok(httparse::Status::Complete(size)) => size,
        Ok(httparse::Status::Partial) => return Answer::Incomplete,
        Err(_) => return Answer::Invalid,
    };
    let find = |name: &str| response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    match response.code {
        Some(101) => {}
        Some(status) => return Answer::Refused(status),
        None => return Answer::Invalid,
    }
    let accept = handshake::accept(STANDARD.encode(key).as_bytes());
    if find("sec-websocket-accept").is_none_or(|header| header.value != accept.as_bytes()) {
        return Answer::Invalid;
    }
    let subprotocol =
        find("sec-websocket-protocol").map(|header| String::from_utf8_lossy(header.value).into_owned());
    Answer::Accepted { subprotocol, size }
}

#[cfg(test)]
mod tests {
    use super::{Answer, answer, decoder, request, text};
    use crate::handshake::{Refusal, check_httparse};
    use crate::{Event, Input, Violation, encode};

    const KEY: [u8; 16] = *b"the sample nonce";

    #[test]
    fn a_text_is_masked_as_the_rfc_shows_it() {
        let expected = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(text(b"Hello", [0x37, 0xfa, 0x21, 0x3d]), expected);
    }

    #[test]
    fn the_servers_frames_are_understood() {
        let mut bytes =
            [encode::text(b"one"), encode::ping(b""), encode::close(Some(3501), "bad request")].concat();
        let mut decoder = decoder(100);
        let mut input = Input::new(&mut bytes);
        assert_eq!(decoder.next(&mut input), Some(Event::Text(b"one")));
        assert_eq!(decoder.next(&mut input), Some(Event::Ping(b"")));
        assert_eq!(decoder.next(&mut input), Some(Event::Close { code: Some(3501), reason: "bad request" }));
    }

    #[test]
    fn a_masked_frame_of_a_server_is_a_violation() {
        let mut bytes = text(b"masked", [1, 2, 3, 4]);
        assert_eq!(decoder(100).next(&mut Input::new(&mut bytes)), Some(Event::Violation(Violation::Masked)));
    }

    #[test]
    fn a_request_is_accepted_by_the_servers_side_and_its_answer_by_this() {
        let bytes = request("localhost:8000", "/ws?x=1", KEY, &[("Sec-WebSocket-Protocol", "a, b")]);
        let mut headers = [httparse::EMPTY_HEADER; 16];
        let mut parsed = httparse::Request::new(&mut headers);
        assert!(parsed.parse(&bytes).unwrap().is_complete());
        assert_eq!(parsed.path, Some("/ws?x=1"));
        let upgrade = check_httparse(&parsed).unwrap();

        let mut response = Vec::new();
        upgrade.write_response(Some("b"), &[], &mut response);
        let size = response.len();
        response.extend(&encode::text(b"at once")[..]);
        assert_eq!(answer(&response, KEY), Answer::Accepted { subprotocol: Some("b".into()), size });
        assert_eq!(answer(&response[..size - 1], KEY), Answer::Incomplete);
        assert_eq!(answer(&response, [0; 16]), Answer::Invalid, "the accept value is for another key");
        assert_eq!(answer(b"\0\0", KEY), Answer::Invalid);
    }

    #[test]
    fn a_refusal_is_told_from_an_upgrade() {
        let mut response = Vec::new();
        Refusal::Version.write_response(&mut response);
        assert_eq!(answer(&response, KEY), Answer::Refused(426));
    }
}
