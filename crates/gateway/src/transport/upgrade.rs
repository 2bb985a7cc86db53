//! Which door a request goes to, and whether it may.

use std::net::IpAddr;
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use vestibule_doors::centrifuge::rules::Rules;
use vestibule_doors::centrifuge::session::{Opening, Session};
use vestibule_doors::centrifuge::wire::Encoding;
use vestibule_doors::contract::Outputs;
use vestibule_doors::signal;
use vestibule_model::{ClientId, Moment, Now};
use vestibule_websocket::handshake::{Refusal, Upgrade};

use super::Site;
use crate::worker::{AddressSeat, AnySession};

/// The subprotocols of the Centrifuge door, in no order: the client's decides.
const SUBPROTOCOLS: [&str; 2] = ["centrifuge-json", "centrifuge-protobuf"];

/// The door of the Centrifuge protocol over WebSocket.
pub struct CentrifugeDoor {
    /// Where it is, beside `/`: no slash at the end.
    pub path: String,
    /// Whether it is open.
    pub enabled: bool,
    /// From which pages it may be entered.
    pub origins: Origins,
    /// What sessions go by.
    pub rules: Arc<Rules>,
}

/// Web pages by their origin.
#[derive(Clone, Default)]
pub struct Origins(GlobSet);

/// The door of WebRTC signaling.
pub struct SignalDoor {
    /// Where it is: no slash at the end.
    pub path: String,
    /// From which pages it may be entered.
    pub origins: Origins,
    /// What sessions go by.
    pub rules: Arc<signal::Rules>,
}

/// An upgrade that may go on: what to answer, and what to open.
pub struct Welcome {
    /// The answer, whole.
    pub response: Vec<u8>,
    /// Who comes.
    pub guest: Guest,
}

/// Who comes through a door, as far as the upgrade tells.
pub enum Guest {
    /// A client of the Centrifuge protocol.
    Centrifuge {
        /// How it reads and writes.
        encoding: Encoding,
        /// It answers pings of the transport, and wants no others.
        frame_pings: bool,
    },
    /// A peer of the signal door, with the query of its request.
    Signal(Box<str>),
}

/// An upgrade that may not.
#[derive(Debug, PartialEq, Eq)]
pub enum Unwelcome {
    /// It is not a valid upgrade.
    Invalid(Refusal),
    /// It comes from a page of another origin.
    Origin,
    /// Too many come from the same address.
    Crowd,
}

impl Origins {
    /// Pages whose origin matches one of these patterns, in which `*` stands for anything.
    ///
    /// # Errors
    /// When one is not a pattern: which, and why.
    pub fn new(patterns: &[String]) -> Result<Self, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(GlobBuilder::new(pattern).case_insensitive(true).literal_separator(false).build()?);
        }
        Ok(Self(set.build()?))
    }

    /// Whether a page of this origin may come in. What is not a page has none, and may.
    pub fn admit(&self, origin: Option<&[u8]>) -> bool {
        match origin {
            None => true,
            Some(origin) => std::str::from_utf8(origin).is_ok_and(|origin| self.0.is_match(origin)),
        }
    }
}

impl CentrifugeDoor {
    /// Whether an upgrade at this path is for this door.
    fn is_at(&self, path: &str) -> bool {
        self.enabled && (path == "/" || self.is_only_at(path))
    }

    /// Whether nothing else can be meant by this path.
    fn is_only_at(&self, path: &str) -> bool {
        self.enabled && path.strip_suffix('/').unwrap_or(path) == self.path
    }

    /// Whether a request is for this door, be it welcome or not.
    fn is_meant(&self, path: &str, upgrade: &Result<Upgrade<'_>, Refusal>) -> bool {
        self.is_only_at(path) || (self.is_at(path) && *upgrade != Err(Refusal::NotAnUpgrade))
    }

    /// Looks at an upgrade.
    ///
    /// # Errors
    /// When it is none, or comes from a page that is not welcome.
    fn look_at(
        &self,
        upgrade: Result<Upgrade<'_>, Refusal>,
        origin: Option<&[u8]>,
        query: &str,
    ) -> Result<Welcome, Unwelcome> {
        let upgrade = upgrade.map_err(Unwelcome::Invalid)?;
        if !self.origins.admit(origin) {
            return Err(Unwelcome::Origin);
        }
        let wants = |name: &str, value: &str| {
            query.split('&').any(|pair| pair.split_once('=') == Some((name, value)))
        };
        let selected = upgrade.select(&SUBPROTOCOLS);
        let protobuf = selected == Some("centrifuge-protobuf")
            || wants("format", "protobuf")
            || wants("cf_protocol", "protobuf");
        let mut response = Vec::with_capacity(192);
        upgrade.write_response(selected, &[], &mut response);
        let encoding = if protobuf { Encoding::Protobuf } else { Encoding::Json };
        let frame_pings = wants("cf_ws_frame_ping_pong", "true");
        Ok(Welcome { response, guest: Guest::Centrifuge { encoding, frame_pings } })
    }
}

