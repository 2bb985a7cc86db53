//! Who may subscribe, in the order in which it is asked.

use vestibule_model::SubscriptionGrant;

use super::pair::{CLIENTS, Pair, Setup, anonymous, grant};
use crate::centrifuge::rules::Permission;

fn limited() -> Setup {
    Setup::new().channel(|rules| rules.allow_user_limited_channels = true)
}

#[track_caller]
fn may_subscribe(pair: &mut Pair, channel: &str) {
    pair.joins(channel);
}

#[track_caller]
fn may_not_subscribe(pair: &mut Pair, channel: &str) {
    pair.sends(&format!(r#"{{"id":2,"subscribe":{{"channel":"{channel}"}}}}"#));
    pair.receives(r#"{"id":2,"error":{"code":103,"message":"permission denied"}}"#);
}

#[test]
fn a_private_channel_needs_a_token_whatever_the_namespace_allows() {
    may_not_subscribe(&mut Setup::new().connected(), "$a");
}

#[test]
fn even_an_insecure_house_keeps_private_channels() {
    may_not_subscribe(&mut Setup::new().rules(|rules| rules.client.insecure = true).connected(), "$a");
}

#[test]
fn a_token_alone_decides_where_the_namespace_allows_nothing() {
    let mut pair =
        Setup::new().namespace("closed", |rules| rules.allow_subscribe = Permission::default()).connected();
    may_not_subscribe(&mut pair, "closed:a");
    pair.joins_with(grant("closed:a"));
}

#[test]
fn a_token_alone_decides_where_the_name_lists_other_users() {
    limited().connected().joins_with(grant("a#7"));
}

#[test]
fn a_user_in_the_channels_name_may_subscribe() {
    let mut pair = limited().channel(|rules| rules.allow_subscribe = Permission::default()).connected();
    may_subscribe(&mut pair, "dialog#7,42");
    may_not_subscribe(&mut pair, "dialog#7,8");
}

#[test]
fn a_user_who_is_not_in_the_name_may_not_even_where_everyone_may() {
    may_not_subscribe(&mut limited().connected(), "dialog#7,8");
}

#[test]
fn the_anonymous_user_is_in_no_name() {
    may_not_subscribe(&mut limited().connected_as(anonymous()), "news#");
}

#[test]
fn where_user_limited_channels_are_off_the_mark_is_an_ordinary_character() {
    may_subscribe(&mut Setup::new().connected(), "dialog#7,8");
}

#[test]
fn the_anonymous_user_needs_his_own_permission() {
    may_not_subscribe(&mut Setup::new().connected_as(anonymous()), "a");
    let open = Permission { anonymous: true, ..CLIENTS };
    may_subscribe(
        &mut Setup::new().channel(|rules| rules.allow_subscribe = open).connected_as(anonymous()),
        "a",
    );
}

#[test]
fn without_any_permission_nobody_subscribes() {
    may_not_subscribe(
        &mut Setup::new().channel(|rules| rules.allow_subscribe = Permission::default()).connected(),
        "a",
    );
}

#[test]
fn in_an_insecure_house_everyone_subscribes() {
    let setup = limited().channel(|rules| rules.allow_subscribe = Permission::default());
    let mut pair = setup.rules(|rules| rules.client.insecure = true).connected_as(anonymous());
    may_subscribe(&mut pair, "a");
    may_subscribe(&mut pair, "dialog#7");
}

#[test]
fn an_unknown_namespace_is_said_before_any_permission() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"$what:a"}}"#);
    pair.receives(r#"{"id":2,"error":{"code":102,"message":"unknown channel"}}"#);
}

#[test]
fn a_channels_pattern_is_asked_before_any_permission() {
    let pattern = regex::Regex::new("^[a-z]+$").unwrap();
    let mut pair = Setup::new().namespace("low", |rules| rules.channel_regex = Some(pattern)).connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"low:A1"}}"#);
    pair.receives(r#"{"id":2,"error":{"code":107,"message":"bad request"}}"#);
    may_subscribe(&mut pair, "low:abc");
}

#[test]
fn a_grant_of_the_anonymous_user_is_for_the_anonymous_connection() {
    let mut pair = Setup::new().connected_as(anonymous());
    pair.joins_with(SubscriptionGrant { user: vestibule_model::UserId::anonymous(), ..grant("a") });
}
