//! The presence tick: it looks after subscriptions, and exists only where one needs it.

use std::time::Duration;

use vestibule_model::SubscriptionGrant;

use super::pair::{Pair, Setup, after, grant, lasts, subscribed_to};

/// Pings are off, so that only ticks wake the session.
fn quiet() -> Setup {
    Setup::new().rules(|rules| rules.client.ping_interval = Duration::ZERO)
}

fn present() -> Setup {
    quiet().channel(|rules| rules.presence = true)
}

fn joins_at_top(pair: &mut Pair, name: &str) {
    pair.sends(&format!(r#"{{"id":2,"subscribe":{{"channel":"{name}"}}}}"#));
    pair.asks_to_subscribe(name);
    pair.subscribes_at(1);
    pair.receives_count(1);
    pair.releases(name);
}

#[test]
fn presence_is_renewed_at_random_first_and_then_by_the_interval() {
    let mut pair = present().connected();
    pair.joins("a");
    pair.pass(Duration::from_millis(13_499));
    pair.is_silent();
    pair.pass(Duration::from_millis(1));
    pair.tends("a");
    pair.pass(Duration::from_millis(26_999));
    pair.is_silent();
    pair.pass(Duration::from_millis(1));
    pair.tends("a");
}

#[test]
fn a_subscription_that_needs_nothing_is_left_alone() {
    let mut pair = quiet().connected();
    pair.joins("a");
    pair.pass_secs(1_000);
    pair.is_silent();
}

#[test]
fn the_tick_ends_with_the_last_subscription_that_needs_it() {
    let mut pair = present().connected();
    pair.joins("a");
    pair.sends(r#"{"id":3,"unsubscribe":{"channel":"a"}}"#);
    pair.unsubscribes("a");
    pair.receives(r#"{"id":3,"unsubscribe":{}}"#);
    pair.pass_secs(14);
    pair.is_silent();
    assert!(pair.sleeps_for_ever());
}

#[test]
fn a_position_is_compared_with_the_stream_every_second_tick() {
    let mut pair = quiet().channel(|rules| rules.force_positioning = true).connected();
    joins_at_top(&mut pair, "a");
    pair.pass_secs(14);
    pair.is_silent();
    pair.pass_secs(27);
    pair.tends("a");
    pair.pass_secs(27);
    pair.is_silent();
    pair.pass_secs(27);
    pair.tends("a");
}

#[test]
fn with_presence_and_a_position_one_visit_does_for_both() {
    let mut pair = present().channel(|rules| rules.force_positioning = true).connected();
    joins_at_top(&mut pair, "a");
    pair.pass_secs(41);
    pair.tends("a");
    pair.tends("a");
    pair.is_silent();
}

#[test]
fn a_subscription_ends_after_its_token_and_the_delay() {
    for setup in [quiet(), quiet().protobuf()] {
        let mut pair = setup.connected();
        pair.joins_with(SubscriptionGrant { expires: lasts(10), ..grant("a") });
        pair.pass_secs(35);
        pair.is_silent();
        pair.pass_secs(27);
        pair.unsubscribes("a");
        pair.receives(
            r#"{"push":{"channel":"a","unsubscribe":{"code":2501,"reason":"subscription expired"}}}"#,
        );
        pair.pass_secs(1_000);
        pair.is_silent();
    }
}

#[test]
fn a_subscription_of_the_server_that_ends_takes_the_connection_along() {
    let mut pair = quiet().connected();
    pair.orders(crate::contract::Order::Subscribe {
        subscription: super::pair::to("a"),
        since: None,
        expires: after(10),
    });
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(r#"{"push":{"channel":"a","subscribe":{}}}"#);
    pair.releases("a");
    pair.pass_secs(35);
    pair.is_silent();
    pair.pass_secs(27);
    pair.closes(3006);
}

#[test]
fn every_subscription_is_visited_in_one_tick() {
    let mut pair = present().connected();
    pair.joins("a");
    pair.joins("b");
    pair.pass_secs(14);
    pair.tends("a");
    pair.tends("b");
    pair.is_silent();
}

#[test]
fn subscriptions_of_the_token_are_looked_after_too() {
    let mut pair = present().open();
    pair.enters(subscribed_to(&["a"]));
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives_count(1);
    pair.releases("a");
    pair.pass_secs(14);
    pair.tends("a");
}

#[test]
fn a_subscription_that_is_behind_is_lost_after_the_visit() {
    let mut pair = quiet().channel(|rules| rules.force_positioning = true).connected();
    joins_at_top(&mut pair, "a");
    pair.pass_secs(41);
    pair.tends("a");
    pair.loses("a");
    pair.unsubscribes("a");
    pair.receives(r#"{"push":{"channel":"a","unsubscribe":{"code":2500,"reason":"insufficient state"}}}"#);
}

#[test]
fn a_house_without_ticks_never_looks_after_anything() {
    let never =
        |rules: &mut crate::centrifuge::rules::Rules| rules.client.presence_update_interval = Duration::ZERO;
    let mut pair = present().rules(never).connected();
    pair.joins("a");
    pair.pass_secs(1_000);
    pair.is_silent();
}
