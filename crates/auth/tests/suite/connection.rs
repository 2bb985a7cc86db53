//! Connection tokens in Centrifugo's contract.

use serde_json::json;
use vestibule_auth::{ClaimsConfig, Expected, Preset, RealmConfig, Reason, Refusal};
use vestibule_model::{ChannelOverride, Credential, Expiry, ServerSubscription, UnixSeconds};

use crate::support::{
    NOW, at, claims_with, claims_without, connect, expired, good_claims, house, invalid, lenient, malformed,
    open_house, signed, strict, token,
};

#[test]
fn a_good_token_says_who_in_which_organisation_and_until_when() {
    let identity = connect(lenient(), &good_claims()).expect("a good token");
    assert_eq!(&*identity.realm, "lenient");
    assert_eq!(identity.organisation.as_str(), "default");
    assert_eq!(identity.user.as_str(), "42");
    assert_eq!(identity.expires, Some(Expiry::Token(UnixSeconds(at(60)))));
    assert_eq!((identity.info, identity.meta), (None, None));
    assert_eq!(identity.subscriptions, []);
}

#[test]
fn revocations_know_a_token_by_its_id_its_session_and_by_when_it_was_issued() {
    let claims = claims_with(json!({"jti": "one", "sid": "evening", "iat": at(-5)}));
    let known = connect(lenient(), &claims).expect("a good token").credential;
    let (token, session) = (Some("one".into()), Some("evening".into()));
    assert_eq!(known, Credential { token, session, issued: Some(UnixSeconds(at(-5))) });
}

#[test]
fn a_session_that_is_no_text_is_none_where_the_claim_has_no_meaning_and_wrong_where_it_has_one() {
    let claims = claims_with(json!({"sid": 7}));
    assert_eq!(connect(lenient(), &claims).expect("a good token").credential.session, None);
    assert_eq!(connect(strict(), &claims), invalid(Reason::ClaimType("session")));
}

#[test]
fn the_organisation_is_the_realms_and_nothing_in_the_token_changes_it() {
    let realm = RealmConfig { organisation: "acme".into(), ..lenient() };
    let claims = claims_with(json!({"organisation": "other", "org_id": "other", "tenant": "other"}));
    assert_eq!(connect(realm, &claims).expect("a good token").organisation.as_str(), "acme");
}

#[test]
fn a_token_without_exp_never_expires() {
    assert_eq!(connect(lenient(), &claims_without("exp")).expect("a good token").expires, None);
    assert_eq!(connect(lenient(), &claims_with(json!({"exp": null}))).expect("a good token").expires, None);
}

#[test]
fn a_token_is_expired_from_the_second_of_exp_on() {
    assert!(connect(lenient(), &claims_with(json!({"exp": at(1)}))).is_ok());
    assert_eq!(connect(lenient(), &claims_with(json!({"exp": at(0)}))), expired(Reason::Expired));
    assert_eq!(connect(lenient(), &claims_with(json!({"exp": 0}))), expired(Reason::Expired));
    assert_eq!(connect(lenient(), &claims_with(json!({"exp": -5}))), expired(Reason::Expired));
}

#[test]
fn a_token_from_the_future_counts_as_expired() {
    assert_eq!(connect(lenient(), &claims_with(json!({"nbf": at(1)}))), expired(Reason::NotYetValid));
    assert!(connect(lenient(), &claims_with(json!({"nbf": at(0)}))).is_ok());
}

#[test]
fn times_may_have_fractions() {
    let identity =
        connect(lenient(), &claims_with(json!({"exp": at(60) as f64 + 0.5, "nbf": at(0) as f64 - 0.5})));
    assert_eq!(identity.expect("a good token").expires, Some(Expiry::Token(UnixSeconds(at(60)))));
}

#[test]
fn expire_at_overrides_the_expiry_of_the_connection_but_not_the_check_of_the_token() {
    let expires = |claims| connect(lenient(), &claims).map(|identity| identity.expires);
    assert_eq!(
        expires(claims_with(json!({"expire_at": at(900)}))),
        Ok(Some(Expiry::Stated(UnixSeconds(at(900)))))
    );
    assert_eq!(expires(claims_with(json!({"expire_at": 0}))), Ok(None));
    assert_eq!(
        expires(claims_with(json!({"expire_at": at(-5)}))),
        Ok(Some(Expiry::Stated(UnixSeconds(at(-5)))))
    );
    assert_eq!(expires(claims_with(json!({"expire_at": -1}))), invalid(Reason::ClaimValue("expire_at")));
    assert_eq!(expires(claims_with(json!({"expire_at": 0, "exp": at(0)}))), expired(Reason::Expired));
}

