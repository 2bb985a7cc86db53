//! How a connection comes in, and how it is told that it may not.

use vestibule_acceptance::signal::{SignalServer, message, nothing_but_own};
use vestibule_acceptance::{Event, Peer};

const REGISTER: &str = r#"{"type":"register","nodeId":"a","role":"normal"}"#;

#[test]
fn the_handshake_takes_any_page_and_echoes_the_first_subprotocol() {
    let server = SignalServer::start();
    let target = "/signal?room=r";
    let headers = [("Origin", "https://any.example"), ("Sec-WebSocket-Protocol", "one, two")];
    let peer = Peer::knock(server.address, target, &headers).unwrap();
    assert_eq!(peer.subprotocol.as_deref(), Some("one"));
    assert_eq!(Peer::knock(server.address, target, &[]).unwrap().subprotocol, None);
    assert_eq!(Peer::knock(server.address, "/health", &[]).err(), Some(200), "an answer, and no connection");
    for target in ["/signal/?room=r", "/other"] {
        assert_eq!(Peer::knock(server.address, target, &[]).err(), Some(404), "{target}");
    }
}

#[test]
fn pages_of_other_origins_are_kept_out_where_origins_are_named() {
    let server = SignalServer::with(&[("VESTIBULE_SIGNAL__ALLOWED_ORIGINS", "https://app.example")]);
    let knock = |origin| Peer::knock(server.address, "/signal?room=r", &[("Origin", origin)]).err();
    assert_eq!((knock("https://app.example"), knock("https://evil.example")), (None, Some(403)));
}

#[test]
fn without_a_token_a_room_has_to_be_named_and_a_peer_is_refused() {
    let server = SignalServer::start();
    for query in ["", "room=", "token=&room="] {
        server.knock(query).expect_goodbye(4001, "Missing room");
    }
    let mut peer = server.knock("room=r&nodeId=a");
    peer.text(REGISTER);
    peer.expect_goodbye(4001, "Normal Client requires a room token");
}

#[test]
fn one_who_says_nothing_in_time_is_closed_when_there_is_no_grace_and_counts_as_a_peer_when_there_is() {
    let strict = SignalServer::with(&[
        ("SIGNAL_REGISTER_GRACE", "off"),
        ("VESTIBULE_SIGNAL__STALE_CLOSE_DELAY", "300ms"),
    ]);
    strict.silent("room", "a").expect_goodbye(4002, "registration timeout");
    strict.knock("room=r").expect_goodbye(4002, "registration timeout");
    let lenient = SignalServer::with(&[("SIGNAL_REGISTER_GRACE", "50ms")]);
    let mut silent = lenient.silent("room", "quiet");
    assert_eq!(message(&mut silent)["peers"], serde_json::json!([]));
    assert_eq!(lenient.enter("room", "b").1, ["quiet"]);
}

#[test]
fn frames_that_come_before_the_token_is_looked_at_keep_their_place() {
    let server = SignalServer::start();
    let (mut old, _) = server.enter("room", "b");
    let mut eager = server.silent("room", "a");
    eager.text(REGISTER);
    for number in 0..50 {
        eager.text(&format!(r#"{{"type":"offer","to":"b","sdp":{number}}}"#));
    }
    for number in 0..50 {
        assert_eq!(message(&mut old)["sdp"], number);
    }
}

#[test]
fn no_frame_brings_anybody_down() {
    let server = SignalServer::start();
    let (mut peer, _) = server.enter("room", "a");
    let mut stranger = server.knock("room=r");
    for text in [
        "null",
        "5",
        "[]",
        "\"x\"",
        "{}",
        "{",
        "",
        r#"{"type":null}"#,
        r#"{"type":"peer-list","peers":[]}"#,
        r#"{"type":"Offer","to":"a"}"#,
        r#"{"type":"error"}"#,
    ] {
        peer.text(text);
        stranger.text(text);
    }
    nothing_but_own(&mut peer, "a");
    // It is in no room: whatever it hears is said where it came in.
    stranger.expect_nothing();
    assert_eq!(server.enter("room", "b").1, ["a"]);
}

#[test]
fn one_who_goes_on_with_nonsense_is_closed() {
    let server = SignalServer::with(&[("VESTIBULE_SIGNAL__MALFORMED_MESSAGES", "5")]);
    let (mut peer, _) = server.enter("room", "a");
    (0..6).for_each(|_| peer.text("null"));
    peer.expect_goodbye(1008, "too many malformed messages");
}

#[test]
fn a_frame_that_is_too_long_ends_its_own_connection() {
    let server = SignalServer::start();
    let (mut big, _) = server.enter("room", "big");
    let (mut other, _) = server.enter("room", "other");
    big.text(&format!(r#"{{"type":"offer","to":"other","sdp":"{}"}}"#, "x".repeat(1 << 20)));
    assert!(matches!(big.event(), Event::Close { code: Some(1009), .. } | Event::End));
    drop(big);
    server.until_peers(1);
    nothing_but_own(&mut other, "other");
}

#[test]
fn an_address_has_as_many_connections_as_it_may() {
    let server = SignalServer::with(&[
        ("VESTIBULE_LIMITS__CONNECTIONS_PER_ADDRESS", "2"),
        ("VESTIBULE_LISTEN__TRUSTED_PROXIES", "127.0.0.1"),
    ]);
    let knock = |client: &str| Peer::knock(server.address, "/signal?room=r", &[("X-Forwarded-For", client)]);
    let kept: Vec<_> = (0..2).map(|_| knock("192.0.2.1").unwrap()).collect();
    assert_eq!(knock("192.0.2.1").err(), Some(429));
    assert!(knock("192.0.2.2").is_ok(), "the proxy is believed about others");
    assert_eq!(kept.len(), 2);
}
