//! Consumers, and those who pretend.

use serde_json::{Value, json};
use vestibule_acceptance::Peer;
use vestibule_acceptance::patience::unix_now;
use vestibule_acceptance::signal::{SignalServer, message};
use vestibule_auth::issue::{GenerateKind, GeneratedKey, Head, SigningKey};

const ISSUER: &str = "https://idp.example";

/// An identity provider's key, as a variable and as what signs.
fn provider() -> (String, SigningKey) {
    let key = GeneratedKey::new(GenerateKind::P256, None).unwrap();
    let public = key.base64_public_jwk().unwrap();
    (public, SigningKey::read(key.private_jwk().reveal(), None).unwrap())
}

fn token(key: &SigningKey, issuer: &str) -> String {
    let payload =
        json!({ "iss": issuer, "aud": "app", "sub": "customer", "exp": unix_now().0 + 3_600 }).to_string();
    key.sign(Head::default(), &payload)
}

fn with_consumers() -> (SignalServer, SigningKey) {
    let (public, key) = provider();
    let variables = [
        ("CONSUMER_PUBLIC_KEY_JWK", public.as_str()),
        ("CONSUMER_ISSUER", ISSUER),
        ("CONSUMER_AUDIENCE", "app"),
    ];
    (SignalServer::with(&variables), key)
}

fn consume(server: &SignalServer, room: &str, id: &str, token: &str) -> Peer {
    let mut peer = server.knock(&format!("room={room}&nodeId={id}"));
    peer.text(
        &json!({ "type": "register", "role": "consumer", "token": token, "protocolVersion": 1 }).to_string(),
    );
    peer
}

fn refusal(peer: &mut Peer) -> Value {
    let said = message(peer);
    assert_eq!((&said["type"], &said["status"]), (&json!("auth-err"), &json!("UNAUTHENTICATED")), "{said}");
    said["message"].clone()
}

#[test]
fn a_consumer_is_told_why_before_it_is_closed() {
    let closed = SignalServer::start();
    let mut peer = consume(&closed, "default", "c", "a.b.c");
    assert_eq!(refusal(&mut peer), "consumer authentication is not configured on this server");
    peer.expect_goodbye(4003, "consumer auth not configured");
    let (server, key) = with_consumers();
    let mut peer = server.knock("room=default&nodeId=c");
    peer.text(r#"{"type":"register","role":"consumer"}"#);
    assert_eq!(refusal(&mut peer), "missing consumer token");
    peer.expect_goodbye(4003, "missing consumer token");
    for bad in ["a.b.c".to_owned(), token(&provider().1, ISSUER), token(&key, "https://evil.example")] {
        let mut peer = consume(&server, "default", "c", &bad);
        assert_eq!(refusal(&mut peer), "invalid or expired consumer token");
        peer.expect_goodbye(4003, "invalid consumer token");
    }
}

#[test]
fn a_consumer_meets_servers_in_turn_and_hears_when_they_change() {
    let (server, key) = with_consumers();
    let (mut a, _) = server.enter("room", "a");
    let (_b, _) = server.enter("room", "b");
    let mut first = consume(&server, "room", "c1", &token(&key, ISSUER));
    assert_eq!(message(&mut first), json!({ "type": "server-list", "servers": ["a", "b"] }));
    let mut second = consume(&server, "room", "c2", &token(&key, ISSUER));
    assert_eq!(
        message(&mut second)["servers"],
        json!(["b", "a"]),
        "the next one begins with the next server"
    );
    first.text(r#"{"type":"offer","to":"a","sdp":1}"#);
    let offer = message(&mut a);
    assert_eq!((&offer["from"], &offer["fromRole"]), (&json!("c1"), &json!("consumer")));
    second.text(r#"{"type":"offer","to":"c1","sdp":1}"#);
    // One server is full, the other goes: both consumers are told.
    a.text(r#"{"type":"heartbeat","load":{"sessions":5},"capacity":5}"#);
    for consumer in [&mut first, &mut second] {
        // It may be told of the second server's coming before.
        while message(consumer) != json!({ "type": "server-list", "servers": ["b"] }) {}
    }
    assert_eq!(server.enter("room", "n").1, ["a", "b"], "consumers are in no list of peers");
}

#[test]
fn only_peers_that_say_what_they_are_serve_consumers() {
    let (server, key) = with_consumers();
    let silent_role = |register: &str, id: &str| {
        let mut peer = server.silent("room", id);
        peer.text(register);
        assert_eq!(message(&mut peer)["type"], "peer-list");
        peer
    };
    let _old = silent_role(r#"{"type":"register"}"#, "old");
    let _shy = silent_role(r#"{"type":"register","role":"normal","serveConsumers":"false"}"#, "shy");
    let _full = silent_role(r#"{"type":"register","role":"normal","capacity":0}"#, "full");
    let _odd = silent_role(r#"{"type":"register","role":"normal","capacity":"x"}"#, "odd");
    let mut consumer = consume(&server, "room", "c", &token(&key, ISSUER));
    assert_eq!(message(&mut consumer)["servers"], json!(["odd"]));
}

#[test]
fn one_without_a_token_takes_no_id_and_speaks_as_nobody() {
    let (server, key) = with_consumers();
    let (mut victim, _) = server.enter("room", "victim");
    let (mut other, _) = server.enter("room", "other");
    // Refused, it does not go away and says what it likes.
    let mut thief = consume(&server, "room", "victim", &token(&key, ISSUER));
    let came = thief.event();
    let refused =
        vestibule_acceptance::Event::Close { code: Some(4409), reason: "nodeId already in use".into() };
    assert_eq!(came, refused);
    thief.text(r#"{"type":"offer","to":"other","sdp":"stolen"}"#);
    thief.text(r#"{"type":"heartbeat","serveConsumers":false}"#);
    other.expect_nothing();
    victim.text(r#"{"type":"offer","to":"other","sdp":"mine"}"#);
    assert_eq!(message(&mut other)["sdp"], "mine");
    // One that is nobody yet has no place that it could take or hold.
    let _lurker = server.knock("room=room&nodeId=late");
    assert_eq!(server.enter("room", "late").1, ["victim", "other"]);
}
