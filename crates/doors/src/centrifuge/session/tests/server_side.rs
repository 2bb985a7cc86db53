//! Subscriptions that the server makes while a connection enters.

use bytes::Bytes;
use vestibule_model::{ChannelOverride, Identity, ServerSubscription};

use super::pair::{
    CLIENTS, CONNECTED, Pair, Setup, anonymous, at, identity, position, recovered, subscribed_to, to,
};
use crate::centrifuge::rules::{Permission, PersonalChannel};
use crate::contract::{Fault, Outcome, RecoveryMode, Subscribed};

/// The connect reply with these subscriptions.
fn connected_with(subs: &str) -> String {
    CONNECTED.replace(r#","ping""#, &format!(r#","subs":{{{subs}}},"ping""#))
}

fn personal() -> Setup {
    Setup::new().rules(|rules| rules.client.personal_channel = Some(PersonalChannel::default()))
}

/// The peer connects and wishes for these subscriptions, until the house would admit it.
fn wishes(setup: Setup, identity: Identity, subs: &str) -> Pair {
    let mut pair = setup.open();
    pair.sends(&format!(r#"{{"id":1,"connect":{{"token":"t","subs":{{{subs}}}}}}}"#));
    pair.asks_who_bears(Some("t"));
    pair.identifies(identity);
    pair
}

#[test]
fn channels_of_the_token_are_subscribed_before_the_reply_and_let_go_after_it() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.open();
        pair.enters(subscribed_to(&["a", "b"]));
        pair.asks_to_subscribe("a");
        let first = pair.ticket();
        pair.asks_to_subscribe("b");
        pair.is_silent();
        pair.subscribes();
        pair.is_silent();
        assert!(!pair.takes_messages());
        pair.answers_to(first, Outcome::Subscribed(Ok(Subscribed::default())));
        pair.receives(&connected_with(r#""a":{},"b":{}"#));
        pair.releases("a");
        pair.releases("b");
        pair.is_silent();
    }
}

#[test]
fn a_token_can_give_data_info_and_options_with_a_channel() {
    let subscription = ServerSubscription {
        info: Some(Bytes::from_static(b"1")),
        data: Some(Bytes::from_static(b"[2]")),
        overrides: ChannelOverride {
            force_recovery: Some(true),
            presence: Some(true),
            ..ChannelOverride::default()
        },
        ..to("a")
    };
    let mut pair = Setup::new().open();
    pair.enters(Identity { subscriptions: vec![subscription], ..identity() });
    let subscribe = pair.asks_to_subscribe("a");
    assert!(subscribe.presence && subscribe.following.is_some_and(|following| following.recover.is_none()));
    assert_eq!(subscribe.info.channel.as_deref(), Some(&b"1"[..]));
    pair.subscribes_at(4);
    let sub = r#""a":{"recoverable":true,"epoch":"abcd","offset":4,"positioned":true,"data":[2]}"#;
    pair.receives(&connected_with(sub));
    pair.releases("a");
}

#[test]
fn a_channel_that_the_token_names_twice_is_subscribed_once() {
    let mut pair = Setup::new().open();
    pair.enters(subscribed_to(&["a", "a", ""]));
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(&connected_with(r#""a":{}"#));
    pair.releases("a");
}

#[test]
fn an_unknown_namespace_in_the_token_is_refused_with_102() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.identifies(subscribed_to(&["what:a"]));
    pair.receives(r#"{"id":1,"error":{"code":102,"message":"unknown channel"}}"#);
    pair.is_silent();
}

#[test]
fn more_channels_than_the_limit_end_the_connection() {
    let two = || Setup::new().rules(|rules| rules.client.channel_limit = 2);
    let mut pair = two().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.identifies(subscribed_to(&["a", "b", "c"]));
    pair.closes(3505);
    let mut pair = two().open();
    pair.enters(subscribed_to(&["a", "b"]));
    pair.asks_to_subscribe("a");
}

#[test]
fn what_the_client_missed_in_them_is_in_the_connect_reply() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let setup = setup.channel(|rules| rules.force_recovery = true);
        let wish = r#""a":{"recover":true,"offset":3,"epoch":"abcd"}"#;
        let mut pair = wishes(setup, subscribed_to(&["a"]), wish);
        pair.asks_to_admit();
        pair.admits();
        let recover = pair.asks_to_subscribe("a").following.unwrap().recover.unwrap();
        assert_eq!((recover.since, recover.strict), (position(3), false));
        pair.answers(recovered(4, &[4]));
        pair.receives(&connected_with(
            r#""a":{"recoverable":true,"epoch":"abcd","publications":[{"data":4,"offset":4}],"recovered":true,"offset":3,"positioned":true,"was_recovering":true}"#,
        ));
        pair.releases("a");
    }
}

#[test]
fn a_cache_is_given_in_them_without_being_asked_for() {
    let setup = Setup::new().channel(|rules| {
        rules.force_recovery = true;
        rules.force_recovery_mode = RecoveryMode::Cache;
        rules.auto_cache_recover = true;
    });
    let mut pair = setup.open();
    pair.enters(subscribed_to(&["a"]));
    let recover = pair.asks_to_subscribe("a").following.unwrap().recover.unwrap();
    assert_eq!(recover.mode, RecoveryMode::Cache);
}

#[test]
fn a_fault_in_one_of_them_undoes_the_others_and_refuses_the_connection() {
    let mut pair = Setup::new().open();
    pair.enters(subscribed_to(&["a", "b"]));
    pair.asks_to_subscribe("a");
    let first = pair.ticket();
    pair.asks_to_subscribe("b");
    pair.fails_to_subscribe(Fault::Unavailable);
    pair.is_silent();
    pair.answers_to(first, at(1));
    pair.unsubscribes("a");
    pair.receives(r#"{"id":1,"error":{"code":100,"message":"internal server error","temporary":true}}"#);
    pair.is_silent();
}

#[test]
fn what_is_lost_before_the_connect_reply_makes_the_client_come_back() {
    let mut pair = Setup::new().open();
    pair.enters(subscribed_to(&["a"]));
    pair.asks_to_subscribe("a");
    pair.loses("a");
    pair.closes(3010);
}

#[test]
fn what_is_lost_of_them_later_makes_the_client_come_back_too() {
    let mut pair = Setup::new().channel(|rules| rules.force_positioning = true).open();
    pair.enters(subscribed_to(&["a"]));
    pair.asks_to_subscribe("a");
    pair.subscribes_at(1);
    pair.receives_count(1);
    pair.releases("a");
    pair.loses("a");
    pair.closes(3010);
}

#[test]
fn a_client_cannot_subscribe_to_them_again() {
    let mut pair = Setup::new().open();
    pair.enters(subscribed_to(&["a"]));
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives_count(1);
    pair.releases("a");
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.receives(r#"{"id":2,"error":{"code":105,"message":"already subscribed"}}"#);
}

#[test]
fn a_users_own_channel_is_one_of_them() {
    let mut pair = personal().open();
    pair.enters(identity());
    pair.asks_to_subscribe("#42");
    pair.subscribes();
    pair.receives(&connected_with(r##""#42":{}"##));
    pair.releases("#42");
}

#[test]
fn nobodys_own_channel_does_not_exist() {
    let mut pair = personal().open();
    pair.enters(anonymous());
    pair.receives(CONNECTED);
}

#[test]
fn a_users_own_channel_has_the_options_of_its_namespace_whatever_the_token_says() {
    let own = PersonalChannel { namespace: "own".into(), single_connection: false };
    let setup = Setup::new().namespace("own", |rules| rules.presence = true);
    let mut pair = setup.rules(|rules| rules.client.personal_channel = Some(own)).open();
    let subscription = ServerSubscription {
        overrides: ChannelOverride { presence: Some(false), ..ChannelOverride::default() },
        ..to("own:#42")
    };
    pair.enters(Identity { subscriptions: vec![subscription], ..identity() });
    assert!(pair.asks_to_subscribe("own:#42").presence);
    pair.is_silent();
}

#[test]
fn a_wish_is_granted_where_the_client_could_have_subscribed_itself() {
    let mut pair = wishes(Setup::new(), identity(), r#""a":{}"#);
    pair.asks_to_admit();
    pair.admits();
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(&connected_with(r#""a":{}"#));
    pair.releases("a");
}

#[test]
fn a_wish_that_is_not_permitted_is_silently_ignored() {
    let closed = || Setup::new().namespace("closed", |rules| rules.allow_subscribe = Permission::default());
    for wish in ["$a", "closed:a", "né"] {
        let mut pair = wishes(closed(), identity(), &format!(r#""{wish}":{{}}"#));
        pair.asks_to_admit();
        pair.admits();
        pair.receives(CONNECTED);
        pair.is_silent();
    }
}

#[test]
fn a_wish_for_a_user_limited_channel_needs_the_user_in_its_name() {
    let limited = || Setup::new().channel(|rules| rules.allow_user_limited_channels = true);
    let mut pair = wishes(limited(), identity(), r##""d#7":{},"d#42":{}"##);
    pair.asks_to_admit();
    pair.admits();
    pair.asks_to_subscribe("d#42");
    pair.is_silent();
}

#[test]
fn a_wish_in_an_unknown_namespace_is_a_bad_request() {
    let mut pair = wishes(Setup::new(), identity(), r#""what:a":{}"#);
    pair.closes(3501);
}

#[test]
fn a_wish_of_the_anonymous_user_needs_his_own_permission() {
    let mut pair = wishes(Setup::new(), anonymous(), r#""a":{}"#);
    pair.asks_to_admit();
    pair.admits();
    pair.receives(CONNECTED);
    let open =
        Setup::new().channel(|rules| rules.allow_subscribe = Permission { anonymous: true, ..CLIENTS });
    let mut pair = wishes(open, anonymous(), r#""a":{}"#);
    pair.asks_to_admit();
    pair.admits();
    pair.asks_to_subscribe("a");
}

#[test]
fn a_wish_for_what_the_token_gives_changes_no_option() {
    let subscription = ServerSubscription { data: Some(Bytes::from_static(b"1")), ..to("a") };
    let token = Identity { subscriptions: vec![subscription], ..identity() };
    let mut pair = wishes(Setup::new(), token, r#""a":{}"#);
    pair.asks_to_admit();
    pair.admits();
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(&connected_with(r#""a":{"data":1}"#));
    pair.releases("a");
}
