//! `refresh`.

use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{Credential, Identity, OrganisationId, Profile, UserId};

use super::pair::{CLIENTS, Pair, Setup, identity, lasts, states, subscribed_to};
use crate::contract::Refusal;

const REFRESH: &str = r#"{"id":3,"refresh":{"token":"new"}}"#;

/// A connection that ends in a minute and a bit.
fn expiring() -> Pair {
    let quiet = Setup::new().rules(|rules| rules.client.ping_interval = Duration::ZERO);
    quiet.connected_as(Identity { expires: lasts(60), ..identity() })
}

fn asks(pair: &mut Pair) {
    pair.sends(REFRESH);
    pair.asks_who_bears(Some("new"));
}

#[test]
fn a_new_token_prolongs_the_connection() {
    let mut pair = expiring();
    pair.pass_secs(50);
    asks(&mut pair);
    pair.identifies(Identity { expires: lasts(150), ..identity() });
    pair.receives(r#"{"id":3,"refresh":{"expires":true,"ttl":100}}"#);
    pair.pass_secs(124);
    pair.is_silent();
    pair.pass_secs(1);
    pair.closes(3005);
}

#[test]
fn a_protobuf_client_refreshes_too() {
    let mut pair = Setup::new().protobuf().connected();
    asks(&mut pair);
    pair.identifies(Identity { expires: lasts(100), ..identity() });
    pair.receives(r#"{"id":3,"refresh":{"expires":true,"ttl":100}}"#);
}

#[test]
fn a_new_token_without_an_end_lets_the_connection_live() {
    let mut pair = expiring();
    asks(&mut pair);
    pair.identifies(identity());
    pair.receives(r#"{"id":3,"refresh":{}}"#);
    pair.pass_secs(1_000);
    pair.is_silent();
}

#[test]
fn no_token_is_a_bad_request() {
    let mut pair = expiring();
    pair.sends(r#"{"id":3,"refresh":{}}"#);
    pair.closes(3501);
}

#[test]
fn an_expired_token_ends_the_connection_as_expired() {
    let mut pair = expiring();
    asks(&mut pair);
    pair.refuses_token(Refusal::Expired);
    pair.closes(3005);
}

#[test]
fn a_token_that_is_not_good_ends_the_connection_for_good() {
    let mut pair = expiring();
    asks(&mut pair);
    pair.refuses_token(Refusal::Invalid);
    pair.closes(3500);
}

#[test]
fn a_token_of_another_user_tenant_or_realm_ends_the_connection_for_good() {
    let others = [
        Identity { user: UserId::new("43"), ..identity() },
        Identity { organisation: OrganisationId::from_verified("other"), ..identity() },
        Identity { realm: "other".into(), ..identity() },
    ];
    for other in others {
        let mut pair = expiring();
        asks(&mut pair);
        pair.identifies(other);
        pair.closes(3500);
    }
}

#[test]
fn a_token_that_cannot_be_judged_now_is_tried_again() {
    let mut pair = expiring();
    asks(&mut pair);
    pair.refuses_token(Refusal::Unavailable);
    pair.receives(r#"{"id":3,"error":{"code":100,"message":"internal server error","temporary":true}}"#);
}

#[test]
fn a_token_that_is_taken_after_its_end_ends_the_connection_as_an_expired_one_does() {
    for (profile, code) in [(Profile::Centrifugo, 3005), (Profile::Cadenza, 3500)] {
        let mut pair = Setup::new().connected_as(Identity { profile, ..identity() });
        asks(&mut pair);
        pair.identifies(Identity { expires: lasts(-1), profile, ..identity() });
        pair.closes(code);
    }
}

#[test]
fn a_new_end_that_has_passed_is_answered_with_110() {
    let mut pair = expiring();
    pair.pass_secs(50);
    asks(&mut pair);
    pair.identifies(Identity { expires: states(50), ..identity() });
    pair.receives(r#"{"id":3,"error":{"code":110,"message":"expired"}}"#);
}

#[test]
fn a_token_with_other_channels_makes_the_client_come_back() {
    let enters = || {
        let mut pair = Setup::new().open();
        pair.enters(subscribed_to(&["a"]));
        pair.asks_to_subscribe("a");
        pair.subscribes();
        pair.receives_count(1);
        pair.releases("a");
        asks(&mut pair);
        pair
    };
    let mut same = enters();
    same.identifies(subscribed_to(&["a"]));
    same.receives(r#"{"id":3,"refresh":{}}"#);
    for other in [&["a", "b"][..], &[]] {
        let mut pair = enters();
        pair.identifies(subscribed_to(other));
        pair.closes(3010);
    }
}

#[test]
fn a_channel_to_which_the_client_subscribed_itself_is_there_as_well() {
    let mut pair = Setup::new().connected();
    pair.joins("a");
    asks(&mut pair);
    pair.identifies(subscribed_to(&["a"]));
    pair.receives(r#"{"id":3,"refresh":{}}"#);
}

#[test]
fn a_new_token_changes_what_others_see() {
    let mut pair = Setup::new().channel(|rules| rules.allow_publish = CLIENTS).connected();
    pair.joins("a");
    asks(&mut pair);
    pair.identifies(Identity { info: Some(Bytes::from_static(b"2")), ..identity() });
    pair.receives(r#"{"id":3,"refresh":{}}"#);
    pair.sends(r#"{"id":4,"publish":{"channel":"a","data":1}}"#);
    assert_eq!(pair.asks_to_publish("a").0.info.unwrap().connection.as_deref(), Some(&b"2"[..]));
}

#[test]
fn revocations_know_the_connection_by_its_new_token() {
    let mut pair = expiring();
    asks(&mut pair);
    let credential = Credential { token: Some("new".into()), ..Credential::default() };
    pair.identifies(Identity { credential: credential.clone(), ..identity() });
    assert_eq!(pair.renewed, Some(credential));
}

#[test]
fn in_an_insecure_house_a_new_token_has_no_end_either() {
    let mut pair = Setup::new().rules(|rules| rules.client.insecure = true).connected();
    asks(&mut pair);
    pair.identifies(Identity { expires: lasts(100), ..identity() });
    pair.receives(r#"{"id":3,"refresh":{}}"#);
}