#[test]
fn a_token_that_names_nobody_is_the_anonymous_user() {
    for claims in [claims_without("sub"), claims_with(json!({"sub": ""})), claims_with(json!({"sub": null}))]
    {
        assert!(connect(lenient(), &claims).expect("a good token").user.is_anonymous(), "{claims}");
    }
}

#[test]
fn a_token_that_names_nobody_is_refused_by_its_own_word_where_anonymous_tokens_are_off() {
    let realm = || RealmConfig { anonymous_tokens: Some(false), ..lenient() };
    assert_eq!(connect(realm(), &claims_without("sub")), Err(Refusal::AnonymousToken));
    assert!(connect(realm(), &good_claims()).is_ok());
}

#[test]
fn an_expired_anonymous_token_is_expired_first() {
    let realm = RealmConfig { anonymous_tokens: Some(false), ..lenient() };
    assert_eq!(connect(realm, &json!({"exp": at(-1)})), expired(Reason::Expired));
}

#[test]
fn a_user_must_be_a_json_string() {
    for sub in [json!(42), json!(true), json!(["42"]), json!({"id": "42"})] {
        assert_eq!(connect(lenient(), &claims_with(json!({"sub": sub}))), invalid(Reason::ClaimType("sub")));
    }
}

#[test]
fn another_claim_may_name_the_user() {
    let claims = ClaimsConfig { user: Some("user_id".into()), ..ClaimsConfig::default() };
    let realm = || RealmConfig { claims: claims.clone(), ..lenient() };
    let user = |claims| connect(realm(), &claims).map(|identity| identity.user.as_str().to_owned());
    assert_eq!(user(claims_with(json!({"user_id": "7"}))), Ok("7".into()));
    assert_eq!(user(good_claims()), Ok(String::new()));
    assert_eq!(user(claims_with(json!({"user_id": 7}))), invalid(Reason::ClaimType("user")));
}

#[test]
fn claims_may_name_the_only_rooms_and_the_only_id_that_a_token_is_for() {
    let claims = ClaimsConfig {
        rooms: Some("app.rooms".into()),
        node_id: Some("device".into()),
        ..ClaimsConfig::default()
    };
    let realm = || RealmConfig { claims: claims.clone(), ..lenient() };
    let bound = |claims| connect(realm(), &claims).map(|identity| (identity.rooms, identity.node_id));
    let rooms = |rooms: &[&str]| Some(rooms.iter().map(|room| (*room).into()).collect());
    let one = claims_with(json!({"app": {"rooms": "music"}, "device": "d1"}));
    assert_eq!(bound(one), Ok((rooms(&["music"]), Some("d1".into()))));
    let two = claims_with(json!({"app": {"rooms": ["music", ""]}}));
    assert_eq!(bound(two), Ok((rooms(&["music", ""]), None)));
    assert_eq!(bound(good_claims()), Ok((rooms(&[]), None)), "a token that names no room is for none");
    for wrong in [json!(7), json!({"music": true}), json!(["music", 7])] {
        let claims = claims_with(json!({"app": {"rooms": wrong}}));
        assert_eq!(bound(claims), invalid(Reason::ClaimType("rooms")));
    }
    let empty = claims_with(json!({"device": ""}));
    assert_eq!(bound(empty), invalid(Reason::ClaimValue("nodeId")), "it would bind nothing");
    let unbound =
        connect(lenient(), &claims_with(json!({"app": {"rooms": "music"}}))).map(|bearer| bearer.rooms);
    assert_eq!(unbound, Ok(None), "nobody has said where rooms stand");
}

#[test]
fn a_subscription_token_does_not_open_a_connection() {
    let claims = claims_with(json!({"channel": "news"}));
    assert_eq!(connect(lenient(), &claims), invalid(Reason::ChannelInConnectionToken));
    assert!(connect(lenient(), &claims_with(json!({"channel": ""}))).is_ok());
}

#[test]
fn a_token_that_is_wrong_in_more_than_time_is_invalid_and_not_expired() {
    let old = json!({"exp": at(-60)});
    let with = |changes: serde_json::Value| {
        let mut claims = claims_with(old.clone());
        claims.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        claims
    };
    let issuer = || RealmConfig { issuer: Expected::exactly("us"), ..lenient() };
    assert_eq!(connect(issuer(), &with(json!({"iss": "them"}))), invalid(Reason::Issuer));
    assert_eq!(connect(lenient(), &with(json!({"channel": "x"}))), invalid(Reason::ChannelInConnectionToken));
    assert_eq!(connect(lenient(), &with(json!({"subs": []}))), invalid(Reason::ClaimType("subs")));
    assert_eq!(connect(lenient(), &with(json!({"jti": 1}))), invalid(Reason::ClaimType("jti")));
}

