//! What operators and backends order.

use bytes::Bytes;
use vestibule_model::{Close, ServerSubscription, UnixSeconds};

use super::pair::{Pair, Setup, after, at, channel, position, recovered, to};
use crate::contract::{Fault, Order};

fn subscribe(channel: &str) -> Order {
    Order::Subscribe { subscription: to(channel), since: None, expires: None }
}

fn unsubscribe(channel: &str) -> Order {
    Order::Unsubscribe { channel: channel.into(), code: None }
}

#[track_caller]
fn is_told_of_the_end(pair: &mut Pair) {
    pair.receives(r#"{"push":{"channel":"a","unsubscribe":{"code":2000,"reason":"server unsubscribe"}}}"#);
}

#[test]
fn an_ordered_subscription_is_told_when_it_stands() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.channel(|rules| rules.force_recovery = true).connected();
        pair.orders(Order::Subscribe {
            subscription: ServerSubscription { data: Some(Bytes::from_static(b"1")), ..to("a") },
            since: None,
            expires: None,
        });
        pair.asks_to_subscribe("a");
        assert!(pair.takes_messages(), "an order does not hold up commands");
        pair.answers(at(3));
        pair.receives(
            r#"{"push":{"channel":"a","subscribe":{"recoverable":true,"epoch":"abcd","offset":3,"positioned":true,"data":1}}}"#,
        );
        pair.releases("a");
    }
}

#[test]
fn an_order_may_name_a_channel_that_a_client_may_not() {
    let pattern = regex::Regex::new("^[a-z]+$").unwrap();
    let mut pair = Setup::new().namespace("low", |rules| rules.channel_regex = Some(pattern)).connected();
    pair.orders(subscribe("low:A1"));
    pair.asks_to_subscribe("low:A1");
}

#[test]
fn an_ordered_subscription_can_begin_in_the_past() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.channel(|rules| rules.force_recovery = true).connected();
        pair.orders(Order::Subscribe { subscription: to("a"), since: Some(position(3)), expires: None });
        assert!(pair.asks_to_subscribe("a").following.unwrap().recover.is_some());
        pair.answers(recovered(4, &[4]));
        pair.receives(
            "{\"push\":{\"channel\":\"a\",\"subscribe\":{\"recoverable\":true,\"epoch\":\"abcd\",\"offset\":3,\"positioned\":true}}}\n{\"push\":{\"channel\":\"a\",\"pub\":{\"data\":4,\"offset\":4}}}",
        );
        pair.releases("a");
    }
}

#[test]
fn what_is_subscribed_is_not_subscribed_again() {
    let mut pair = Setup::new().connected();
    pair.joins("a");
    pair.orders(subscribe("a"));
    pair.is_silent();
    pair.orders(subscribe("b"));
    pair.asks_to_subscribe("b");
    pair.orders(subscribe("b"));
    pair.is_silent();
}

#[test]
fn what_is_ordered_is_not_the_clients_to_subscribe() {
    let mut pair = Setup::new().connected();
    pair.orders(subscribe("a"));
    pair.asks_to_subscribe("a");
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.receives(r#"{"id":2,"error":{"code":105,"message":"already subscribed"}}"#);
}

#[test]
fn what_the_client_is_about_to_have_is_not_ordered() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.asks_to_subscribe("a");
    pair.orders(subscribe("a"));
    pair.is_silent();
}

#[test]
fn a_token_that_is_judged_after_an_order_comes_too_late() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
    pair.asks_what_is_granted_by("s");
    let token = pair.ticket();
    pair.orders(subscribe("a"));
    pair.asks_to_subscribe("a");
    pair.answers_to(token, crate::contract::Outcome::Grant(Ok(Box::new(super::pair::grant("a")))));
    pair.receives(r#"{"id":2,"error":{"code":105,"message":"already subscribed"}}"#);
}

#[test]
fn an_order_for_no_channel_is_ignored() {
    let mut pair = Setup::new().connected();
    for channel in ["", "what:a"] {
        pair.orders(subscribe(channel));
        pair.orders(unsubscribe(channel));
        pair.is_silent();
    }
}

#[test]
fn an_order_that_has_expired_is_ignored() {
    let mut pair = Setup::new().connected();
    pair.orders(Order::Subscribe { subscription: to("a"), since: None, expires: after(0) });
    pair.is_silent();
}

#[test]
fn one_ordered_channel_too_many_ends_the_connection() {
    let mut pair = Setup::new().rules(|rules| rules.client.channel_limit = 1).connected();
    pair.joins("a");
    pair.orders(subscribe("b"));
    pair.closes(3505);
}

