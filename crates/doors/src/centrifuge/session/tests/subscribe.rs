//! `subscribe`: the request, its token and the reply.

use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{ChannelOverride, Credential, Cure, OrganisationId, SubscriptionGrant, UserId};

use super::pair::{CLIENT, CLIENTS, Setup, anonymous, grant, lasts, states};
use crate::contract::{Fault, Refusal};

#[test]
fn a_subscription_is_made_answered_and_then_let_go() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.connected();
        pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
        let subscribe = pair.asks_to_subscribe("a");
        assert!(
            !subscribe.presence && !subscribe.announces && !subscribe.hears && subscribe.following.is_none()
        );
        assert!(!pair.takes_messages());
        pair.subscribes();
        pair.receives(r#"{"id":2,"subscribe":{}}"#);
        pair.releases("a");
        pair.is_silent();
        assert!(pair.takes_messages());
    }
}

#[test]
fn subscribing_twice_is_refused_with_105() {
    let mut pair = Setup::new().connected();
    pair.joins("a");
    pair.sends(r#"{"id":3,"subscribe":{"channel":"a"}}"#);
    pair.receives(r#"{"id":3,"error":{"code":105,"message":"already subscribed"}}"#);
}

#[test]
fn subscribing_twice_in_one_message_is_refused_with_105() {
    let mut pair = Setup::new().connected();
    pair.sends("{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}\n{\"id\":3,\"subscribe\":{\"channel\":\"a\"}}");
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(
        "{\"id\":2,\"subscribe\":{}}\n{\"id\":3,\"error\":{\"code\":105,\"message\":\"already subscribed\"}}",
    );
    pair.releases("a");
}

#[test]
fn a_subscription_that_failed_can_be_tried_again() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.asks_to_subscribe("a");
    pair.fails_to_subscribe(Fault::Unavailable);
    pair.receives(r#"{"id":2,"error":{"code":100,"message":"internal server error","temporary":true}}"#);
    pair.joins("a");
}

#[test]
fn a_house_that_has_too_much_to_do_or_lacks_the_feature_says_so() {
    for (fault, error) in [
        (Fault::Overloaded, r#""code":111,"message":"too many requests","temporary":true"#),
        (Fault::NotSupported, r#""code":108,"message":"not available""#),
        (Fault::Unrecoverable, r#""code":112,"message":"unrecoverable position""#),
    ] {
        let mut pair = Setup::new().connected();
        pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
        pair.asks_to_subscribe("a");
        pair.fails_to_subscribe(fault);
        pair.receives(&format!(r#"{{"id":2,"error":{{{error}}}}}"#));
    }
}

#[test]
fn a_channel_in_an_unknown_namespace_is_refused_with_102() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"what:a"}}"#);
    pair.receives(r#"{"id":2,"error":{"code":102,"message":"unknown channel"}}"#);
}

#[test]
fn a_name_that_is_too_long_or_not_ascii_is_refused_with_107() {
    let mut pair = Setup::new().connected();
    for name in [&*"x".repeat(256), "né"] {
        pair.sends(&format!(r#"{{"id":2,"subscribe":{{"channel":"{name}"}}}}"#));
        pair.receives(r#"{"id":2,"error":{"code":107,"message":"bad request"}}"#);
    }
    pair.joins(&"x".repeat(255));
}

#[test]
fn one_channel_too_many_is_refused_with_106() {
    let mut pair = Setup::new().rules(|rules| rules.client.channel_limit = 2).connected();
    pair.joins("a");
    pair.joins("b");
    pair.sends(r#"{"id":3,"subscribe":{"channel":"c"}}"#);
    pair.receives(r#"{"id":3,"error":{"code":106,"message":"limit exceeded"}}"#);
    pair.sends(r#"{"id":4,"unsubscribe":{"channel":"a"}}"#);
    pair.unsubscribes("a");
    pair.receives(r#"{"id":4,"unsubscribe":{}}"#);
    pair.joins("c");
}

#[test]
fn delta_compression_is_silently_not_granted() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","delta":"fossil"}}"#);
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
}

#[test]
fn an_unknown_delta_algorithm_is_a_bad_request() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","delta":"xdelta"}}"#);
    pair.closes(3501);
}

#[test]
fn a_tags_filter_is_refused_with_107() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","tf":{"key":"a","cmp":"eq","val":"b"}}}"#);
    pair.receives(r#"{"id":2,"error":{"code":107,"message":"bad request"}}"#);
}

#[test]
fn maps_are_refused_with_103_and_shared_polls_with_108() {
    let mut pair = Setup::new().connected();
    for (kind, error) in
        [(1, "103,\"message\":\"permission denied"), (3, "103,\"message\":\"permission denied")]
    {
        pair.sends(&format!(r#"{{"id":2,"subscribe":{{"channel":"a","type":{kind}}}}}"#));
        pair.receives(&format!(r#"{{"id":2,"error":{{"code":{error}"}}}}"#));
    }
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","type":4}}"#);
    pair.receives(r#"{"id":2,"error":{"code":108,"message":"not available"}}"#);
}

#[test]
fn an_offer_of_channel_compaction_changes_nothing() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","flag":1}}"#);
    pair.asks_to_subscribe("a");
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
}

#[test]
fn a_subscription_token_opens_a_private_channel() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"$a","token":"s"}}"#);
    pair.asks_what_is_granted_by("s");
    pair.grants(grant("$a"));
    pair.asks_to_subscribe("$a");
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("$a");
}

#[test]
fn a_subscription_token_can_carry_an_end_data_and_what_others_see() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.connected();
        pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
        pair.asks_what_is_granted_by("s");
        pair.grants(SubscriptionGrant {
            expires: lasts(30),
            data: Some(Bytes::from_static(b"[1]")),
            info: Some(Bytes::from_static(b"{\"role\":1}")),
            ..grant("a")
        });
        let info = pair.asks_to_subscribe("a").info;
        assert_eq!(info.channel.as_deref(), Some(&b"{\"role\":1}"[..]));
        pair.subscribes();
        pair.receives(r#"{"id":2,"subscribe":{"expires":true,"ttl":30,"data":[1]}}"#);
        pair.releases("a");
    }
}

#[test]
fn a_subscription_token_changes_the_channels_options() {
    let mut pair = Setup::new().channel(|rules| rules.presence = true).connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
    pair.asks_what_is_granted_by("s");
    pair.grants(SubscriptionGrant {
        overrides: ChannelOverride {
            presence: Some(false),
            join_leave: Some(true),
            force_push_join_leave: Some(true),
            force_recovery: Some(true),
            force_positioning: None,
        },
        ..grant("a")
    });
    let subscribe = pair.asks_to_subscribe("a");
    assert!(!subscribe.presence && subscribe.announces && subscribe.hears && subscribe.following.is_some());
}

#[test]
fn an_expired_subscription_token_is_refused_with_109_and_a_bad_one_with_103() {
    let mut pair = Setup::new().connected();
    for (refusal, error) in [
        (Refusal::Expired, r#""code":109,"message":"token expired""#),
        (Refusal::Invalid, r#""code":103,"message":"permission denied""#),
        (Refusal::Unavailable, r#""code":100,"message":"internal server error","temporary":true"#),
    ] {
        pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
        pair.asks_what_is_granted_by("s");
        pair.refuses_grant(refusal);
        pair.receives(&format!(r#"{{"id":2,"error":{{{error}}}}}"#));
    }
}

#[test]
fn a_subscription_token_for_something_else_or_of_someone_else_ends_the_connection() {
    let wrong = [
        SubscriptionGrant { channel: "b".into(), ..grant("a") },
        SubscriptionGrant { user: UserId::new("43"), ..grant("a") },
        SubscriptionGrant { client: Some("another".into()), ..grant("a") },
        SubscriptionGrant { organisation: OrganisationId::from_verified("other"), ..grant("a") },
    ];
    for grant in wrong {
        let mut pair = Setup::new().connected();
        pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
        pair.asks_what_is_granted_by("s");
        pair.grants(grant);
        pair.closes(3500);
    }
}

#[test]
fn a_subscription_token_may_name_this_very_connection() {
    let mut pair = Setup::new().connected();
    pair.joins_with(SubscriptionGrant { client: Some(CLIENT.into()), ..grant("a") });
}

#[test]
fn a_subscription_that_a_token_allows_is_known_by_it_and_any_other_by_nothing() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
    pair.asks_what_is_granted_by("s");
    let credential = Credential { token: Some("s".into()), ..Credential::default() };
    pair.grants(SubscriptionGrant { credential: credential.clone(), ..grant("a") });
    assert_eq!(pair.asks_to_subscribe("a").grant, Some(Box::new(credential)));
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    assert_eq!(pair.asks_to_subscribe("a").grant, None);
}

#[test]
fn a_subscription_whose_token_is_revoked_ends_and_a_client_that_a_fresh_one_helps_comes_back() {
    for (cure, code, reason) in [
        (Cure::FreshToken, 2501, "subscription expired"),
        (Cure::NewLogin, 2000, "server unsubscribe"),
        (Cure::Nothing, 2000, "server unsubscribe"),
    ] {
        let mut pair = Setup::new().connected();
        pair.joins_with(grant("a"));
        pair.joins("b");
        pair.revokes_grant("a", cure);
        pair.unsubscribes("a");
        pair.receives(&format!(
            r#"{{"push":{{"channel":"a","unsubscribe":{{"code":{code},"reason":"{reason}"}}}}}}"#
        ));
        pair.is_silent();
        pair.revokes_grant("a", cure);
        pair.is_silent();
    }
}

#[test]
fn a_subscription_whose_token_is_revoked_while_it_is_made_ends_as_soon_as_it_stands() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
    pair.asks_what_is_granted_by("s");
    pair.grants(grant("a"));
    pair.asks_to_subscribe("a");
    pair.revokes_grant("a", Cure::FreshToken);
    pair.is_silent();
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{}}"#);
    pair.releases("a");
    pair.unsubscribes("a");
    pair.receives(r#"{"push":{"channel":"a","unsubscribe":{"code":2501,"reason":"subscription expired"}}}"#);
}

#[test]
fn a_subscription_token_that_is_taken_after_its_end_is_answered_with_109_so_that_clients_fetch_another() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
    pair.asks_what_is_granted_by("s");
    pair.grants(SubscriptionGrant { expires: lasts(-29), ..grant("a") });
    pair.receives(r#"{"id":2,"error":{"code":109,"message":"token expired"}}"#);
}

#[test]
fn a_subscription_that_has_ended_before_it_began_is_refused_with_110() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
    pair.asks_what_is_granted_by("s");
    pair.grants(SubscriptionGrant { expires: states(0), ..grant("a") });
    pair.receives(r#"{"id":2,"error":{"code":110,"message":"expired"}}"#);
}

#[test]
fn comings_and_goings_are_heard_by_who_asks_and_may_see_who_is_there() {
    let ask = r#"{"id":2,"subscribe":{"channel":"a","join_leave":true}}"#;
    let hears = |setup: Setup| {
        let mut pair = setup.connected();
        pair.sends(ask);
        let subscribe = pair.asks_to_subscribe("a");
        (subscribe.announces, subscribe.hears)
    };
    let with = |join_leave, may_see| {
        Setup::new().channel(move |rules| {
            rules.join_leave = join_leave;
            rules.presence = true;
            if may_see {
                rules.allow_presence = CLIENTS;
            }
        })
    };
    assert_eq!(hears(with(true, true)), (true, true));
    assert_eq!(hears(with(true, false)), (true, false));
    assert_eq!(hears(with(false, true)), (false, false));
}

#[test]
fn comings_and_goings_can_be_pushed_to_everyone() {
    let forced = Setup::new().channel(|rules| {
        rules.join_leave = true;
        rules.force_push_join_leave = true;
    });
    let mut pair = forced.connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    assert!(pair.asks_to_subscribe("a").hears);
}

#[test]
fn presence_is_kept_where_the_channel_keeps_it() {
    let mut pair = Setup::new().channel(|rules| rules.presence = true).connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    assert!(pair.asks_to_subscribe("a").presence);
}

#[test]
fn the_reply_counts_the_seconds_that_are_left_when_it_is_made() {
    let mut pair = Setup::new().connected();
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a","token":"s"}}"#);
    pair.asks_what_is_granted_by("s");
    pair.grants(SubscriptionGrant { expires: lasts(30), ..grant("a") });
    pair.asks_to_subscribe("a");
    pair.pass(Duration::from_secs(3));
    pair.subscribes();
    pair.receives(r#"{"id":2,"subscribe":{"expires":true,"ttl":27}}"#);
    pair.releases("a");
}

#[test]
fn nobody_subscribes_without_permission_even_with_an_anonymous_connection() {
    let mut pair = Setup::new().connected_as(anonymous());
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    pair.receives(r#"{"id":2,"error":{"code":103,"message":"permission denied"}}"#);
}
