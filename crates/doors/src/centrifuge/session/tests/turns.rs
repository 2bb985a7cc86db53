//! Commands take turns, and replies travel together.

use super::pair::{CLIENTS, Setup};

fn unsubscribes(count: usize) -> String {
    let commands: Vec<String> =
        (1..=count).map(|id| format!(r#"{{"id":{id},"unsubscribe":{{"channel":"a"}}}}"#)).collect();
    commands.join("\n")
}

#[test]
fn replies_that_are_ready_together_leave_together() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.connected();
        pair.sends(&unsubscribes(3));
        pair.receives(
            "{\"id\":1,\"unsubscribe\":{}}\n{\"id\":2,\"unsubscribe\":{}}\n{\"id\":3,\"unsubscribe\":{}}",
        );
        pair.is_silent();
    }
}

#[test]
fn no_more_than_sixteen_leave_in_one_message() {
    let mut pair = Setup::new().connected();
    pair.sends(&unsubscribes(40));
    pair.receives_count(16);
    pair.receives_count(16);
    pair.receives_count(8);
    pair.is_silent();
}

#[test]
fn a_command_that_waits_holds_up_those_behind_it() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.channel(|rules| rules.allow_publish = CLIENTS).connected();
        pair.sends(
            "{\"id\":2,\"rpc\":{}}\n{\"id\":3,\"publish\":{\"channel\":\"a\",\"data\":1}}\n{\"id\":4,\"publish\":{\"channel\":\"a\",\"data\":2}}\n{\"id\":5,\"rpc\":{}}",
        );
        pair.receives(r#"{"id":2,"error":{"code":108,"message":"not available"}}"#);
        assert_eq!(pair.asks_to_publish("a").0.data, &b"1"[..]);
        pair.is_silent();
        assert!(!pair.takes_messages());
        pair.publishes();
        pair.receives(r#"{"id":3,"publish":{}}"#);
        assert_eq!(pair.asks_to_publish("a").0.data, &b"2"[..]);
        pair.publishes();
        pair.receives(
            "{\"id\":4,\"publish\":{}}\n{\"id\":5,\"error\":{\"code\":108,\"message\":\"not available\"}}",
        );
        pair.is_silent();
        assert!(pair.takes_messages());
    }
}

#[test]
fn a_subscription_is_let_go_after_the_message_with_its_reply() {
    let mut pair = Setup::new().connected();
    pair.sends(
        "{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}\n{\"id\":3,\"unsubscribe\":{\"channel\":\"b\"}}",
    );
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives("{\"id\":2,\"subscribe\":{}}\n{\"id\":3,\"unsubscribe\":{}}");
    pair.releases("a");
    pair.is_silent();
}

#[test]
fn a_subscription_that_is_given_up_in_the_same_message_was_let_go_before() {
    let mut pair = Setup::new().connected();
    pair.sends(
        "{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}\n{\"id\":3,\"unsubscribe\":{\"channel\":\"a\"}}",
    );
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
    pair.unsubscribes("a");
    pair.receives(r#"{"id":3,"unsubscribe":{}}"#);
    pair.is_silent();
}

#[test]
fn a_refused_command_does_not_hold_up_the_next() {
    let mut pair = Setup::new().connected();
    pair.sends("{\"id\":2,\"history\":{\"channel\":\"a\"}}\n{\"id\":3,\"subscribe\":{\"channel\":\"a\"}}");
    pair.receives(r#"{"id":2,"error":{"code":108,"message":"not available"}}"#);
    pair.asks_to_subscribe("a");
}

#[test]
fn the_session_is_closed_in_the_middle_of_a_message_and_hears_no_more_of_it() {
    let mut pair = Setup::new().connected();
    pair.sends("{\"id\":2,\"rpc\":{}}\n{\"send\":{}}\n{\"id\":3,\"subscribe\":{\"channel\":\"a\"}}");
    pair.receives(r#"{"id":2,"error":{"code":108,"message":"not available"}}"#);
    pair.closes(3508);
}

#[test]
fn a_deadline_passes_while_a_command_waits() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.asks_to_subscribe("a");
    pair.pass_secs(13);
    pair.receives("{}");
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
    pair.sends("{}");
    pair.is_silent();
}

#[test]
fn the_session_asks_to_be_woken_only_when_the_moment_is_another() {
    let mut pair = Setup::new().connected();
    let alarm = pair.alarm();
    pair.joins("a");
    pair.sends(&unsubscribes(1));
    pair.unsubscribes("a");
    pair.receives_count(1);
    assert_eq!(pair.alarm(), alarm);
}
