//! The signal door alone, as its operator starts it, and peers of it.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::{Value, json};

use crate::config::Folder;
use crate::http::{Response, exchange, get};
use crate::patience;
use crate::peer::{Event, Peer};
use crate::port;
use crate::process::Process;
use crate::program;

/// What backends show.
pub const ADMIN_SECRET: &str = "acceptance-admin-secret";

/// Variables of the door that the person who runs the tests may have set.
const VARIABLES: [&str; 15] = [
    "PRIVATE_KEY_JWK",
    "PUBLIC_KEY_JWK",
    "ADMIN_SECRET",
    "AUTH_DISABLED",
    "PORT",
    "CONSUMER_PUBLIC_KEY_JWK",
    "CONSUMER_ISSUER",
    "CONSUMER_AUDIENCE",
    "SIGNAL_REGISTER_GRACE",
    "SIGNAL_ROOMLESS",
    "SIGNAL_CLOSE_ON_EXPIRY",
    "SIGNAL_MAX_TTL",
    "SIGNAL_TURN_SECRET",
    "SIGNAL_TURN_URLS",
    "VESTIBULE_CONFIG",
];

/// The door in a process of its own.
#[derive(Debug)]
pub struct SignalServer {
    /// The process.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    _folder: Folder,
}

/// `vestibule signal` without any settings, in an empty folder.
pub fn command(folder: &Folder) -> Command {
    let mut house = program::house();
    for name in VARIABLES {
        house.env_remove(name);
    }
    house.arg("signal").current_dir(folder.path());
    house
}

/// The two lines of `vestibule signal keygen`: the private and the public key.
pub fn keys() -> (String, String) {
    let mut keygen = program::house();
    keygen.args(["signal", "keygen"]);
    let mut process = Process::start(keygen);
    assert!(process.end().success(), "keygen failed: {}", process.said());
    let said = process.said();
    let line = |name: &str| {
        let found = said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("expected a line {name}=…; it said:\n{said}")).to_owned()
    };
    (line("PRIVATE_KEY_JWK"), line("PUBLIC_KEY_JWK"))
}

impl SignalServer {
    /// With keys of its own.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// The same with more variables.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        let (private, public) = keys();
        let own = [
            ("PRIVATE_KEY_JWK", private.as_str()),
            ("PUBLIC_KEY_JWK", &public),
            ("ADMIN_SECRET", ADMIN_SECRET),
        ];
        Self::of(&[&own[..], variables].concat())
    }

    /// With these variables and no others.
    pub fn of(variables: &[(&str, &str)]) -> Self {
        let (folder, address) = (Folder::default(), port::free());
        let mut house = command(&folder);
        house.envs(variables.iter().copied()).env("PORT", address.port().to_string());
        let process = Process::start(house);
        process.hears("that it runs", |said| said.contains("Signaling server running").then_some(()));
        Self { process, address, _folder: folder }
    }

    /// `POST /token` with that secret and that body.
    pub fn post_token(&self, headers: &[(&str, &str)], body: &str) -> Response {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "POST /token HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        exchange(self.address, request.as_bytes())
            .unwrap_or_else(|| panic!("no answer to POST /token {body}"))
    }

    /// What `POST /token` says to a backend.
    pub fn grant(&self, body: &Value) -> Value {
        let headers = [("x-admin-secret", ADMIN_SECRET), ("content-type", "application/json")];
        let answer = self.post_token(&headers, &body.to_string());
        assert_eq!(answer.status, 201, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// A token for that room.
    pub fn token(&self, room: &str) -> String {
        self.grant(&json!({ "ttl": "1h", "subject": room }))["token"].as_str().unwrap().to_owned()
    }

    /// A connection with that query.
    pub fn knock(&self, query: &str) -> Peer {
        let peer = Peer::knock(self.address, &format!("/signal?{query}"), &[]);
        peer.unwrap_or_else(|status| panic!("the handshake always succeeds; refused with {status}"))
    }

    /// A connection to that room under that id, which has said nothing.
    pub fn silent(&self, room: &str, id: &str) -> Peer {
        self.knock(&format!("token={}&room={room}&nodeId={id}", self.token(room)))
    }

    /// A peer of that room, and whom it met.
    pub fn enter(&self, room: &str, id: &str) -> (Peer, Vec<String>) {
        let mut peer = self.silent(room, id);
        peer.text(&format!(r#"{{"type":"register","nodeId":"{id}","role":"normal","serveConsumers":true}}"#));
        let list = message(&mut peer);
        assert_eq!(list["type"], "peer-list", "{list}");
        let peers = list["peers"].as_array().unwrap().iter();
        (peer, peers.map(|id| id.as_str().unwrap().to_owned()).collect())
    }

    /// How many are in rooms.
    pub fn peers(&self) -> u64 {
        let health: Value = serde_json::from_str(&get(self.address, "/health").body).unwrap();
        health["peers"].as_u64().unwrap()
    }

    /// Waits until so many are in rooms.
    pub fn until_peers(&self, count: u64) {
        patience::until("another number of peers", || (self.peers() == count).then_some(()));
    }
}

/// The next message of the server.
#[track_caller]
pub fn message(peer: &mut Peer) -> Value {
    match peer.event() {
        Event::Text(text) => serde_json::from_str(&text).unwrap(),
        other => panic!("expected a message; came: {other:?}"),
    }
}

/// Nothing has come before an offer of this peer to itself, so its room has said nothing to it before that: everything
/// that is said in a room comes in one order. `id` is the peer's own.
#[track_caller]
pub fn nothing_but_own(peer: &mut Peer, id: &str) {
    const PROBE: &str = "is there anything before this?";
    peer.text(&json!({ "type": "offer", "to": id, "sdp": PROBE }).to_string());
    let came = message(peer);
    assert_eq!((&came["from"], &came["sdp"]), (&json!(id), &json!(PROBE)), "expected nothing; came: {came}");
}

/// The next message of the server, as it is written.
#[track_caller]
pub fn text(peer: &mut Peer) -> String {
    match peer.event() {
        Event::Text(text) => text,
        other => panic!("expected a message; came: {other:?}"),
    }
}
