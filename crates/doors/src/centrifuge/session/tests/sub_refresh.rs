//! `sub_refresh`.

use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{Credential, OrganisationId, SubscriptionGrant, UserId};

use super::pair::{CLIENTS, Pair, Setup, channel, grant, lasts, states, subscribed_to};
use crate::contract::{Order, Refusal};

const REFRESH: &str = r#"{"id":3,"sub_refresh":{"channel":"a","token":"new"}}"#;

/// A connection with a subscription that ends in ten seconds.
fn expiring(setup: Setup) -> Pair {
    let mut pair = setup.rules(|rules| rules.client.ping_interval = Duration::ZERO).connected();
    pair.joins_with(SubscriptionGrant { expires: lasts(10), ..grant("a") });
    pair
}

fn asks(pair: &mut Pair) {
    pair.sends(REFRESH);
    pair.asks_what_is_granted_by("new");
}

#[test]
fn a_new_token_prolongs_the_subscription() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = expiring(setup);
        asks(&mut pair);
        pair.grants(SubscriptionGrant { expires: lasts(100), ..grant("a") });
        pair.receives(r#"{"id":3,"sub_refresh":{"expires":true,"ttl":100}}"#);
        pair.pass_secs(120);
        pair.is_silent();
    }
}

#[test]
fn revocations_know_the_subscription_by_its_new_token() {
    let mut pair = expiring(Setup::new());
    asks(&mut pair);
    let credential = Credential { token: Some("new".into()), ..Credential::default() };
    pair.grants(SubscriptionGrant { credential: credential.clone(), ..grant("a") });
    pair.receives(r#"{"id":3,"sub_refresh":{}}"#);
    assert_eq!(pair.regranted, Some((channel("a"), credential)));
}

#[test]
fn a_new_token_without_an_end_lets_the_subscription_live() {
    let mut pair = expiring(Setup::new());
    asks(&mut pair);
    pair.grants(grant("a"));
    pair.receives(r#"{"id":3,"sub_refresh":{}}"#);
    pair.pass_secs(1_000);
    pair.is_silent();
}

#[test]
fn a_subscription_without_a_token_can_be_given_an_end() {
    let mut pair = Setup::new().rules(|rules| rules.client.ping_interval = Duration::ZERO).connected();
    pair.joins("a");
    asks(&mut pair);
    pair.grants(SubscriptionGrant { expires: lasts(10), ..grant("a") });
    pair.receives(r#"{"id":3,"sub_refresh":{"expires":true,"ttl":10}}"#);
    pair.pass_secs(100);
    pair.unsubscribes("a");
    pair.receives(r#"{"push":{"channel":"a","unsubscribe":{"code":2501,"reason":"subscription expired"}}}"#);
}

#[test]
fn only_a_subscription_can_be_refreshed() {
    let mut pair = Setup::new().connected();
    pair.sends(REFRESH);
    pair.receives(r#"{"id":3,"error":{"code":103,"message":"permission denied"}}"#);
}

#[test]
fn no_token_is_refused_with_107() {
    let mut pair = expiring(Setup::new());
    pair.sends(r#"{"id":3,"sub_refresh":{"channel":"a"}}"#);
    pair.receives(r#"{"id":3,"error":{"code":107,"message":"bad request"}}"#);
}

#[test]
fn a_subscription_of_the_server_is_not_the_clients_to_refresh() {
    let mut pair = Setup::new().open();
    pair.enters(subscribed_to(&["a"]));
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives_count(1);
    pair.releases("a");
    pair.sends(REFRESH);
    pair.closes(3501);
}

#[test]
fn a_token_that_does_not_fit_ends_the_connection() {
    let wrong = [
        SubscriptionGrant { channel: "b".into(), ..grant("a") },
        SubscriptionGrant { user: UserId::new("43"), ..grant("a") },
        SubscriptionGrant { client: Some("another".into()), ..grant("a") },
        SubscriptionGrant { organisation: OrganisationId::from_verified("other"), ..grant("a") },
    ];
    for grant in wrong {
        let mut pair = expiring(Setup::new());
        asks(&mut pair);
        pair.grants(grant);
        pair.closes(3500);
    }
    let mut pair = expiring(Setup::new());
    asks(&mut pair);
    pair.refuses_grant(Refusal::Invalid);
    pair.closes(3500);
}

#[test]
fn an_expired_token_unsubscribes_the_client_so_that_it_subscribes_with_a_fresh_one() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = expiring(setup);
        asks(&mut pair);
        pair.refuses_grant(Refusal::Expired);
        pair.unsubscribes("a");
        pair.receives(
            "{\"push\":{\"channel\":\"a\",\"unsubscribe\":{\"code\":2501,\"reason\":\"subscription expired\"}}}\n{\"id\":3,\"error\":{\"code\":109,\"message\":\"token expired\"}}",
        );
        pair.joins("a");
    }
}

#[test]
fn a_token_whose_end_has_passed_unsubscribes_the_client_too() {
    for (expires, error) in [
        (lasts(0), r#"{"code":109,"message":"token expired"}"#),
        (states(0), r#"{"code":110,"message":"expired"}"#),
    ] {
        let mut pair = expiring(Setup::new());
        asks(&mut pair);
        pair.grants(SubscriptionGrant { expires, ..grant("a") });
        pair.unsubscribes("a");
        let push = r#"{"push":{"channel":"a","unsubscribe":{"code":2501,"reason":"subscription expired"}}}"#;
        pair.receives(&format!("{push}\n{{\"id\":3,\"error\":{error}}}"));
    }
}

#[test]
fn a_token_that_cannot_be_judged_now_leaves_the_subscription() {
    let mut pair = expiring(Setup::new());
    asks(&mut pair);
    pair.refuses_grant(Refusal::Unavailable);
    pair.receives(r#"{"id":3,"error":{"code":100,"message":"internal server error","temporary":true}}"#);
    pair.is_silent();
}

#[test]
fn a_subscription_that_ended_meanwhile_cannot_be_refreshed() {
    let mut pair = expiring(Setup::new());
    asks(&mut pair);
    pair.orders(Order::Unsubscribe { channel: "a".into(), code: None });
    pair.unsubscribes("a");
    pair.receives(r#"{"push":{"channel":"a","unsubscribe":{"code":2000,"reason":"server unsubscribe"}}}"#);
    pair.grants(grant("a"));
    pair.receives(r#"{"id":3,"error":{"code":103,"message":"permission denied"}}"#);
}

#[test]
fn a_new_token_changes_what_others_see_in_the_channel() {
    let mut pair = expiring(Setup::new().channel(|rules| rules.allow_publish = CLIENTS));
    asks(&mut pair);
    pair.grants(SubscriptionGrant { info: Some(Bytes::from_static(b"2")), ..grant("a") });
    pair.receives(r#"{"id":3,"sub_refresh":{}}"#);
    pair.sends(r#"{"id":4,"publish":{"channel":"a","data":1}}"#);
    assert_eq!(pair.asks_to_publish("a").0.info.unwrap().channel.as_deref(), Some(&b"2"[..]));
}
