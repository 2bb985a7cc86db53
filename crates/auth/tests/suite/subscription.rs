//! Subscription tokens in Centrifugo's contract.

use serde_json::{Value, json};
use vestibule_auth::{KeyConfig, Preset, RealmConfig, Reason, Refusal, TrustConfig};
use vestibule_model::{ChannelOverride, ClientId, Expiry, SubscriptionGrant, UnixSeconds};

use crate::support::{
    House, NOW, at, built, claims_with, expired, good_claims, house, invalid, lenient, token,
};

fn subscribe(realm: RealmConfig, claims: &Value) -> Result<SubscriptionGrant, Refusal> {
    house(realm).subscription(&token(claims), NOW)
}

fn for_news(changes: Value) -> Value {
    let mut claims = claims_with(json!({"channel": "news"}));
    claims.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
    claims
}

#[test]
fn a_good_token_names_channel_user_and_expiry() {
    let grant = subscribe(lenient(), &for_news(json!({}))).expect("a good token");
    assert_eq!((&*grant.channel, grant.user.as_str()), ("news", "42"));
    assert_eq!(grant.organisation.as_str(), "default");
    assert_eq!(grant.expires, Some(Expiry::Token(UnixSeconds(at(60)))));
    assert_eq!((grant.client, grant.info, grant.data), (None, None, None));
    assert_eq!(grant.overrides, ChannelOverride::default());
}

#[test]
fn everything_that_a_token_can_grant_is_handed_on() {
    let grant = subscribe(
        lenient(),
        &for_news(json!({
            "info": {"x": 1}, "b64data": "AAH/", "expire_at": 0,
            "override": {"join_leave": {"value": true}, "force_push_join_leave": {"value": false},
                "force_positioning": {"value": true}, "force_recovery": null, "presence": {}},
        })),
    )
    .expect("a good token");
    assert_eq!(grant.info.as_deref(), Some(br#"{"x":1}"#.as_slice()));
    assert_eq!(grant.data.as_deref(), Some([0, 1, 255].as_slice()));
    assert_eq!(grant.expires, None);
    let overrides = ChannelOverride {
        presence: Some(false),
        join_leave: Some(true),
        force_push_join_leave: Some(false),
        force_recovery: None,
        force_positioning: Some(true),
    };
    assert_eq!(grant.overrides, overrides);
}

#[test]
fn a_token_may_be_bound_to_one_connection() {
    let client = ClientId::from_random([1; 16]);
    let grant = subscribe(lenient(), &for_news(json!({"client": client.to_string()}))).expect("a good token");
    assert!(grant.is_for_client(client));
    assert!(!grant.is_for_client(ClientId::from_random([2; 16])));
    let unbound = subscribe(lenient(), &for_news(json!({"client": ""}))).expect("a good token");
    assert!(unbound.is_for_client(client));
}

#[test]
fn a_connection_token_grants_no_subscription() {
    for claims in [good_claims(), for_news(json!({"channel": ""})), for_news(json!({"channel": null}))] {
        assert_eq!(subscribe(lenient(), &claims), invalid(Reason::ClaimMissing("channel")), "{claims}");
    }
    assert_eq!(subscribe(lenient(), &for_news(json!({"channel": 1}))), invalid(Reason::ClaimType("channel")));
}

#[test]
fn an_expired_token_is_expired_and_a_malformed_one_invalid() {
    assert_eq!(subscribe(lenient(), &for_news(json!({"exp": at(0)}))), expired(Reason::Expired));
    assert_eq!(subscribe(lenient(), &for_news(json!({"nbf": at(9)}))), expired(Reason::NotYetValid));
    let wrong = for_news(json!({"exp": at(0), "data": 1, "b64data": "!"}));
    assert_eq!(subscribe(lenient(), &wrong), invalid(Reason::ClaimValue("b64data")));
    for (claim, value) in [("override", json!([1])), ("client", json!(1)), ("b64info", json!(false))] {
        let claims = for_news(json!({claim: value}));
        assert_eq!(subscribe(lenient(), &claims), invalid(Reason::ClaimType(claim)));
    }
}

#[test]
fn an_anonymous_user_may_subscribe_where_anonymous_connection_tokens_are_off() {
    let realm = RealmConfig { anonymous_tokens: Some(false), ..lenient() };
    assert!(subscribe(realm, &json!({"channel": "news"})).expect("a good token").user.is_anonymous());
}

#[test]
fn a_realm_whose_tokens_may_not_speak_about_channels_grants_none() {
    let realm = RealmConfig { gateway_claims: Some(false), ..lenient() };
    assert_eq!(subscribe(realm, &for_news(json!({}))), invalid(Reason::GatewayClaims));
}

#[test]
fn a_realm_of_its_own_for_subscriptions_takes_no_connection_tokens_and_the_other_way_round() {
    let other = RealmConfig::new("subscriptions", Preset::Centrifugo)
        .with_key(KeyConfig::secret("another secret that is long enough for it"));
    let realms = built(vec![lenient(), other]);
    let trust = |name: &str| {
        let config = TrustConfig { realms: vec![name.into()], allow_no_token: false };
        House(realms.trust(&config).expect("a realm of that name"))
    };
    let (connections, subscriptions) = (trust("lenient"), trust("subscriptions"));
    assert_eq!(subscriptions.subscription(&token(&for_news(json!({}))), NOW), invalid(Reason::Signature));
    assert!(connections.subscription(&token(&for_news(json!({}))), NOW).is_ok());
    assert!(connections.connection(&token(&good_claims()), NOW).is_ok());
    assert_eq!(subscriptions.connection(&token(&good_claims()), NOW), invalid(Reason::Signature));
}
