//! `publish`.

use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{Identity, SubscriptionGrant};

use super::pair::{CLIENTS, Pair, SUBSCRIBERS, Setup, anonymous, grant, identity};
use crate::centrifuge::rules::{DataFormat, Permission};
use crate::contract::{Fault, Outcome};

const PUBLISH: &str = r#"{"id":3,"publish":{"channel":"a","data":{"x": 1}}}"#;

fn open() -> Setup {
    Setup::new().channel(|rules| rules.allow_publish = CLIENTS)
}

#[track_caller]
fn is_refused(pair: &mut Pair, command: &str, error: &str) {
    pair.sends(command);
    pair.receives(&format!(r#"{{"id":3,"error":{{{error}}}}}"#));
    pair.is_silent();
}

#[test]
fn a_publication_is_the_peers_bytes_and_who_it_is() {
    for setup in [open(), open().protobuf()] {
        let mut pair = setup.connected_as(Identity { info: Some(Bytes::from_static(b"1")), ..identity() });
        pair.sends(PUBLISH);
        let (publication, options) = pair.asks_to_publish("a");
        assert_eq!(publication.data, &br#"{"x": 1}"#[..]);
        assert_eq!(options.retention, None);
        let info = publication.info.unwrap();
        assert_eq!((info.user.as_str(), info.connection.as_deref()), ("42", Some(&b"1"[..])));
        assert_eq!(info.channel, None);
        pair.publishes();
        pair.receives(r#"{"id":3,"publish":{}}"#);
    }
}

#[test]
fn a_subscribers_publication_carries_what_the_channel_shows_of_him() {
    let mut pair = open().connected();
    pair.joins_with(SubscriptionGrant { info: Some(Bytes::from_static(b"\"boss\"")), ..grant("a") });
    pair.sends(PUBLISH);
    let (publication, _) = pair.asks_to_publish("a");
    assert_eq!(publication.info.unwrap().channel.as_deref(), Some(&b"\"boss\""[..]));
}

#[test]
fn a_channel_with_history_keeps_the_publication() {
    let kept = |rules: &mut crate::centrifuge::rules::ChannelRules| {
        rules.history_size = 10;
        rules.history_ttl = Duration::from_secs(60);
    };
    let mut pair = open().channel(kept).connected();
    pair.sends(PUBLISH);
    let (_, options) = pair.asks_to_publish("a");
    assert_eq!(options.retention.map(|r| (r.size, r.ttl)), Some((10, Duration::from_secs(60))));
}

#[test]
fn nothing_is_not_published_unless_the_channel_takes_any_bytes() {
    let bad = r#""code":107,"message":"bad request""#;
    is_refused(&mut open().connected(), r#"{"id":3,"publish":{"channel":"a"}}"#, bad);
    let mut pair = open().channel(|rules| rules.publication_data_format = DataFormat::Binary).connected();
    pair.sends(r#"{"id":3,"publish":{"channel":"a"}}"#);
    assert!(pair.asks_to_publish("a").0.data.is_empty());
}

#[test]
fn null_is_something() {
    let mut pair = open().connected();
    pair.sends(r#"{"id":3,"publish":{"channel":"a","data":null}}"#);
    assert_eq!(pair.asks_to_publish("a").0.data, &b"null"[..]);
}

#[test]
fn a_channel_for_json_refuses_other_bytes_of_a_protobuf_client() {
    let mut pair =
        open().channel(|rules| rules.publication_data_format = DataFormat::Json).protobuf().connected();
    pair.sends_bytes(b"\x0b\x08\x03\x3a\x07\x0a\x01a\x12\x02\x00\xff");
    pair.receives(r#"{"id":3,"error":{"code":107,"message":"bad request"}}"#);
}

#[test]
fn publishing_needs_permission() {
    let denied = r#""code":103,"message":"permission denied""#;
    is_refused(&mut Setup::new().connected(), PUBLISH, denied);
    is_refused(&mut open().connected_as(anonymous()), PUBLISH, denied);
}

#[test]
fn permission_for_subscribers_comes_with_the_subscription() {
    let mut pair = Setup::new().channel(|rules| rules.allow_publish = SUBSCRIBERS).connected();
    is_refused(&mut pair, PUBLISH, r#""code":103,"message":"permission denied""#);
    pair.joins("a");
    pair.sends(PUBLISH);
    pair.asks_to_publish("a");
}

#[test]
fn the_anonymous_user_may_publish_where_he_may() {
    let everyone = Permission { anonymous: true, ..CLIENTS };
    let mut pair = Setup::new().channel(|rules| rules.allow_publish = everyone).connected_as(anonymous());
    pair.sends(PUBLISH);
    pair.asks_to_publish("a");
}

#[test]
fn in_an_insecure_house_everyone_publishes() {
    let mut pair = Setup::new().rules(|rules| rules.client.insecure = true).connected_as(anonymous());
    pair.sends(PUBLISH);
    pair.asks_to_publish("a");
}

#[test]
fn an_unknown_channel_a_bad_name_and_a_map_are_refused() {
    let mut pair = open().connected();
    let to = |channel: &str| format!(r#"{{"id":3,"publish":{{"channel":"{channel}","data":1}}}}"#);
    is_refused(&mut pair, &to("what:a"), r#""code":102,"message":"unknown channel""#);
    is_refused(&mut pair, &to("né"), r#""code":107,"message":"bad request""#);
    let map = r#"{"id":3,"publish":{"channel":"a","data":1,"type":1,"key":"k"}}"#;
    is_refused(&mut pair, map, r#""code":103,"message":"permission denied""#);
}

#[test]
fn a_house_that_cannot_publish_says_so() {
    let mut pair = open().connected();
    pair.sends(PUBLISH);
    pair.asks_to_publish("a");
    pair.answers(Outcome::Published(Err(Fault::Overloaded)));
    pair.receives(r#"{"id":3,"error":{"code":111,"message":"too many requests","temporary":true}}"#);
}