#[test]
fn what_is_being_made_counts_for_the_limit() {
    let mut pair = Setup::new().rules(|rules| rules.client.channel_limit = 1).connected();
    pair.orders(subscribe("a"));
    pair.asks_to_subscribe("a");
    pair.sends(r#"{"id":2,"subscribe":{"channel":"b"}}"#);
    pair.receives(r#"{"id":2,"error":{"code":106,"message":"limit exceeded"}}"#);
    pair.orders(subscribe("b"));
    pair.closes(3505);
}

#[test]
fn an_ordered_subscription_that_fails_is_forgotten() {
    let mut pair = Setup::new().connected();
    pair.orders(subscribe("a"));
    pair.asks_to_subscribe("a");
    pair.fails_to_subscribe(Fault::Unavailable);
    pair.is_silent();
    pair.joins("a");
}

#[test]
fn an_ordered_end_is_carried_out_and_told() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.connected();
        pair.joins("a");
        pair.orders(unsubscribe("a"));
        pair.unsubscribes("a");
        is_told_of_the_end(&mut pair);
        pair.orders(unsubscribe("a"));
        pair.is_silent();
    }
}

#[test]
fn an_ordered_end_can_have_its_own_code() {
    let mut pair = Setup::new().connected();
    pair.joins("a");
    pair.orders(Order::Unsubscribe { channel: "a".into(), code: Some((2600, "moved".into())) });
    pair.unsubscribes("a");
    pair.receives(r#"{"push":{"channel":"a","unsubscribe":{"code":2600,"reason":"moved"}}}"#);
}

#[test]
fn an_end_that_is_ordered_while_the_subscription_is_made_follows_its_reply() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.asks_to_subscribe("a");
    pair.orders(unsubscribe("a"));
    pair.is_silent();
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
    pair.unsubscribes("a");
    is_told_of_the_end(&mut pair);
}

#[test]
fn an_end_of_a_subscription_that_then_fails_is_no_matter() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.asks_to_subscribe("a");
    pair.orders(unsubscribe("a"));
    pair.fails_to_subscribe(Fault::Overloaded);
    pair.receives(r#"{"id":2,"error":{"code":111,"message":"too many requests","temporary":true}}"#);
    pair.is_silent();
}

#[test]
fn an_ordered_subscription_that_is_lost_while_it_is_made_ends_the_connection() {
    let mut pair = Setup::new().connected();
    pair.orders(subscribe("a"));
    pair.asks_to_subscribe("a");
    pair.loses("a");
    pair.is_silent();
    pair.subscribes();
    pair.receives(r#"{"push":{"channel":"a","subscribe":{}}}"#);
    pair.closes(3010);
}

#[test]
fn an_ordered_refresh_is_told_and_prolongs_the_connection() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair =
            setup.rules(|rules| rules.client.ping_interval = std::time::Duration::ZERO).connected();
        pair.orders(Order::Refresh { expired: false, expires: after(100), info: None });
        pair.receives(r#"{"push":{"refresh":{"expires":true,"ttl":100}}}"#);
        pair.pass_secs(124);
        pair.is_silent();
        pair.pass_secs(1);
        pair.closes(3005);
    }
}

#[test]
fn an_ordered_refresh_without_an_end_lets_the_connection_live() {
    let mut pair = Setup::new().connected();
    pair.orders(Order::Refresh { expired: false, expires: None, info: None });
    pair.receives(r#"{"push":{"refresh":{}}}"#);
}

#[test]
fn a_connection_that_is_ordered_to_have_expired_ends() {
    let past = Some(UnixSeconds(super::pair::NOW.0 - 1));
    for order in [
        Order::Refresh { expired: true, expires: None, info: None },
        Order::Refresh { expired: false, expires: past, info: None },
    ] {
        let mut pair = Setup::new().connected();
        pair.orders(order);
        pair.closes(3005);
    }
}

#[test]
fn an_ordered_refresh_changes_what_others_see() {
    let mut pair = Setup::new().connected();
    pair.orders(Order::Refresh { expired: false, expires: None, info: Some(Bytes::from_static(b"2")) });
    pair.receives(r#"{"push":{"refresh":{}}}"#);
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    assert_eq!(pair.asks_to_subscribe("a").info.connection.as_deref(), Some(&b"2"[..]));
}

#[test]
fn a_disconnect_and_a_drain_end_the_connection() {
    let mut pair = Setup::new().connected();
    pair.orders(Order::Disconnect(Close::new(3503, "force disconnect")));
    pair.closes(3503);
    let mut pair = Setup::new().connected();
    pair.orders(Order::Drain);
    pair.closes(3001);
}

#[test]
fn a_loss_in_a_channel_that_is_not_subscribed_is_ignored() {
    let mut pair = Setup::new().connected();
    pair.loses(channel("a").name());
    pair.is_silent();
}