#[test]
fn the_issuer_is_compared_exactly() {
    let realm = || RealmConfig { issuer: Expected::exactly("https://id.example"), ..lenient() };
    assert!(connect(realm(), &claims_with(json!({"iss": "https://id.example"}))).is_ok());
    for iss in [json!("https://id.example/"), json!("HTTPS://id.example"), json!(""), json!(null)] {
        assert_eq!(connect(realm(), &claims_with(json!({"iss": iss}))), invalid(Reason::Issuer), "{iss}");
    }
    assert_eq!(connect(realm(), &good_claims()), invalid(Reason::Issuer));
    let list = claims_with(json!({"iss": ["https://id.example"]}));
    assert_eq!(connect(realm(), &list), invalid(Reason::ClaimType("iss")));
}

#[test]
fn the_issuer_may_be_one_of_several_or_match_a_pattern() {
    let several = || RealmConfig {
        issuer: Expected { exact: vec!["a".into(), "b".into()], pattern: None },
        ..lenient()
    };
    assert!(connect(several(), &claims_with(json!({"iss": "b"}))).is_ok());
    assert_eq!(connect(several(), &claims_with(json!({"iss": "c"}))), invalid(Reason::Issuer));
    let pattern = || RealmConfig { issuer: Expected::matching("^tenant-[0-9]+$"), ..lenient() };
    assert!(connect(pattern(), &claims_with(json!({"iss": "tenant-12"}))).is_ok());
    assert_eq!(connect(pattern(), &claims_with(json!({"iss": "tenant-12 "}))), invalid(Reason::Issuer));
}

#[test]
fn one_audience_of_the_token_is_enough() {
    let realm = || RealmConfig { audience: Expected::exactly("us"), ..lenient() };
    for aud in [json!("us"), json!(["them", "us"])] {
        assert!(connect(realm(), &claims_with(json!({"aud": aud}))).is_ok(), "{aud}");
    }
    for aud in [json!("them"), json!([]), json!(["them"]), json!(null), json!("")] {
        assert_eq!(connect(realm(), &claims_with(json!({"aud": aud}))), invalid(Reason::Audience), "{aud}");
    }
    assert_eq!(connect(realm(), &good_claims()), invalid(Reason::Audience));
    for aud in [json!(1), json!({"us": true}), json!(["us", 1])] {
        assert_eq!(
            connect(realm(), &claims_with(json!({"aud": aud}))),
            invalid(Reason::ClaimType("aud")),
            "{aud}"
        );
    }
    let pattern = RealmConfig { audience: Expected::matching("^u"), ..lenient() };
    assert!(connect(pattern, &claims_with(json!({"aud": ["them", "us"]}))).is_ok());
}

