//! Tokens that open one connection each.

use serde_json::{Value, json};
use vestibule_auth::{KeyConfig, Preset, RealmConfig, Reason};
use vestibule_model::{Expiry, UnixSeconds};

use crate::support::{NOW, SECRET, at, claims_with, claims_without, connect, house, invalid, strict, token};

fn single_use(realm: RealmConfig) -> RealmConfig {
    RealmConfig { single_use: true, ..realm }
}

fn named() -> Value {
    claims_with(json!({"jti": "one"}))
}

/// Until when a token with those claims has to be remembered as used.
fn remembered(realm: RealmConfig, claims: &Value) -> UnixSeconds {
    let verdict = house(single_use(realm)).0.connection(&token(claims), NOW);
    verdict.at_once().expect("a good token").until
}

#[test]
fn a_realm_says_whether_its_tokens_are_for_one_connection() {
    let is_single_use = |realm| house(realm).0.realms()[0].is_single_use();
    assert!(is_single_use(single_use(strict())));
    assert!(!is_single_use(strict()));
}

#[test]
fn a_token_for_one_connection_needs_an_id_and_an_end() {
    assert!(connect(single_use(strict()), &named()).is_ok());
    for claims in [claims_without("exp"), json!({"sub": "42", "iat": at(0), "jti": "one"})] {
        let endless = RealmConfig { require_expiry: Some(false), ..strict() };
        assert_eq!(connect(single_use(endless), &claims), invalid(Reason::ClaimMissing("exp")));
    }
    for claims in [claims_without("iat"), claims_with(json!({"jti": ""}))] {
        assert_eq!(connect(single_use(strict()), &claims), invalid(Reason::ClaimMissing("jti")));
    }
}

#[test]
fn a_used_token_is_remembered_for_as_long_as_it_would_be_taken_and_no_longer() {
    let last = UnixSeconds(at(60 + 30 - 1));
    assert_eq!(remembered(strict(), &named()), last);
    let speaks = || RealmConfig { gateway_claims: Some(true), ..strict() };
    for end in [0, at(10), at(100_000)] {
        let claims = claims_with(json!({"jti": "one", "expire_at": end}));
        assert_eq!(remembered(speaks(), &claims), last, "the connection's end is not the token's");
    }
}

#[test]
fn a_realm_without_a_longest_lifetime_remembers_no_token_for_ever() {
    let lenient = RealmConfig::new("lenient", Preset::Centrifugo).with_key(KeyConfig::secret(SECRET));
    assert_eq!(remembered(lenient, &named()), UnixSeconds(at(60 - 1)));
}

#[test]
fn where_the_end_of_a_connection_comes_from_is_known() {
    let speaks = RealmConfig { gateway_claims: Some(true), ..strict() };
    let expires = |claims| connect(speaks.clone(), &claims).expect("a good token").expires;
    assert_eq!(expires(named()), Some(Expiry::Token(UnixSeconds(at(60)))));
    assert_eq!(expires(claims_with(json!({"expire_at": at(9)}))), Some(Expiry::Stated(UnixSeconds(at(9)))));
}
