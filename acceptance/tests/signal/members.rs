//! Who is in a room, under which id, and who hears of it.

use serde_json::json;
use vestibule_acceptance::Event;
use vestibule_acceptance::peer::MASK;
use vestibule_acceptance::signal::{SignalServer, message, nothing_but_own};
use vestibule_websocket::client::pong;

#[test]
fn a_newcomer_meets_those_who_were_there_in_their_order_and_they_hear_nothing() {
    let server = SignalServer::start();
    let (mut first, met) = server.enter("room", "z");
    assert!(met.is_empty());
    let (mut second, met) = server.enter("room", "a");
    assert_eq!(met, ["z"]);
    assert_eq!(server.enter("room", "m").1, ["z", "a"]);
    nothing_but_own(&mut first, "z");
    nothing_but_own(&mut second, "a");
    assert!(server.enter("elsewhere", "x").1.is_empty());
}

#[test]
fn a_newcomer_takes_the_id_the_old_one_is_told_so_and_the_new_one_stays() {
    let server = SignalServer::start();
    let (mut old, _) = server.enter("room", "a");
    let (mut other, _) = server.enter("room", "b");
    let (mut new, met) = server.enter("room", "a");
    assert_eq!(met, ["b"]);
    old.expect_goodbye(1000, "replaced by new connection");
    other.text(r#"{"type":"offer","to":"a","sdp":1}"#);
    assert_eq!(message(&mut new)["sdp"], 1);
    assert_eq!(server.enter("room", "c").1, ["a", "b"], "a takeover keeps the place");
}

#[test]
fn two_with_one_id_do_not_fight_for_ever() {
    let server = SignalServer::with(&[("VESTIBULE_SIGNAL__TAKEOVERS", "3")]);
    let mut held: Vec<_> = (0..4).map(|_| server.enter("room", "a").0).collect();
    let mut late = server.silent("room", "a");
    late.expect_goodbye(4409, "nodeId already in use");
    nothing_but_own(held.last_mut().unwrap(), "a");
}

#[test]
fn the_id_is_that_of_the_query_or_of_the_message_or_a_fresh_one() {
    let server = SignalServer::start();
    let (mut watcher, _) = server.enter("room", "watcher");
    let token = server.token("room");
    let mut named = server.knock(&format!("token={token}&room=room"));
    named.text(r#"{"type":"register","nodeId":"by message"}"#);
    assert_eq!(message(&mut named)["peers"], json!(["watcher"]));
    named.text(r#"{"type":"offer","to":"watcher"}"#);
    assert_eq!(message(&mut watcher)["from"], "by message");
    let mut nameless = server.knock(&format!("token={token}&room=room"));
    nameless.text(r#"{"type":"register"}"#);
    message(&mut nameless);
    nameless.text(r#"{"type":"offer","to":"watcher"}"#);
    assert_eq!(message(&mut watcher)["from"], "room", "the subject");
    let odd = "Ä%20+%00é";
    let mut odd_one = server.knock(&format!("token={token}&room=room&nodeId={odd}"));
    odd_one.text(r#"{"type":"register"}"#);
    message(&mut odd_one);
    odd_one.text(r#"{"type":"offer","to":"watcher"}"#);
    assert_eq!(message(&mut watcher)["from"], "Ä  \u{0}é", "ids pass as they are");
    let mut empty = server.knock(&format!("token={token}&room=room&nodeId="));
    empty.text(r#"{"type":"register","nodeId":"by message"}"#);
    message(&mut empty);
    empty.text(r#"{"type":"offer","to":"watcher"}"#);
    assert_eq!(message(&mut watcher)["from"], "", "and an empty one is one");
}

#[test]
fn tabs_of_one_token_that_say_their_ids_late_put_nobody_out() {
    let server = SignalServer::with(&[("SIGNAL_REGISTER_GRACE", "1ms")]);
    let token = server.token("room");
    let late = || {
        let mut tab = server.knock(&format!("token={token}&room=room"));
        // It has been silent for so long that it counts as a peer.
        let met = message(&mut tab)["peers"].clone();
        (tab, met)
    };
    let (mut left, _) = late();
    let (mut right, met) = late();
    assert_eq!(met, json!(["room"]), "the first has the token's subject, the second a name of its own");
    left.text(r#"{"type":"register","nodeId":"left"}"#);
    assert_eq!(message(&mut left)["peers"].as_array().map(Vec::len), Some(1), "others came since");
    right.text(r#"{"type":"offer","to":"room","sdp":"hello"}"#);
    assert_eq!(message(&mut left)["sdp"], "hello", "and keeps the name that others know");
}

#[test]
fn a_second_register_changes_nothing() {
    let server = SignalServer::start();
    let (mut peer, _) = server.enter("room", "a");
    peer.text(r#"{"type":"register","nodeId":"other","role":"normal"}"#);
    nothing_but_own(&mut peer, "a");
    assert_eq!(server.enter("room", "b").1, ["a"]);
}

#[test]
fn whoever_asks_hears_who_comes_and_goes_and_nobody_else_does() {
    let server = SignalServer::start();
    let (mut old_client, _) = server.enter("room", "old");
    let mut asks = server.silent("room", "asks");
    asks.text(r#"{"type":"register","role":"normal","presence":true}"#);
    assert_eq!(message(&mut asks)["type"], "peer-list");
    assert_eq!(message(&mut asks)["type"], "roster");
    let (mut guest, _) = server.enter("room", "guest");
    assert_eq!(message(&mut asks), json!({ "type": "joined", "peer": "guest" }));
    guest.close(Some(1000));
    assert_eq!(message(&mut asks), json!({ "type": "left", "peer": "guest" }));
    nothing_but_own(&mut old_client, "old");
}

#[test]
fn one_who_is_gone_is_not_there_any_more() {
    let server = SignalServer::start();
    let (mut peer, _) = server.enter("room", "a");
    let (other, _) = server.enter("room", "b");
    other.cut();
    server.until_peers(1);
    peer.text(r#"{"type":"offer","to":"b"}"#);
    let said = message(&mut peer);
    assert_eq!(
        (&said["code"], &said["message"]),
        (&json!("PEER_NOT_FOUND"), &json!("Peer b is not connected"))
    );
    assert_eq!(said["to"], "b", "for programs");
}

#[test]
fn a_peer_that_answers_no_ping_is_not_listed_for_ever() {
    let server = SignalServer::with(&[
        ("VESTIBULE_SIGNAL__PING_INTERVAL", "400ms"),
        ("VESTIBULE_SIGNAL__PONG_TIMEOUT", "200ms"),
    ]);
    // Its socket stays open, and it never reads the ping.
    let (_dead, _) = server.enter("room", "dead");
    server.until_peers(0);
}

#[test]
fn a_peer_that_answers_pings_stays_though_it_says_nothing() {
    let server = SignalServer::with(&[
        ("VESTIBULE_SIGNAL__PING_INTERVAL", "200ms"),
        ("VESTIBULE_SIGNAL__PONG_TIMEOUT", "100ms"),
    ]);
    let (mut quiet, _) = server.enter("room", "quiet");
    for _ in 0..5 {
        let Event::Ping(payload) = quiet.event() else { panic!("a ping was expected") };
        quiet.send(&pong(&payload, MASK));
    }
    assert_eq!(server.enter("room", "b").1, ["quiet"]);
}

#[test]
fn rooms_and_their_members_are_bounded() {
    let server = SignalServer::with(&[("VESTIBULE_SIGNAL__ROOM_MEMBERS", "2")]);
    let _held: Vec<_> = ["a", "b"].map(|id| server.enter("room", id)).into();
    server.silent("room", "c").expect_goodbye(1013, "room is full");
    let long = "x".repeat(300);
    server.knock(&format!("room={long}")).expect_goodbye(1008, "nodeId or room is too long");
}

#[test]
fn a_room_is_no_user_of_whose_connections_there_may_be_only_so_many() {
    let server = SignalServer::with(&[("VESTIBULE_LIMITS__CONNECTIONS_PER_USER", "1")]);
    let (_a, _) = server.enter("room", "a");
    assert_eq!(server.enter("room", "b").1, ["a"]);
}

#[test]
fn without_authentication_everybody_is_a_peer() {
    let server = SignalServer::of(&[("AUTH_DISABLED", "true")]);
    let enter = |query: &str| {
        let mut peer = server.knock(query);
        peer.text(r#"{"type":"register"}"#);
        let list = message(&mut peer)["peers"].clone();
        (peer, list)
    };
    let (mut a, list) = enter("token=garbage&nodeId=a");
    assert_eq!(list, json!([]));
    let (mut b, list) = enter("room=default&nodeId=b");
    assert_eq!(list, json!(["a"]), "who names no room is in `default`");
    assert_eq!(enter("room=other").1, json!([]));
    assert_eq!(enter("room=").1, json!([]), "and an empty name is one of its own");
    let (mut again, list) = enter("nodeId=a");
    assert_eq!(list, json!(["b"]));
    a.expect_goodbye(1000, "replaced by new connection");
    let (mut nameless, list) = enter("");
    assert_eq!(list, json!(["a", "b"]));
    nameless.text(r#"{"type":"offer","to":"b"}"#);
    assert_eq!(message(&mut b)["from"].as_str().unwrap().len(), 36, "a UUID");
    let mut consumer = server.knock("nodeId=c");
    consumer.text(r#"{"type":"register","role":"consumer"}"#);
    assert_eq!(message(&mut consumer)["type"], "server-list", "its token is not asked for");
    nothing_but_own(&mut again, "a");
}
