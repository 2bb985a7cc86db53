//! Whom consumers are taken for, when they end, and those who pretend.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use vestibule_acceptance::Event;
use vestibule_acceptance::http::post;
use vestibule_acceptance::patience::unix_now;
use vestibule_acceptance::signal::{SignalServer, message, nothing_but_own};
use vestibule_auth::issue::{GenerateKind, GeneratedKey, SigningKey};

use crate::idp::{
    ISSUER, both_kinds, consume, provider, refusal, registered, token, token_with, with_consumers,
    with_consumers_and,
};

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
fn a_provider_has_one_key_or_several() {
    let keys = [(GenerateKind::P256, "one"), (GenerateKind::Rsa2048, "two")].map(|(kind, name)| {
        let made = GeneratedKey::new(kind, None).unwrap();
        SigningKey::read(made.private_jwk().reveal(), None).unwrap().named(name)
    });
    let [one, two] = keys.each_ref().map(|key| key.public_jwk().unwrap());
    for several in [format!("[{one},{two}]"), format!(r#"{{"keys":[{one},{two}]}}"#)] {
        // Without an issuer and an audience only signature and end are looked at.
        let server = SignalServer::with(&[("CONSUMER_PUBLIC_KEY_JWK", &STANDARD.encode(several))]);
        for (key, id) in keys.iter().zip(["a", "b"]) {
            let mut consumer = consume(&server, "room", id, &token(key, "https://any.example"));
            assert_eq!(message(&mut consumer)["type"], "server-list");
        }
        let mut stranger = consume(&server, "room", "c", &token(&provider().1, ISSUER));
        assert_eq!(refusal(&mut stranger), "invalid or expired consumer token");
        let over = json!({ "exp": unix_now().0 - 60 });
        let mut late = consume(&server, "room", "d", &token_with(&keys[0], ISSUER, &over));
        assert_eq!(refusal(&mut late), "invalid or expired consumer token");
    }
}

#[test]
fn one_without_a_token_takes_no_id_and_speaks_as_nobody() {
    let (server, key) = with_consumers();
    let (mut victim, _) = server.enter("room", "victim");
    let (mut other, _) = server.enter("room", "other");
    // Refused, it does not go away and says what it likes.
    let mut thief = consume(&server, "room", "victim", &token(&key, ISSUER));
    thief.expect(&Event::Close { code: Some(4409), reason: "nodeId already in use".into() });
    thief.text(r#"{"type":"offer","to":"other","sdp":"stolen"}"#);
    thief.text(r#"{"type":"heartbeat","serveConsumers":false}"#);
    thief.close(Some(4409));
    thief.expect(&Event::End);
    nothing_but_own(&mut other, "other");
    let mut consumer = consume(&server, "room", "c", &token(&key, ISSUER));
    assert_eq!(message(&mut consumer)["servers"], json!(["victim", "other"]));
    victim.text(r#"{"type":"offer","to":"other","sdp":"mine"}"#);
    assert_eq!(message(&mut other)["sdp"], "mine");
    // One that is nobody yet has no place that it could take or hold.
    let _lurker = server.knock("room=room&nodeId=late");
    assert_eq!(server.enter("room", "late").1, ["victim", "other"]);
}

#[test]
fn who_has_a_token_takes_an_id_from_a_consumer_and_a_consumer_takes_it_from_nobody() {
    let (public, key) = provider();
    let server =
        SignalServer::with(&[("CONSUMER_PUBLIC_KEY_JWK", public.as_str()), ("SIGNAL_REGISTER_GRACE", "off")]);
    let (mut watcher, _) = server.enter("room", "watcher");
    let _pending = server.silent("room", "late");
    server.until_peers(2);
    let mut thief = consume(&server, "room", "late", &token(&key, ISSUER));
    thief.expect_goodbye(4409, "nodeId already in use");
    let mut consumer = consume(&server, "room", "c", &token(&key, ISSUER));
    assert_eq!(message(&mut consumer)["type"], "server-list");
    let mut second = consume(&server, "room", "c", &token(&key, ISSUER));
    second.expect_goodbye(4409, "nodeId already in use");
    let (mut peer, met) = server.enter("room", "c");
    assert_eq!(met, ["watcher"]);
    consumer.expect_goodbye(1000, "replaced by new connection");
    watcher.text(r#"{"type":"offer","to":"c","sdp":1}"#);
    assert_eq!(message(&mut peer)["sdp"], 1);
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
