//! `unsubscribe`.

use super::pair::{Setup, subscribed_to, to};
use crate::contract::Order;

#[test]
fn a_subscription_is_given_up_and_that_is_answered() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.connected();
        pair.joins("a");
        pair.sends(r#"{"id":3,"unsubscribe":{"channel":"a"}}"#);
        pair.unsubscribes("a");
        pair.receives(r#"{"id":3,"unsubscribe":{}}"#);
        pair.is_silent();
    }
}

#[test]
fn what_was_never_subscribed_is_given_up_as_well() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"unsubscribe":{"channel":"what:a"}}"#);
    pair.receives(r#"{"id":2,"unsubscribe":{}}"#);
    pair.is_silent();
}

#[test]
fn a_subscription_that_the_server_made_can_be_given_up() {
    let mut pair = Setup::new().open();
    pair.enters(subscribed_to(&["a"]));
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives_count(1);
    pair.releases("a");
    pair.sends(r#"{"id":3,"unsubscribe":{"channel":"a"}}"#);
    pair.unsubscribes("a");
    pair.receives(r#"{"id":3,"unsubscribe":{}}"#);
}

#[test]
fn an_ordered_subscription_that_is_given_up_while_it_is_made_is_never_mentioned() {
    let mut pair = Setup::new().connected();
    pair.orders(Order::Subscribe { subscription: to("a"), since: None, expires: None });
    pair.asks_to_subscribe("a");
    pair.sends(r#"{"id":3,"unsubscribe":{"channel":"a"}}"#);
    pair.receives(r#"{"id":3,"unsubscribe":{}}"#);
    pair.subscribes();
    pair.releases("a");
    pair.unsubscribes("a");
    pair.is_silent();
}

#[test]
fn many_are_given_up_in_one_message_and_answered_in_one() {
    let mut pair = Setup::new().connected();
    pair.joins("a");
    pair.joins("b");
    pair.sends(
        "{\"id\":3,\"unsubscribe\":{\"channel\":\"a\"}}\n{\"id\":4,\"unsubscribe\":{\"channel\":\"b\"}}",
    );
    pair.unsubscribes("a");
    pair.unsubscribes("b");
    pair.receives("{\"id\":3,\"unsubscribe\":{}}\n{\"id\":4,\"unsubscribe\":{}}");
}
