//! The upgrade: is this request one, and what is answered.
//!
//! Pure: from the head of a request to an [`Upgrade`] that can be accepted or a [`Refusal`], both of which can write
//! themselves as HTTP/1.1 or lend their parts to an HTTP library. Whether the request's origin, path and token please
//! is the caller's business, between check and answer. Extensions are not negotiated.
//!
//! SHA-1 is the RFC's choice and proves nothing about the peer; it comes from aws-lc-rs because the house verifies its
//! signatures with that library anyway, so the binary carries one implementation and no further dependency.

mod refusal;

pub use refusal::Refusal;

use aws_lc_rs::digest;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use bytes::BufMut;
use http::{HeaderMap, Method, Version};

/// What RFC 6455 appends to the key before hashing.
const KEY_SUFFIX: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Keys are written by hand in many a client, so stray bits behind the sixteenth byte are let through.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// A valid request to upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade<'a> {
    key: &'a [u8],
    subprotocols: Vec<&'a str>,
}

/// Checks the head of a request. `headers` yields every header line in its order, names in any case.
pub fn check<'a>(
    method: &str,
    version: Version,
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Upgrade<'a>, Refusal> {
    let head = Head::collect(headers);
    // RFC 8441 upgrades over HTTP/2 in another way, without these headers; HTTP/1.0 knows no upgrades.
    if version != Version::HTTP_11 || !head.connection_upgrade || !head.upgrade_websocket {
        return Err(Refusal::NotAnUpgrade);
    }
    if method != "GET" {
        return Err(Refusal::Method);
    }
    if !head.version_13 {
        return Err(Refusal::Version);
    }
    match head.key {
        Key::Once(key) if is_key(key) => Ok(Upgrade { key, subprotocols: head.subprotocols }),
        Key::Once(_) | Key::Absent | Key::Repeated => Err(Refusal::Key),
    }
}

/// [`check`] for a request that hyper or axum has read.
pub fn check_http<'a>(
    method: &Method,
    version: Version,
    headers: &'a HeaderMap,
) -> Result<Upgrade<'a>, Refusal> {
    check(method.as_str(), version, headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))
}

/// [`check`] for a request that httparse has read whole.
pub fn check_httparse<'a>(request: &httparse::Request<'a, 'a>) -> Result<Upgrade<'a>, Refusal> {
    let version = if request.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    let headers = request.headers.iter().map(|header| (header.name, header.value));
    check(request.method.unwrap_or_default(), version, headers)
}

impl<'a> Upgrade<'a> {
    /// The subprotocols that the client offers, the one that it likes best first.
    pub fn subprotocols(&self) -> &[&'a str] {
        &self.subprotocols
    }

    /// The client's favourite among the subprotocols that are supported. None offered or none known is no reason to
    /// refuse: the connection then has no subprotocol.
    pub fn select<'s>(&self, supported: &[&'s str]) -> Option<&'s str> {
        self.subprotocols.iter().find_map(|offered| supported.iter().find(|known| *known == offered).copied())
    }

    /// The value of `Sec-WebSocket-Accept`.
    pub fn accept(&self) -> String {
        accept(self.key)
    }

    /// Writes the whole answer that switches protocols; frames follow it directly.
    ///
    /// `subprotocol` is one that the client offered. `headers` are the caller's own: names and values must be valid,
    /// and come from the house rather than from the request.
    pub fn write_response(&self, subprotocol: Option<&str>, headers: &[(&str, &str)], out: &mut impl BufMut) {
        let head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
        out.put_slice(head);
        put_header(out, "Sec-WebSocket-Accept", &self.accept());
        if let Some(subprotocol) = subprotocol {
            put_header(out, "Sec-WebSocket-Protocol", subprotocol);
        }
        for (name, value) in headers {
            put_header(out, name, value);
        }
        out.put_slice(b"\r\n");
    }
}

/// The value of `Sec-WebSocket-Accept` that answers this `Sec-WebSocket-Key`.
pub(crate) fn accept(key: &[u8]) -> String {
    let mut hash = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(key);
    hash.update(KEY_SUFFIX);
    BASE64.encode(hash.finish())
}

/// Sixteen bytes in base64.
fn is_key(key: &[u8]) -> bool {
    let mut bytes = [0; 18];
    key.len() == 24 && matches!(BASE64.decode_slice(key, &mut bytes), Ok(16))
}

fn put_header(out: &mut impl BufMut, name: &str, value: &str) {
    for part in [name, ": ", value, "\r\n"] {
        out.put_slice(part.as_bytes());
    }
}

/// The headers that matter, gathered in one pass.
#[derive(Default)]
struct Head<'a> {
    connection_upgrade: bool,
    upgrade_websocket: bool,
    version_13: bool,
    key: Key<'a>,
    subprotocols: Vec<&'a str>,
}

#[derive(Default)]
enum Key<'a> {
    #[default]
    Absent,
    Once(&'a [u8]),
    Repeated,
}

impl<'a> Head<'a> {
    fn collect(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut head = Self::default();
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("connection") {
                head.connection_upgrade |= lists(value, "upgrade");
            } else if name.eq_ignore_ascii_case("upgrade") {
                head.upgrade_websocket |= lists(value, "websocket");
            } else if name.eq_ignore_ascii_case("sec-websocket-version") {
                head.version_13 |= lists(value, "13");
            } else if name.eq_ignore_ascii_case("sec-websocket-key") {
                let first = matches!(head.key, Key::Absent);
                head.key = if first { Key::Once(value.trim_ascii()) } else { Key::Repeated };
            } else if name.eq_ignore_ascii_case("sec-websocket-protocol") {
                head.subprotocols.extend(elements(value).filter_map(token));
            }
        }
        head
    }
}

fn lists(value: &[u8], wanted: &str) -> bool {
    elements(value).any(|element| element.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// The elements of a comma list. Empty ones count for nothing, as RFC 9110 has it; so a header without a value, which
/// older Python clients send, counts as absent.
fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|element| !element.is_empty())
}

/// A subprotocol's name must be an HTTP token: anything else is not one, and could not be echoed safely.
fn token(element: &[u8]) -> Option<&str> {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    element.iter().all(is_token).then(|| std::str::from_utf8(element).ok()).flatten()
}

#[cfg(test)]
mod tests;