#[test]
fn info_and_meta_are_handed_on_verbatim() {
    let payload = r#"{"sub":"42","info":{"a" : 1.50, "b":[ ]},"meta": "é\u00e9"}"#;
    let identity =
        house(lenient()).connection(&signed(r#"{"alg":"HS256"}"#, payload), NOW).expect("a good token");
    assert_eq!(identity.info.as_deref(), Some(br#"{"a" : 1.50, "b":[ ]}"#.as_slice()));
    assert_eq!(identity.meta.as_deref(), Some(r#""é\u00e9""#.as_bytes()));
}

#[test]
fn binary_info_comes_as_base64_and_wins() {
    let info = |claims| connect(lenient(), &claims).map(|identity| identity.info);
    let both = info(claims_with(json!({"info": 1, "b64info": "AAH/"})));
    assert_eq!(both.expect("a good token").as_deref(), Some([0, 1, 255].as_slice()));
    let empty = info(claims_with(json!({"info": 1, "b64info": ""})));
    assert_eq!(empty.expect("a good token").as_deref(), Some(b"1".as_slice()));
    assert_eq!(info(claims_with(json!({"b64info": "A"}))), invalid(Reason::ClaimValue("b64info")));
    assert_eq!(info(claims_with(json!({"b64info": 1}))), invalid(Reason::ClaimType("b64info")));
    assert_eq!(info(claims_with(json!({"info": null}))), Ok(None));
}

#[test]
fn channels_are_server_side_subscriptions_without_options() {
    let identity =
        connect(lenient(), &claims_with(json!({"channels": ["b", "a", "b"]}))).expect("a good token");
    let plain = |channel: &str| ServerSubscription {
        channel: channel.into(),
        info: None,
        data: None,
        overrides: ChannelOverride::default(),
    };
    assert_eq!(identity.subscriptions, [plain("b"), plain("a")]);
    for channels in [json!("a"), json!([1]), json!({})] {
        let claims = claims_with(json!({"channels": channels}));
        assert_eq!(connect(lenient(), &claims), invalid(Reason::ClaimType("channels")), "{channels}");
    }
}

#[test]
fn subs_are_server_side_subscriptions_with_options_and_win_over_channels() {
    let payload = r#"{"channels":["ignored"],"subs":{
        "news":{"info":{"x": 1},"b64data":"AAH/","override":{"presence":{"value":true},"force_recovery":{"value":false}}},
        "bare":{}, "none":null}}"#;
    let identity =
        house(lenient()).connection(&signed(r#"{"alg":"HS256"}"#, payload), NOW).expect("a good token");
    let [news, bare, none] = identity.subscriptions.as_slice() else { panic!("three subscriptions") };
    assert_eq!((&*news.channel, &*bare.channel, &*none.channel), ("news", "bare", "none"));
    assert_eq!(news.info.as_deref(), Some(br#"{"x": 1}"#.as_slice()));
    assert_eq!(news.data.as_deref(), Some([0, 1, 255].as_slice()));
    let overrides =
        ChannelOverride { presence: Some(true), force_recovery: Some(false), ..Default::default() };
    assert_eq!(news.overrides, overrides);
    assert_eq!((bare.overrides, &bare.info, &bare.data), (ChannelOverride::default(), &None, &None));
}

#[test]
fn empty_subs_leave_the_plain_list() {
    let identity =
        connect(lenient(), &claims_with(json!({"channels": ["a"], "subs": {}}))).expect("a good token");
    assert_eq!(identity.subscriptions.len(), 1);
}

#[test]
fn subs_of_the_wrong_shape_make_the_token_invalid() {
    for subs in
        [json!([]), json!("a"), json!({"a": 1}), json!({"a": {"b64info": 1}}), json!({"a": {"override": 1}})]
    {
        let claims = claims_with(json!({"subs": subs}));
        assert_eq!(connect(lenient(), &claims), invalid(Reason::ClaimType("subs")), "{subs}");
    }
    let claims = claims_with(json!({"subs": {"a": {"b64data": "?"}}}));
    assert_eq!(connect(lenient(), &claims), invalid(Reason::ClaimValue("subs")));
}

#[test]
fn unknown_claims_do_not_matter() {
    assert!(connect(lenient(), &claims_with(json!({"caps": [{}], "x": null, "name": {"a": 1}}))).is_ok());
}

#[test]
fn without_a_token_the_house_decides() {
    assert_eq!(house(lenient()).anonymous(), Err(Refusal::NoToken));
    let connection = RealmConfig { organisation: "acme".into(), ..RealmConfig::new("r", Preset::Centrifugo) };
    let identity = open_house(connection).anonymous().expect("whoever comes");
    assert!(identity.user.is_anonymous());
    assert_eq!((identity.organisation.as_str(), identity.expires), ("acme", None));
}

#[test]
fn an_empty_text_is_a_malformed_token_even_where_none_is_needed() {
    assert_eq!(open_house(lenient()).connection("", NOW), malformed(Reason::Segments));
}

#[test]
fn a_realm_that_may_not_speak_about_channels_says_only_who_and_until_when() {
    let realm = RealmConfig { gateway_claims: Some(false), ..lenient() };
    let claims = claims_with(json!({
        "info": 1, "meta": 2, "expire_at": 0, "channels": ["a"], "subs": {"b": {}},
    }));
    let identity = connect(realm, &claims).expect("a good token");
    assert_eq!(identity.expires, Some(Expiry::Token(UnixSeconds(at(60)))));
    assert_eq!((identity.info, identity.meta), (None, None));
    assert_eq!(identity.subscriptions, []);
}

#[test]
fn the_token_text_is_in_no_refusal() {
    let token = token(&claims_with(json!({"sub": ["a-name-to-find"]})));
    let refusal = house(lenient()).connection(&token, NOW).expect_err("a wrong type");
    let said = format!("{refusal} {refusal:?} {}", refusal.reason());
    assert!(!said.contains("a-name-to-find") && !said.contains(&token));
}
