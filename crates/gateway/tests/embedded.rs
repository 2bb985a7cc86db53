//! The signal door in somebody else's server: the example, with real sockets.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic what is wrong")]

#[path = "../examples/signal.rs"]
mod example;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use vestibule::signal::{NotIssued, OpenError, Service};
use vestibule_auth::issue::{GenerateKind, GeneratedKey};
use vestibule_websocket::client::{self, Answer};
use vestibule_websocket::{Decoder, Event, Input};

const PATIENCE: Duration = Duration::from_secs(10);
const NONCE: [u8; 16] = *b"any sixteen byte";
const MASK: [u8; 4] = [1, 2, 3, 4];

fn service() -> Arc<Service> {
    let key = GeneratedKey::new(GenerateKind::Ed25519, None).unwrap();
    let builder = Service::builder()
        .private_key(key.base64_private_jwk().reveal())
        .admin_secret("a secret for the backends")
        .set("workers.count", "2");
    Arc::new(builder.open().unwrap())
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

/// The beginning of the answer to a wish to upgrade.
async fn upgrade(address: SocketAddr, target: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&client::request("h", target, NONCE, &[])).await.unwrap();
    let mut answer = vec![0; 64];
    let read = timeout(PATIENCE, stream.read(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

/// A WebSocket client.
struct Peer {
    stream: TcpStream,
    decoder: Decoder,
    bytes: Vec<u8>,
}

impl Peer {
    async fn enter(address: SocketAddr, target: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&client::request("h", target, NONCE, &[])).await.unwrap();
        let mut bytes = Vec::new();
        loop {
            match client::answer(&bytes, NONCE) {
                Answer::Accepted { size, .. } => {
                    bytes.drain(..size);
                    return Self { stream, decoder: client::decoder(1 << 20), bytes };
                }
                Answer::Incomplete => {
                    assert!(timeout(PATIENCE, stream.read_buf(&mut bytes)).await.unwrap().unwrap() > 0);
                }
                other => panic!("not let in: {other:?}"),
            }
        }
    }

    async fn say(&mut self, text: &str) {
        self.stream.write_all(&client::text(text.as_bytes(), MASK)).await.unwrap();
    }

    /// The next message, or `close` with the code.
    async fn hear(&mut self) -> String {
        loop {
            let mut bytes = std::mem::take(&mut self.bytes);
            let mut input = Input::new(&mut bytes);
            let heard = self.decoder.next(&mut input).map(|event| match event {
                Event::Text(text) => String::from_utf8_lossy(text).into_owned(),
                Event::Close { code, .. } => format!("close {}", code.unwrap_or(0)),
                other => format!("{other:?}"),
            });
            self.decoder.suspend(input);
            if let Some(heard) = heard {
                return heard;
            }
            assert!(timeout(PATIENCE, self.stream.read_buf(&mut self.bytes)).await.unwrap().unwrap() > 0);
        }
    }
}

#[tokio::test]
async fn peers_meet_in_a_server_that_has_other_routes_too() {
    let signal = service();
    let address = serve(example::app(&signal)).await;
    assert!(get(address, "/").await.ends_with("hello"));
    let token = signal.issue("music", Duration::from_secs(60)).unwrap();
    let target = |id: &str| format!("/signal?token={token}&room=music&nodeId={id}");
    let mut ann = Peer::enter(address, &target("ann")).await;
    ann.say(r#"{"type":"register","nodeId":"ann","role":"normal"}"#).await;
    assert_eq!(ann.hear().await, r#"{"type":"peer-list","peers":[]}"#);
    let mut ben = Peer::enter(address, &target("ben")).await;
    ben.say(r#"{"type":"register","nodeId":"ben","role":"normal"}"#).await;
    assert_eq!(ben.hear().await, r#"{"type":"peer-list","peers":["ann"]}"#);
    ben.say(r#"{"type":"offer","to":"ann","sdp":"x"}"#).await;
    assert_eq!(ann.hear().await, r#"{"type":"offer","to":"ann","sdp":"x","from":"ben","fromRole":"normal"}"#);
    let stats = signal.stats();
    assert_eq!((stats.auth, stats.peers, stats.rooms, stats.connections), (true, 2, 1, 2));
    assert!(get(address, "/stats").await.ends_with("2 peers in 1 rooms\n"));
    // More than fits into a socket's buffers waits its turn and arrives whole.
    let long = "x".repeat(40_000);
    for number in 0..40 {
        ben.say(&format!(r#"{{"type":"offer","to":"ann","sdp":"{long}{number}"}}"#)).await;
    }
    for number in 0..40 {
        assert!(ann.hear().await.contains(&format!("x{number}\"")));
    }
}

#[tokio::test]
async fn a_bad_token_is_told_behind_the_door_and_an_unknown_path_is_the_hosts() {
    let signal = service();
    let nested = Router::new().nest("/rt", signal.router());
    let address = serve(nested).await;
    let mut peer = Peer::enter(address, "/rt/signal?token=a.b.c&room=music").await;
    assert_eq!(peer.hear().await, "close 4003");
    assert!(get(address, "/rt/health").await.contains(r#""auth":"enabled""#));
    assert!(get(address, "/rt/nothing").await.starts_with("HTTP/1.1 404"));
    assert!(get(address, "/rt/signal").await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn no_target_brings_the_hosts_server_down() {
    let signal = service();
    let address = serve(signal.router()).await;
    for target in ["//", "/signal?%", "/signal?token=%ff&room=%00", "//signal?room=a"] {
        let answer = upgrade(address, target).await;
        assert!(answer.starts_with("HTTP/1.1 "), "{target}: {answer}");
    }
    assert!(get(address, "/health").await.contains(r#""status":"ok""#));
}

#[tokio::test]
async fn when_it_is_closed_everybody_is_told_to_come_back() {
    let signal = service();
    let address = serve(signal.router()).await;
    let token = signal.issue("music", Duration::from_secs(60)).unwrap();
    let mut peer = Peer::enter(address, &format!("/signal?token={token}")).await;
    peer.say(r#"{"type":"register","role":"normal"}"#).await;
    assert_eq!(peer.hear().await, r#"{"type":"peer-list","peers":[]}"#);
    let closing = tokio::spawn(Arc::into_inner(signal).unwrap().close());
    assert_eq!(peer.hear().await, r#"{"type":"reconnect"}"#);
    assert_eq!(peer.hear().await, "close 1012");
    peer.stream.write_all(&client::close(Some(1012), "", MASK)).await.unwrap();
    timeout(PATIENCE, closing).await.unwrap().unwrap();
}

#[test]
fn what_is_wrong_with_the_settings_is_said_with_its_key() {
    let wrong = Service::builder().private_key("no key").admin_secret("secret").open().unwrap_err();
    assert!(matches!(wrong, OpenError::Settings(_)));
    assert!(wrong.to_string().contains("signal.private_key"), "{wrong}");
    assert!(!wrong.to_string().contains("--"), "there are no flags here: {wrong}");
    let open = Service::builder().insecure().open().unwrap();
    let issued = open.issue("a", Duration::from_secs(1));
    assert_eq!((issued, open.stats().auth), (Err(NotIssued::NotNeeded), false));
}

#[test]
fn no_token_is_issued_that_the_door_would_refuse() {
    let signal = service();
    let minute = Duration::from_secs(60);
    for room in ["", "a\nb", &"r".repeat(256)] {
        assert_eq!(signal.issue(room, minute), Err(NotIssued::Subject), "{room:?}");
    }
    for id in ["", &"n".repeat(256)] {
        assert_eq!(signal.issue_for("room", id, minute), Err(NotIssued::NodeId), "{id:?}");
    }
    assert_eq!(signal.issue("room", Duration::from_millis(999)), Err(NotIssued::Lifetime));
    assert!(signal.issue_for(&"r".repeat(255), &"n".repeat(255), Duration::MAX).is_ok());
}

#[test]
fn a_builder_shows_which_keys_are_set_and_no_value() {
    let builder =
        Service::builder().private_key("the-key").admin_secret("the-secret").set("signal.turn_secret", "s3");
    let shown = format!("{builder:?}");
    assert!(shown.contains("signal.private_key") && shown.contains("signal.turn_secret"), "{shown}");
    assert!(["the-key", "the-secret", "s3"].iter().all(|value| !shown.contains(value)), "{shown}");
}

#[tokio::test]
async fn a_service_that_is_dropped_ends_without_a_goodbye() {
    let signal = service();
    let address = serve(signal.router()).await;
    let token = signal.issue("music", Duration::from_secs(60)).unwrap();
    let mut peer = Peer::enter(address, &format!("/signal?token={token}")).await;
    peer.say(r#"{"type":"register","role":"normal"}"#).await;
    assert_eq!(peer.hear().await, r#"{"type":"peer-list","peers":[]}"#);
    drop(signal);
    let ended = timeout(PATIENCE, peer.stream.read_buf(&mut peer.bytes)).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
}
