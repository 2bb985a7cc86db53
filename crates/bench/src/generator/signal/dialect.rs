//! How signaling servers are spoken to: the signal door, and PeerJS.

use std::time::Duration;

use memchr::memmem;

use super::Ticket;
use crate::plan::PEERJS_KEY;

/// How a signaling server is spoken to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Dialect {
    /// The signal door: a room token, `register`, and messages with `to`.
    Door,
    /// PeerJS: a key and a token of the client's choice, and messages with `dst`. It knows no rooms.
    PeerJs,
}

/// One thing that a server said.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Heard<'a> {
    /// The peer is in.
    Joined,
    /// A message of another peer; the slice begins with its payload, and goes on after it.
    Relayed(&'a [u8]),
    /// The server complains.
    Refused,
    /// What a peer has no use for here.
    Other,
}

/// Every payload begins with it.
const PAYLOAD: &[u8] = br#"{"seq":"#;
/// A type stands within so many bytes of the beginning of a message.
const HEAD: usize = 64;

impl Dialect {
    /// What a client of PeerJS says from time to time, so that it is not taken for gone.
    pub(super) const HEARTBEAT: &str = r#"{"type":"HEARTBEAT"}"#;

    /// How often its clients say that they are there.
    pub(super) fn heartbeat(self) -> Option<Duration> {
        match self {
            Self::Door => None,
            Self::PeerJs => Some(Duration::from_secs(5)),
        }
    }

    /// The path that the peer `id` opens its WebSocket at.
    pub(super) fn path(self, id: &str, ticket: &Ticket) -> String {
        let Ticket { room, token } = ticket;
        match self {
            Self::Door => format!("/signal?token={token}&room={room}&nodeId={id}"),
            Self::PeerJs => format!("/peerjs?key={PEERJS_KEY}&id={id}&token={id}"),
        }
    }

    /// What it says first.
    pub(super) fn greeting(self, id: &str) -> Option<String> {
        match self {
            Self::Door => Some(format!(
                r#"{{"type":"register","nodeId":"{id}","role":"normal","serveConsumers":true}}"#
            )),
            Self::PeerJs => None,
        }
    }

    /// A candidate with that payload for the peer `to`.
    pub(super) fn message(self, to: &str, payload: &str) -> String {
        match self {
            Self::Door => format!(r#"{{"type":"ice-candidate","to":"{to}","candidate":{payload}}}"#),
            Self::PeerJs => format!(r#"{{"type":"CANDIDATE","dst":"{to}","payload":{payload}}}"#),
        }
    }

    /// Reads a message by its beginning: a load that parsed every message in full would measure its own parser.
    pub(super) fn hear(self, text: &[u8]) -> Heard<'_> {
        if let Some(at) = memmem::find(text, PAYLOAD) {
            return Heard::Relayed(&text[at..]);
        }
        let head = &text[..text.len().min(HEAD)];
        let says = |word: &[u8]| memmem::find(head, word).is_some();
        let (joined, refused): (&[u8], &[&[u8]]) = match self {
            Self::Door => (br#""peer-list""#, &[br#""error""#]),
            Self::PeerJs => (br#""OPEN""#, &[br#""ERROR""#, br#""ID-TAKEN""#, br#""LEAVE""#, br#""EXPIRE""#]),
        };
        if says(joined) {
            Heard::Joined
        } else if refused.iter().any(|word| says(word)) {
            Heard::Refused
        } else {
            Heard::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_told_by_its_type() {
        let door = |text: &'static str| Dialect::Door.hear(text.as_bytes());
        assert_eq!(door(r#"{"type":"peer-list","peers":["a"]}"#), Heard::Joined);
        assert_eq!(door(r#"{"type":"error","code":"PEER_NOT_FOUND"}"#), Heard::Refused);
        assert_eq!(door(r#"{"type":"joined","peer":"a"}"#), Heard::Other);
        let peerjs = |text: &'static str| Dialect::PeerJs.hear(text.as_bytes());
        assert_eq!(peerjs(r#"{"type":"OPEN"}"#), Heard::Joined);
        assert_eq!(peerjs(r#"{"type":"ID-TAKEN","payload":{}}"#), Heard::Refused);
    }

    #[test]
    fn a_relayed_message_is_found_by_its_payload_wherever_it_stands() {
        for dialect in [Dialect::Door, Dialect::PeerJs] {
            let message = dialect.message("b", r#"{"seq":"1"}"#);
            assert_eq!(dialect.hear(message.as_bytes()), Heard::Relayed(br#"{"seq":"1"}}"#));
            serde_json::from_str::<serde_json::Value>(&message).unwrap();
        }
    }

    #[test]
    fn every_peer_brings_what_its_server_asks_for() {
        let ticket = Ticket { room: "r".to_owned(), token: "t".to_owned() };
        assert_eq!(Dialect::Door.path("a", &ticket), "/signal?token=t&room=r&nodeId=a");
        assert_eq!(Dialect::PeerJs.path("a", &ticket), "/peerjs?key=vestibule-bench&id=a&token=a");
    }
}
