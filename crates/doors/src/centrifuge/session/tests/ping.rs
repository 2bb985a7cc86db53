//! Pings and pongs.

use std::time::Duration;

use super::pair::{Setup, identity};
use crate::contract::Outcome;

#[test]
fn the_first_ping_comes_in_the_second_half_of_the_interval() {
    for (jitter, millis) in [(0, 12_500), (1_000, 13_500), (12_500, 25_000)] {
        let mut setup = Setup::new();
        setup.jitter = jitter;
        let mut pair = setup.connected();
        assert_eq!(pair.sleeps_for(), Duration::from_millis(millis));
        pair.pass(Duration::from_millis(millis));
        pair.receives("{}");
    }
}

#[test]
fn every_other_ping_comes_after_the_interval() {
    let mut pair = Setup::new().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.sends("{}");
    for _ in 0..3 {
        pair.pass(Duration::from_millis(24_999));
        pair.is_silent();
        pair.pass(Duration::from_millis(1));
        pair.receives("{}");
        pair.sends("{}");
    }
}

#[test]
fn a_protobuf_peer_is_pinged_with_an_empty_reply_too() {
    let mut pair = Setup::new().protobuf().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.sends_bytes(b"\0");
    pair.pass_secs(20);
    pair.is_silent();
}

#[test]
fn a_ping_without_a_pong_ends_the_connection_after_the_timeout() {
    let mut pair = Setup::new().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.pass(Duration::from_millis(7_999));
    pair.is_silent();
    pair.pass(Duration::from_millis(1));
    pair.closes(3012);
}

#[test]
fn other_commands_are_no_pong() {
    let mut pair = Setup::new().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.joins("a");
    pair.pass_secs(8);
    pair.closes(3012);
}

#[test]
fn a_pong_that_nobody_waits_for_is_a_bad_request() {
    let mut pair = Setup::new().connected();
    pair.sends("{}");
    pair.closes(3501);
}

#[test]
fn two_pongs_for_one_ping_are_one_too_many() {
    let mut pair = Setup::new().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.sends("{}\n{}");
    pair.closes(3501);
}

#[test]
fn without_a_timeout_a_missing_pong_is_no_matter_and_one_that_comes_is_fine() {
    let mut pair = Setup::new().rules(|rules| rules.client.pong_timeout = None).connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.pass_secs(25);
    pair.receives("{}");
    pair.sends("{}");
    pair.is_silent();
}

#[test]
fn while_the_session_does_not_read_a_pong_is_waited_for_anew() {
    let mut pair = Setup::new().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.pass_secs(7);
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.asks_to_subscribe("a");
    pair.pass_secs(2);
    pair.is_silent();
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
    pair.pass(Duration::from_millis(6_999));
    pair.is_silent();
    pair.pass(Duration::from_millis(1));
    pair.closes(3012);
}

#[test]
fn pings_that_went_while_the_session_did_not_read_may_all_be_answered() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.asks_to_subscribe("a");
    pair.pass_secs(13);
    pair.receives("{}");
    pair.pass_secs(25);
    pair.receives("{}");
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
    pair.sends("{}");
    pair.sends("{}");
    pair.is_silent();
    pair.sends("{}");
    pair.closes(3501);
}

#[test]
fn a_pong_behind_a_command_that_waits_is_heard_when_its_turn_comes() {
    let mut pair = Setup::new().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.sends("{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}\n{}");
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
    pair.pass_secs(20);
    pair.is_silent();
}

#[test]
fn with_pings_of_the_transport_its_pongs_count() {
    let mut pair = Setup::new().frame_pings().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.pings_the_transport();
    pair.transport_pong();
    pair.pass_secs(24);
    pair.is_silent();
    pair.pass_secs(1);
    pair.pings_the_transport();
    pair.pass_secs(8);
    pair.closes(3012);
}

#[test]
fn a_pong_of_the_transport_may_come_uncalled_for() {
    let mut pair = Setup::new().frame_pings().connected();
    pair.transport_pong();
    pair.transport_pong();
    pair.is_silent();
}

#[test]
fn a_pong_of_the_transport_does_not_answer_a_ping_of_the_protocol() {
    let mut pair = Setup::new().connected();
    pair.pass(Duration::from_millis(12_500));
    pair.receives("{}");
    pair.transport_pong();
    pair.pass_secs(8);
    pair.closes(3012);
}

#[test]
fn with_pings_of_the_transport_a_pong_of_the_protocol_is_a_bad_request() {
    let mut pair = Setup::new().frame_pings().connected();
    pair.sends("{}");
    pair.closes(3501);
}

#[test]
fn a_house_without_pings_never_wakes_an_idle_session() {
    let mut pair = Setup::new().rules(|rules| rules.client.ping_interval = Duration::ZERO).connected();
    pair.pass_secs(100_000);
    pair.is_silent();
}

#[test]
fn no_ping_goes_before_the_connection_is_open() {
    let mut pair =
        Setup::new().rules(|rules| rules.client.stale_close_delay = Duration::from_secs(600)).open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.pass_secs(100);
    pair.is_silent();
    pair.answers(Outcome::Identity(Ok(Box::new(identity()))));
    pair.asks_to_admit();
    pair.admits();
    pair.receives_count(1);
    assert_eq!(pair.sleeps_for(), Duration::from_millis(12_500));
}