impl SignalDoor {
    /// Whether an upgrade at this path is for this door. The path has no other spelling.
    fn is_meant(&self, path: &str, upgrade: &Result<Upgrade<'_>, Refusal>) -> bool {
        path == self.path && *upgrade != Err(Refusal::NotAnUpgrade)
    }

    /// Looks at an upgrade. Who may come in is told behind the door, by a close code. Whatever subprotocol the client
    /// likes best is fine: the door has none of its own.
    fn look_at(
        &self,
        upgrade: Result<Upgrade<'_>, Refusal>,
        origin: Option<&[u8]>,
        query: &str,
    ) -> Result<Welcome, Unwelcome> {
        let upgrade = upgrade.map_err(Unwelcome::Invalid)?;
        if !self.origins.admit(origin) {
            return Err(Unwelcome::Origin);
        }
        let mut response = Vec::with_capacity(192);
        upgrade.write_response(upgrade.subprotocols().first().copied(), &[], &mut response);
        Ok(Welcome { response, guest: Guest::Signal(query.into()) })
    }
}

impl Site {
    /// A seat for one who comes from that address.
    ///
    /// # Errors
    /// When too many come from there.
    pub fn seat(&self, client: IpAddr, now: Moment) -> Result<Option<AddressSeat>, Unwelcome> {
        self.address_seats.take(client, now).map_err(|_| Unwelcome::Crowd)
    }

    /// The door that a request is meant for, be it welcome there or not; `None`: it is for the HTTP service.
    pub fn look_at(
        &self,
        (path, query): (&str, &str),
        upgrade: Result<Upgrade<'_>, Refusal>,
        origin: Option<&[u8]>,
    ) -> Option<Result<Welcome, Unwelcome>> {
        if let Some(door) = self.signal.as_ref().filter(|door| door.is_meant(path, &upgrade)) {
            return Some(door.look_at(upgrade, origin, query));
        }
        let door = &self.centrifuge;
        door.is_meant(path, &upgrade).then(|| door.look_at(upgrade, origin, query))
    }

    /// Opens the session of a connection that was let in.
    pub fn open(&self, guest: &Guest, client: ClientId, jitter: u64, now: Now) -> (AnySession, Outputs) {
        let mut outputs = Outputs::default();
        let session = match (guest, &self.signal) {
            (Guest::Centrifuge { encoding, frame_pings }, _) => {
                let rules = Arc::clone(&self.centrifuge.rules);
                let (encoding, frame_pings) = (*encoding, *frame_pings);
                let opening = Opening { client, encoding, frame_pings, jitter, rules };
                AnySession::Centrifuge(Box::new(Session::open(opening, now, &mut outputs)))
            }
            (Guest::Signal(_), Some(door)) => {
                let opening = signal::Opening { client, jitter, rules: Arc::clone(&door.rules) };
                AnySession::Signal(Box::new(signal::Session::open(opening, now, &mut outputs)))
            }
            (Guest::Signal(_), None) => unreachable!("a door that is not there lets nobody in"),
        };
        (session, outputs)
    }
}

impl Guest {
    /// Whether its door writes texts.
    pub const fn reads_text(&self) -> bool {
        match self {
            Self::Centrifuge { encoding, .. } => matches!(encoding, Encoding::Json),
            Self::Signal(_) => true,
        }
    }
}

impl Unwelcome {
    /// The answer, whole.
    pub fn response(&self) -> Vec<u8> {
        let mut response = Vec::new();
        match self {
            Self::Invalid(refusal) => refusal.write_response(&mut response),
            Self::Origin => response = short_answer("403 Forbidden", "Forbidden\n"),
            Self::Crowd => response = short_answer("429 Too Many Requests", "Too Many Requests\n"),
        }
        response
    }
}

/// The answer to a head that is too long.
pub fn too_long() -> Vec<u8> {
    short_answer("431 Request Header Fields Too Large", "Request Header Fields Too Large\n")
}

/// The answer when there is no room.
pub fn crowded() -> Vec<u8> {
    short_answer("503 Service Unavailable", "Service Unavailable\n")
}

/// An answer after which the connection is closed.
fn short_answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(patterns: &[&str]) -> Origins {
        let patterns: Vec<_> = patterns.iter().map(ToString::to_string).collect();
        Origins::new(&patterns).unwrap()
    }

    #[test]
    fn without_patterns_no_page_may_come_in_but_programs_may() {
        assert!(!origins(&[]).admit(Some(b"https://example.com")));
        assert!(origins(&[]).admit(None));
    }

    #[test]
    fn a_star_stands_for_anything_and_case_does_not_matter() {
        assert!(origins(&["*"]).admit(Some(b"https://example.com:8443")));
        let subdomains = origins(&["https://*.example.com"]);
        assert!(subdomains.admit(Some(b"https://Chat.Example.com")));
        assert!(!subdomains.admit(Some(b"https://example.com")));
        assert!(!subdomains.admit(Some(b"https://a.example.com.evil.org")));
        assert!(!subdomains.admit(Some(b"http://a.example.com")));
    }

    #[test]
    fn an_origin_that_is_no_text_is_not_welcome() {
        assert!(!origins(&["*"]).admit(Some(b"\xff")));
    }
}
