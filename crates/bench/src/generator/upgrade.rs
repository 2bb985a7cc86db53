//! The HTTP request that asks for a WebSocket, and the two sides' agreement on it.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A nonce by name; it need not vary, for no cache stands between the two ends.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// More header fields than this are no upgrade's answer.
const MOST_HEADERS: usize = 32;

/// The request for `path`, with or without a subprotocol.
pub(crate) fn request(path: &str, protocol: Option<&str>) -> Vec<u8> {
    let protocol = protocol.map_or_else(String::new, |name| format!("Sec-WebSocket-Protocol: {name}\r\n"));
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{protocol}\r\n"
    )
    .into_bytes()
}

/// What a server answers to a client's key.
pub(crate) fn accept(key: &str) -> String {
    let both = format!("{key}{GUID}");
    STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, both.as_bytes()))
}

/// Length of a good answer at the beginning of `bytes`, `None` while it is not whole, or what is wrong with it.
pub(crate) fn accepted(bytes: &[u8]) -> Result<Option<usize>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(format!("its answer to an upgrade is not HTTP: {error}")),
    };
    if response.code != Some(101) {
        return Err(format!("it answered an upgrade with HTTP status {}", response.code.unwrap_or(0)));
    }
    let agreed = response.headers.iter().any(|header| {
        header.name.eq_ignore_ascii_case("sec-websocket-accept") && header.value == accept(KEY).as_bytes()
    });
    if agreed { Ok(Some(length)) } else { Err("its Sec-WebSocket-Accept does not answer the key".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: &str, accept: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n")
            .into_bytes()
    }

    #[test]
    fn the_accept_value_is_the_one_of_the_standard() {
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn an_upgrade_is_accepted_once_it_is_whole() {
        let bytes = answer("101 Switching Protocols", &accept(KEY));
        assert_eq!(accepted(&bytes), Ok(Some(bytes.len())));
        assert_eq!(accepted(&bytes[..bytes.len() - 1]), Ok(None));
    }

    #[test]
    fn a_refusal_or_a_wrong_accept_value_is_an_error() {
        assert!(accepted(&answer("403 Forbidden", "")).is_err());
        assert!(accepted(&answer("101 Switching Protocols", "wrong")).is_err());
        assert!(accepted(b"no http at all\r\n\r\n").is_err());
    }
}
