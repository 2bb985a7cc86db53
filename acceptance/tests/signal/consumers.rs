//! By whom consumers are served, and what they say and hear.

use serde_json::json;
use vestibule_acceptance::signal::{message, nothing_but_own};

use crate::idp::{ISSUER, consume, refusal, register, token, with_consumers, with_words};

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
    let peers = [
        ("old", r#"{"type":"register"}"#),
        ("another-role", r#"{"type":"register","role":"Normal"}"#),
        ("shy", r#"{"type":"register","role":"normal","serveConsumers":false}"#),
        ("shy-in-words", r#"{"type":"register","role":"normal","serveConsumers":"false"}"#),
        ("full", r#"{"type":"register","role":"normal","capacity":0}"#),
        ("says-nothing", r#"{"type":"register","role":"normal"}"#),
        ("a-word", r#"{"type":"register","role":"normal","capacity":"x"}"#),
        ("null", r#"{"type":"register","role":"normal","capacity":null}"#),
        ("below-zero", r#"{"type":"register","role":"normal","capacity":-1}"#),
    ];
    let _held = peers.map(|(id, register)| with_words(&server, id, register));
    let mut consumer = consume(&server, "room", "c", &token(&key, ISSUER));
    let servers = json!(["says-nothing", "a-word", "null", "below-zero"]);
    assert_eq!(message(&mut consumer)["servers"], servers);
}

#[test]
fn peers_that_are_not_offered_take_offers_of_who_knows_them_unless_they_never_said_what_they_are() {
    let (server, key) = with_consumers();
    let shy = r#"{"type":"register","role":"normal","serveConsumers":false}"#;
    let full = r#"{"type":"register","role":"normal","capacity":0}"#;
    let mut served = [with_words(&server, "shy", shy), with_words(&server, "full", full)];
    let mut old = with_words(&server, "old", r#"{"type":"register"}"#);
    let mut consumer = consume(&server, "room", "c", &token(&key, ISSUER));
    assert_eq!(message(&mut consumer)["servers"], json!([]));
    for (id, peer) in ["shy", "full"].iter().zip(&mut served) {
        consumer.text(&json!({ "type": "offer", "to": id, "sdp": 1 }).to_string());
        assert_eq!(message(peer)["fromRole"], "consumer");
    }
    consumer.text(r#"{"type":"offer","to":"old","sdp":1}"#);
    assert_eq!(message(&mut consumer)["message"], "Peer old is not connected");
    nothing_but_own(&mut old, "old");
}

#[test]
fn only_a_peer_s_own_heartbeat_counts() {
    let (server, key) = with_consumers();
    let (mut peer, _) = server.enter("room", "peer");
    let mut consumer = consume(&server, "room", "c", &token(&key, ISSUER));
    assert_eq!(message(&mut consumer)["servers"], json!(["peer"]));
    let mut other = server.silent("room", "pending");
    for speaker in [&mut consumer, &mut other] {
        speaker.text(r#"{"type":"heartbeat","from":"peer","serveConsumers":false,"capacity":0}"#);
    }
    consumer.text(r#"{"type":"offer","to":"peer","sdp":1}"#);
    assert_eq!(message(&mut peer)["sdp"], 1, "what was said before it has been heard");
    let mut second = consume(&server, "room", "c2", &token(&key, ISSUER));
    assert_eq!(message(&mut second)["servers"], json!(["peer"]));
    peer.text(r#"{"type":"heartbeat","load":{"sessions":1},"capacity":1}"#);
    nothing_but_own(&mut peer, "peer");
    let mut third = consume(&server, "room", "c3", &token(&key, ISSUER));
    assert_eq!(message(&mut third)["servers"], json!([]));
    peer.text(r#"{"type":"heartbeat","load":{"sessions":0}}"#);
    while message(&mut third)["servers"] != json!(["peer"]) {}
}

#[test]
fn consumers_and_peers_speak_to_each_other_and_consumers_are_nothing_to_each_other() {
    let (server, key) = with_consumers();
    let (mut peer, _) = server.enter("room", "peer");
    let consumers = ["one", "two"].map(|id| {
        let mut consumer = consume(&server, "room", id, &token(&key, ISSUER));
        assert_eq!(message(&mut consumer)["servers"], json!(["peer"]));
        consumer
    });
    let [mut one, mut two] = consumers;
    for kind in ["offer", "answer", "ice-candidate"] {
        // Neither the other consumer nor its sender hears of the first; the second comes behind it.
        two.text(&json!({ "type": kind, "to": "one", "sdp": "for a consumer" }).to_string());
        two.text(&json!({ "type": kind, "to": "peer", "sdp": 1, "fromRole": "normal" }).to_string());
        assert_eq!(
            message(&mut peer),
            json!({ "type": kind, "to": "peer", "sdp": 1, "from": "two", "fromRole": "consumer" })
        );
        for (id, consumer) in [("one", &mut one), ("two", &mut two)] {
            peer.text(&json!({ "type": kind, "to": id, "sdp": 2 }).to_string());
            assert_eq!(
                message(consumer),
                json!({ "type": kind, "to": id, "sdp": 2, "from": "peer", "fromRole": "normal" })
            );
        }
    }
}

#[test]
fn what_a_consumer_says_behind_its_register_keeps_its_place() {
    let (server, key) = with_consumers();
    let (mut peer, _) = server.enter("room", "peer");
    let mut eager = consume(&server, "room", "c", &token(&key, ISSUER));
    for number in 0..50 {
        eager.text(&format!(r#"{{"type":"offer","to":"peer","sdp":{number}}}"#));
    }
    assert_eq!(message(&mut eager)["type"], "server-list");
    for number in 0..50 {
        let said = message(&mut peer);
        assert_eq!((&said["sdp"], &said["fromRole"]), (&json!(number), &json!("consumer")));
    }
}

#[test]
fn a_consumer_may_say_again_what_it_is_and_nothing_else() {
    let (server, key) = with_consumers();
    let (mut peer, _) = server.enter("room", "peer");
    let come = |id: &str| {
        let mut consumer = consume(&server, "room", id, &token(&key, ISSUER));
        assert_eq!(message(&mut consumer)["servers"], json!(["peer"]));
        consumer
    };
    let mut again = come("again");
    again.text(&register(&token(&key, ISSUER)));
    again.text(r#"{"type":"offer","to":"peer","sdp":1}"#);
    assert_eq!(message(&mut peer)["fromRole"], "consumer", "it is what it was");
    peer.text(r#"{"type":"answer","to":"again","sdp":2}"#);
    assert_eq!(message(&mut again)["sdp"], 2, "and hears nothing of it");
    let mut normal = come("normal");
    normal.text(r#"{"type":"register","role":"normal"}"#);
    normal.expect_goodbye(4001, "Normal Client requires a room token");
    let mut missing = come("missing");
    missing.text(r#"{"type":"register","role":"consumer"}"#);
    assert_eq!(refusal(&mut missing), "missing consumer token");
    missing.expect_goodbye(4003, "missing consumer token");
    let mut bad = come("bad");
    bad.text(&register("a.b.c"));
    assert_eq!(refusal(&mut bad), "invalid or expired consumer token");
    bad.expect_goodbye(4003, "invalid consumer token");
}

#[test]
fn a_consumer_without_an_id_gets_a_fresh_one() {
    let (server, key) = with_consumers();
    let (mut peer, _) = server.enter("room", "peer");
    let mut names = Vec::new();
    for _ in 0..2 {
        let mut consumer = server.knock("room=room");
        consumer.text(&register(&token(&key, ISSUER)));
        assert_eq!(message(&mut consumer)["type"], "server-list");
        consumer.text(r#"{"type":"offer","to":"peer","sdp":1}"#);
        names.push(message(&mut peer)["from"].as_str().unwrap().to_owned());
    }
    let form: Vec<_> = names[0].split('-').map(str::len).collect();
    assert_eq!(form, [8, 4, 4, 4, 12], "a UUID: {names:?}");
    assert_ne!(names[0], names[1]);
}

#[test]
fn a_consumer_that_asks_hears_of_those_who_serve_and_of_nobody_else() {
    let (server, key) = with_consumers();
    let (node, _) = server.enter("room", "node");
    let shy = r#"{"type":"register","role":"normal","serveConsumers":false}"#;
    let unwilling = |id: &str| with_words(&server, id, shy);
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
