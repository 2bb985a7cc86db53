//! Consumers, and those who pretend.

use serde_json::{Value, json};
use vestibule_acceptance::Peer;
use vestibule_acceptance::http::post;
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
    token_with(key, issuer, &json!({}))
}

/// A consumer's token with more claims, or others.
fn token_with(key: &SigningKey, issuer: &str, more: &Value) -> String {
    let mut claims = json!({ "iss": issuer, "aud": "app", "sub": "customer", "exp": unix_now().0 + 3_600 });
    let more = more.as_object().unwrap().clone();
    claims.as_object_mut().unwrap().extend(more);
    key.sign(Head::default(), &claims.to_string())
}

fn with_consumers() -> (SignalServer, SigningKey) {
    with_consumers_and(&[])
}

fn with_consumers_and(more: &[(&str, &str)]) -> (SignalServer, SigningKey) {
    let (public, key) = provider();
    let variables = [
        ("CONSUMER_PUBLIC_KEY_JWK", public.as_str()),
        ("CONSUMER_ISSUER", ISSUER),
        ("CONSUMER_AUDIENCE", "app"),
    ];
    (SignalServer::with(&[&variables[..], more].concat()), key)
}

fn consume(server: &SignalServer, room: &str, id: &str, token: &str) -> Peer {
    registered(server.knock(&format!("room={room}&nodeId={id}")), token)
}

/// One that says it is a consumer.
fn registered(mut peer: Peer, token: &str) -> Peer {
    peer.text(
        &json!({ "type": "register", "role": "consumer", "token": token, "protocolVersion": 1 }).to_string(),
    );
    peer
}

/// Consumers of a room, without a token of it and with one.
fn both_kinds(server: &SignalServer, room: &str, token: &str) -> [Peer; 2] {
    [consume(server, room, "bare", token), registered(server.silent(room, "member"), token)]
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

#[test]
fn whoever_is_blocked_is_no_consumer_any_more_with_a_token_of_the_room_or_without() {
    let key = "a key of the server API";
    let api = [("VESTIBULE_API__ENABLED", "true"), ("VESTIBULE_API__KEY", key)];
    let (server, signer) = with_consumers_and(&api);
    let (mut stays, _) = server.enter("room", "a");
    let token = token(&signer, ISSUER);
    let mut consumers = both_kinds(&server, "room", &token);
    for consumer in &mut consumers {
        assert_eq!(message(consumer)["servers"], json!(["a"]));
    }
    let blocked = post(server.address, "/api/block_user", key, r#"{"user":"customer"}"#);
    assert!(blocked.body.contains("result"), "{blocked:?}");
    for consumer in &mut consumers {
        consumer.expect_goodbye(4003, "Invalid or expired token");
    }
    for mut again in both_kinds(&server, "room", &token) {
        assert_eq!(refusal(&mut again), "invalid or expired consumer token");
        again.expect_goodbye(4003, "invalid consumer token");
    }
    stays.text(r#"{"type":"offer","to":"a","sdp":"own"}"#);
    assert_eq!(message(&mut stays)["sdp"], "own", "the room is where it was");
}

#[test]
fn a_consumer_is_one_person_with_so_many_connections_whatever_else_it_shows() {
    let (server, key) = with_consumers_and(&[("VESTIBULE_LIMITS__CONNECTIONS_PER_USER", "2")]);
    let token = token(&key, ISSUER);
    let mut held = both_kinds(&server, "room", &token);
    for consumer in &mut held {
        assert_eq!(message(consumer)["type"], "server-list");
    }
    for mut late in [consume(&server, "room", "c", &token), registered(server.silent("room", "d"), &token)] {
        late.expect_goodbye(1008, "connection limit");
    }
}

#[test]
fn a_consumers_connection_ends_with_its_own_token_whatever_else_it_shows() {
    let variables = [("SIGNAL_CLOSE_ON_EXPIRY", "true"), ("VESTIBULE_SIGNAL__EXPIRED_CLOSE_DELAY", "0s")];
    let (server, key) = with_consumers_and(&variables);
    let token = token_with(&key, ISSUER, &json!({ "exp": unix_now().0 + 2 }));
    for mut consumer in both_kinds(&server, "room", &token) {
        assert_eq!(message(&mut consumer)["type"], "server-list");
        consumer.expect_goodbye(4003, "Invalid or expired token");
    }
}

#[test]
fn a_claim_may_bind_consumers_to_their_rooms_and_to_an_id() {
    let (server, key) = with_consumers_and(&[
        ("VESTIBULE_REALMS__CONSUMERS__ROOM_CLAIM", "tenant.rooms"),
        ("VESTIBULE_REALMS__CONSUMERS__NODE_ID_CLAIM", "device"),
    ]);
    let (_secret, _) = server.enter("tenantA", "secretnode");
    let (_own, _) = server.enter("tenantB", "node");
    let bound = token_with(&key, ISSUER, &json!({ "tenant": { "rooms": ["tenantB"] }, "device": "d1" }));
    let unbound = token(&key, ISSUER);
    for (room, token) in [("tenantA", &bound), ("tenantA", &unbound), ("tenantB", &unbound)] {
        for mut stranger in both_kinds(&server, room, token) {
            assert_eq!(refusal(&mut stranger), "the consumer token is not for this room", "{room}");
            stranger.expect_goodbye(4003, "Room does not match consumer token");
        }
    }
    let mut another = consume(&server, "tenantB", "d2", &bound);
    assert_eq!(refusal(&mut another), "the consumer token is for another nodeId");
    another.expect_goodbye(4003, "nodeId does not match token");
    let mut consumer = registered(server.knock("room=tenantB"), &bound);
    assert_eq!(message(&mut consumer)["servers"], json!(["node"]));
    let mut again = consume(&server, "tenantB", "d1", &bound);
    assert_eq!(message(&mut again)["servers"], json!(["node"]), "the id is its own");
    consumer.expect_goodbye(1000, "replaced by new connection");
}

#[test]
fn a_consumer_that_asks_hears_of_those_who_serve_and_of_nobody_else() {
    let (server, key) = with_consumers();
    let (node, _) = server.enter("room", "node");
    let unwilling = |id: &str| {
        let mut peer = server.silent("room", id);
        peer.text(r#"{"type":"register","role":"normal","serveConsumers":false}"#);
        assert_eq!(message(&mut peer)["type"], "peer-list");
        peer
    };
    let early = unwilling("secret1");
    let mut consumer = server.knock("room=room&nodeId=c");
    let token = token(&key, ISSUER);
    let register = json!({ "type": "register", "role": "consumer", "token": token, "presence": true });
    consumer.text(&register.to_string());
    assert_eq!(message(&mut consumer), json!({ "type": "server-list", "servers": ["node"] }));
    assert_eq!(message(&mut consumer), json!({ "type": "roster", "peers": ["node"] }));
    // Of these it hears nothing, and no list that it knows.
    let late = unwilling("secret2");
    late.cut();
    early.cut();
    server.until_peers(2);
    node.cut();
    assert_eq!(message(&mut consumer), json!({ "type": "left", "peer": "node" }));
    assert_eq!(message(&mut consumer), json!({ "type": "server-list", "servers": [] }));
}
