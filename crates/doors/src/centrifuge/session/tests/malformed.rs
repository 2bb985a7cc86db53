//! Peers that do not speak the protocol.

use super::pair::{CONNECTED, Setup, identity};

#[test]
fn a_first_command_other_than_connect_is_a_bad_request() {
    for first in [r#"{"id":1,"subscribe":{"channel":"a"}}"#, "{}", r#"{"id":1}"#, r#"{"send":{"data":1}}"#] {
        let mut pair = Setup::new().open();
        pair.sends(first);
        pair.closes(3501);
    }
}

#[test]
fn a_connect_without_an_id_is_a_bad_request() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"connect":{}}"#);
    pair.closes(3501);
}

#[test]
fn connecting_twice_is_a_bad_request() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"connect":{}}"#);
    pair.closes(3501);
}

#[test]
fn an_empty_message_is_a_bad_request_in_both_encodings() {
    let mut pair = Setup::new().connected();
    pair.sends_bytes(b"");
    pair.closes(3501);
    let mut pair = Setup::new().protobuf().connected();
    pair.sends_bytes(b"");
    pair.closes(3501);
}

#[test]
fn json_on_a_protobuf_connection_is_a_bad_request() {
    let mut pair = Setup::new().protobuf().open();
    pair.sends_bytes(br#"{"id":1,"connect":{}}"#);
    pair.closes(3501);
}

#[test]
fn a_command_without_a_known_request_is_a_bad_request() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"dance":{}}"#);
    pair.closes(3501);
}

#[test]
fn a_ping_as_a_command_is_a_bad_request() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"ping":{}}"#);
    pair.closes(3501);
}

#[test]
fn a_command_without_an_id_counts_as_a_pong_that_nobody_waits_for() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"subscribe":{"channel":"a"}}"#);
    pair.closes(3501);
}

#[test]
fn a_command_without_its_channel_is_a_bad_request() {
    for command in
        ["subscribe", "unsubscribe", "publish", "presence", "presence_stats", "history", "sub_refresh"]
    {
        let mut pair = Setup::new().connected();
        pair.sends(&format!(r#"{{"id":2,"{command}":{{}}}}"#));
        pair.closes(3501);
    }
}

#[test]
fn commands_before_a_malformed_one_are_carried_out_and_answered() {
    let mut pair = Setup::new().connected();
    pair.sends_bytes(b"{\"id\":2,\"unsubscribe\":{\"channel\":\"a\"}}\nnonsense\n{\"id\":3,\"rpc\":{}}");
    pair.receives(r#"{"id":2,"unsubscribe":{}}"#);
    pair.closes(3501);
}

#[test]
fn a_malformed_command_behind_connect_closes_after_the_connect_reply() {
    let mut pair = Setup::new().open();
    pair.sends_bytes(b"{\"id\":1,\"connect\":{\"token\":\"t\"}}\nnonsense");
    pair.asks_who_bears(Some("t"));
    pair.identifies(identity());
    pair.asks_to_admit();
    pair.admits();
    pair.receives(CONNECTED);
    pair.closes(3501);
}

#[test]
fn a_trailing_line_feed_is_no_command() {
    let mut pair = Setup::new().connected();
    pair.sends_bytes(b"{\"id\":2,\"unsubscribe\":{\"channel\":\"a\"}}\n");
    pair.receives(r#"{"id":2,"unsubscribe":{}}"#);
    pair.is_silent();
}

#[test]
fn a_trailing_line_feed_behind_a_command_that_waits_is_no_command() {
    let mut pair = Setup::new().connected();
    pair.sends_bytes(b"{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}\n");
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
    pair.is_silent();
}

#[test]
fn of_several_requests_in_one_command_the_first_of_the_protocols_list_counts() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"rpc":{},"unsubscribe":{"channel":"a"}}"#);
    pair.receives(r#"{"id":2,"unsubscribe":{}}"#);
    pair.is_silent();
}
