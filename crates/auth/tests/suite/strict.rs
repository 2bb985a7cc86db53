//! What a strict realm refuses of the looser contract.

use serde_json::json;
use vestibule_auth::{RealmConfig, Reason, Refusal};
use vestibule_model::{Expiry, UnixSeconds};

use crate::support::{
    at, claims_with, claims_without, connect, expired, good_claims, invalid, minutes, strict,
};

#[test]
fn a_good_token_says_who_and_until_when() {
    let identity = connect(strict(), &good_claims()).expect("a good token");
    assert_eq!((identity.user.as_str(), identity.expires), ("42", Some(Expiry::Token(UnixSeconds(at(60))))));
}

#[test]
fn exp_is_required_and_null_is_not_a_time() {
    assert_eq!(connect(strict(), &claims_without("exp")), invalid(Reason::ClaimMissing("exp")));
    for name in ["exp", "nbf", "iat", "sub", "iss", "aud", "jti"] {
        let claims = claims_with(json!({name: null}));
        assert_eq!(connect(strict(), &claims), invalid(Reason::ClaimType(name)), "{name}");
    }
}

#[test]
fn a_user_is_required() {
    assert_eq!(connect(strict(), &claims_without("sub")), Err(Refusal::AnonymousToken));
    assert_eq!(connect(strict(), &claims_with(json!({"sub": ""}))), Err(Refusal::AnonymousToken));
}

#[test]
fn a_user_has_a_short_name_without_control_characters() {
    for sub in ["a\u{0}b".to_owned(), "a\nb".to_owned(), "u".repeat(256)] {
        assert_eq!(connect(strict(), &claims_with(json!({"sub": sub}))), invalid(Reason::ClaimValue("sub")));
    }
    assert!(connect(strict(), &claims_with(json!({"sub": "u".repeat(255)}))).is_ok());
}

#[test]
fn clocks_may_differ_by_half_a_minute() {
    assert!(connect(strict(), &claims_with(json!({"exp": at(-29)}))).is_ok());
    assert_eq!(connect(strict(), &claims_with(json!({"exp": at(-30)}))), expired(Reason::Expired));
    assert!(connect(strict(), &claims_with(json!({"nbf": at(30), "iat": at(30)}))).is_ok());
    assert_eq!(connect(strict(), &claims_with(json!({"nbf": at(31)}))), expired(Reason::NotYetValid));
    assert_eq!(connect(strict(), &claims_with(json!({"iat": at(31)}))), expired(Reason::IssuedInFuture));
}

#[test]
fn a_token_lives_at_most_a_day() {
    let day = 24 * 60 * 60;
    assert!(connect(strict(), &claims_with(json!({"exp": at(day)}))).is_ok());
    assert_eq!(connect(strict(), &claims_with(json!({"exp": at(day + 31)}))), invalid(Reason::Lifetime));
    assert_eq!(connect(strict(), &json!({"sub": "42", "exp": at(2 * day)})), invalid(Reason::Lifetime));
    assert_eq!(
        connect(strict(), &claims_with(json!({"iat": at(-day), "exp": at(60)}))),
        invalid(Reason::Lifetime)
    );
}

#[test]
fn an_exp_in_milliseconds_is_not_a_token_for_ever() {
    assert_eq!(connect(strict(), &claims_with(json!({"exp": at(60) * 1000}))), invalid(Reason::Lifetime));
}

#[test]
fn the_longest_lifetime_is_an_option() {
    let realm = || RealmConfig { longest_lifetime: Some(minutes(5)), leeway: Some(minutes(0)), ..strict() };
    assert!(connect(realm(), &claims_with(json!({"exp": at(300)}))).is_ok());
    assert_eq!(connect(realm(), &claims_with(json!({"exp": at(301)}))), invalid(Reason::Lifetime));
}

#[test]
fn the_gateways_own_claims_are_not_heard() {
    let claims = claims_with(json!({"info": 1, "channels": ["a"], "expire_at": 0, "meta": {}}));
    let identity = connect(strict(), &claims).expect("a good token");
    assert_eq!(
        (identity.info, identity.meta, identity.expires),
        (None, None, Some(Expiry::Token(UnixSeconds(at(60)))))
    );
    assert_eq!(identity.subscriptions, []);
}

#[test]
fn a_name_is_shown_to_others_only_where_that_is_said() {
    let claims = claims_with(json!({"name": "Ann \"Lee\"", "info": {"name": "somebody else"}}));
    assert_eq!(connect(strict(), &claims).expect("a good token").info, None);
    let showing = || RealmConfig { show_names: true, ..strict() };
    let shown = |realm, claims: &_| connect(realm, claims).expect("a good token").info;
    assert_eq!(shown(showing(), &claims).as_deref(), Some(&br#"{"name":"Ann \"Lee\""}"#[..]));
    assert_eq!(shown(showing(), &good_claims()), None, "who has no name shows none");
    let speaking = RealmConfig { gateway_claims: Some(true), ..showing() };
    assert_eq!(shown(speaking, &claims).as_deref(), Some(&br#"{"name":"somebody else"}"#[..]));
}

#[test]
fn every_strict_rule_can_be_loosened_by_its_option() {
    let realm = RealmConfig {
        require_expiry: Some(false),
        anonymous_tokens: Some(true),
        gateway_claims: Some(true),
        ..strict()
    };
    let identity = connect(realm, &json!({"channels": ["a"]})).expect("a good token");
    assert!(identity.user.is_anonymous());
    assert_eq!((identity.expires, identity.subscriptions.len()), (None, 1));
}
