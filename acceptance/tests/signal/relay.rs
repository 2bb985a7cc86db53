//! What one peer says to another.

use serde_json::json;
use vestibule_acceptance::http::get;
use vestibule_acceptance::signal::{SignalServer, message, nothing_but_own, text};
use vestibule_websocket::client::binary;

#[test]
fn a_message_passes_whole_but_for_who_sent_it() {
    let server = SignalServer::start();
    let (mut ann, _) = server.enter("room", "ann");
    let (mut ben, _) = server.enter("room", "ben");
    for kind in ["offer", "answer", "ice-candidate"] {
        let sent = format!(
            r#"{{"type":"{kind}","to":"ann","from":"eve","fromRole":"consumer","sdp":{{"a":[1, null]}},"more":"\u00e9"}}"#
        );
        ben.text(&sent);
        let expected = format!(
            r#"{{"type":"{kind}","to":"ann","sdp":{{"a":[1, null]}},"more":"\u00e9","from":"ben","fromRole":"normal"}}"#
        );
        assert_eq!(text(&mut ann), expected);
    }
    // A binary frame is taken for the text in it, and what comes out is text.
    ben.send(&binary(br#"{"type":"offer","to":"ann","sdp":2}"#, [1, 2, 3, 4]));
    assert_eq!(message(&mut ann)["sdp"], 2);
    ben.text(r#"{"type":"offer","to":"ben","sdp":3}"#);
    assert_eq!(message(&mut ben)["sdp"], 3, "one may speak to oneself");
}

#[test]
fn whoever_is_addressed_and_not_there_is_named() {
    let server = SignalServer::start();
    let (mut peer, _) = server.enter("room", "a");
    let (_stranger, _) = server.enter("elsewhere", "b");
    for (to, spelled) in
        [(r#","to":"b""#, "b"), ("", "undefined"), (r#","to":null"#, "null"), (r#","to":5"#, "5")]
    {
        peer.text(&format!(r#"{{"type":"offer"{to}}}"#));
        let said = message(&mut peer);
        assert_eq!(said["message"], format!("Peer {spelled} is not connected"));
        assert_eq!((&said["type"], &said["code"]), (&json!("error"), &json!("PEER_NOT_FOUND")));
    }
}

#[test]
fn who_has_not_said_what_it_is_hears_what_is_said_to_it_and_is_not_heard() {
    let server = SignalServer::with(&[("SIGNAL_REGISTER_GRACE", "off")]);
    let (mut ann, _) = server.enter("room", "ann");
    let mut silent = server.silent("room", "silent");
    server.until_peers(2);
    for kind in ["offer", "answer", "ice-candidate"] {
        ann.text(&format!(r#"{{"type":"{kind}","to":"silent","sdp":1}}"#));
        let said = message(&mut silent);
        assert_eq!((&said["type"], &said["from"]), (&json!(kind), &json!("ann")));
        silent.text(&format!(r#"{{"type":"{kind}","to":"ann","sdp":2}}"#));
        silent.text(&format!(r#"{{"type":"{kind}","to":"nobody","sdp":2}}"#));
    }
    assert_eq!(server.enter("room", "ben").1, ["ann"], "nor is it listed");
    silent.text(r#"{"type":"register","role":"normal"}"#);
    assert_eq!(message(&mut silent)["type"], "peer-list", "no word about what was dropped");
    nothing_but_own(&mut ann, "ann");
}

#[test]
fn everything_arrives_in_the_order_in_which_it_was_sent_between_any_two() {
    let server = SignalServer::start();
    let mut peers: Vec<_> = (0..6).map(|id| server.enter("room", &format!("p{id}")).0).collect();
    for number in 0..30 {
        for (id, peer) in peers.iter_mut().enumerate() {
            let to = (id + 1) % 6;
            peer.text(&format!(r#"{{"type":"ice-candidate","to":"p{to}","candidate":{number}}}"#));
        }
    }
    for (id, peer) in peers.iter_mut().enumerate() {
        let from = format!("p{}", (id + 5) % 6);
        for number in 0..30 {
            let said = message(peer);
            assert_eq!((&said["candidate"], &said["from"]), (&json!(number), &json!(from)));
        }
    }
}

#[test]
fn a_reader_that_is_paused_costs_no_more_than_its_bound() {
    let server = SignalServer::with(&[("VESTIBULE_SIGNAL__MESSAGES_PER_SECOND", "0")]);
    let (_paused, _) = server.enter("room", "paused");
    let (mut ann, _) = server.enter("room", "ann");
    let before = server.process.memory("VmRSS");
    let long = "x".repeat(60_000);
    for _ in 0..1_000 {
        ann.text(&format!(r#"{{"type":"offer","to":"paused","sdp":"{long}"}}"#));
    }
    server.until_peers(1);
    let grown = server.process.memory("VmRSS").saturating_sub(before);
    assert!(grown < 40_000, "60 MB were sent to a peer that does not read, and {grown} kB stayed");
}

#[test]
fn one_who_sends_too_fast_waits_and_nothing_is_lost() {
    let server = SignalServer::with(&[("VESTIBULE_SIGNAL__MESSAGES_PER_SECOND", "5")]);
    let (mut ann, _) = server.enter("room", "ann");
    let (mut ben, _) = server.enter("room", "ben");
    for number in 0..40 {
        ben.text(&format!(r#"{{"type":"offer","to":"ann","sdp":{number}}}"#));
    }
    for number in 0..40 {
        assert_eq!(message(&mut ann)["sdp"], number);
        if number == 24 {
            // 25 at once, then 5 a second: the rest is still at the sender's end.
            let taken = taken(&server);
            assert!(taken < 42, "{taken} messages were taken");
        }
    }
    assert_eq!(taken(&server), 42, "with the two that said who is there");
}

/// Messages of peers that were read.
fn taken(server: &SignalServer) -> u64 {
    let metrics = get(server.address, "/metrics").body;
    let line = metrics.lines().find_map(|line| line.strip_prefix("vestibule_messages_received_total "));
    line.unwrap().parse().unwrap()
}
