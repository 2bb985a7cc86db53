//! `subscribe`, `unsubscribe`, `disconnect` and `refresh`.

use std::sync::Arc;

use vestibule_doors::contract::{Ending, Order};
use vestibule_model::{ChannelOverride, ClientId, Close, Epoch, Position, UnixSeconds};

use super::*;
use crate::api::under_test::House;
use crate::worker::Addressed;

const CLIENT: &str = "00000000-0000-4000-8000-000000000001";

/// The one order that follows from a call that went well.
async fn order(method: &str, body: &str) -> Arc<Addressed> {
    let mut house = House::new();
    assert_eq!(house.call(method, body).await.good(), NOTHING);
    let mut orders = house.orders();
    assert_eq!(orders.len(), 1, "{method} {body}");
    orders.remove(0)
}

/// What a call is answered from which no order follows.
async fn without_order(method: &str, body: &str) -> String {
    let mut house = House::new();
    let answer = house.call(method, body).await.good();
    assert!(house.orders().is_empty(), "{method} {body}");
    answer
}

#[tokio::test]
async fn an_order_is_for_a_user_of_the_default_organisation() {
    let addressed = order("unsubscribe", r#"{"user":"42","channel":"c"}"#).await;
    assert_eq!(addressed.organisation.as_str(), "default");
    assert_eq!(addressed.user.as_str(), "42");
    assert_eq!((addressed.only, addressed.except.len()), (None, 0));
}

#[tokio::test]
async fn an_order_can_be_for_one_client() {
    let body = format!(r#"{{"user":"42","channel":"c","client":"{CLIENT}"}}"#);
    assert_eq!(order("subscribe", &body).await.only, ClientId::parse(CLIENT));
}

#[tokio::test]
async fn what_no_connection_can_have_is_asked_for_in_vain() {
    for filter in [r#""client":"not-an-id""#, r#""session":"s""#] {
        for method in ["subscribe", "unsubscribe", "disconnect", "refresh"] {
            let body = format!(r#"{{"user":"42","channel":"c",{filter}}}"#);
            assert_eq!(without_order(method, &body).await, NOTHING, "{method}");
        }
    }
}

#[tokio::test]
async fn the_anonymous_user_can_be_meant() {
    for method in ["subscribe", "unsubscribe", "disconnect", "refresh"] {
        assert!(order(method, r#"{"user":"","channel":"c"}"#).await.user.is_anonymous(), "{method}");
    }
}

#[tokio::test]
async fn subscribing_and_unsubscribing_need_a_channel() {
    for method in ["subscribe", "unsubscribe"] {
        assert_eq!(without_order(method, r#"{"user":"42","channel":""}"#).await, BAD_REQUEST);
        assert_eq!(without_order(method, r#"{"user":"42"}"#).await, BAD_REQUEST);
        assert_eq!(without_order(method, r#"{"user":"42","channel":"nope:a"}"#).await, UNKNOWN_CHANNEL);
    }
}

#[tokio::test]
async fn a_subscription_is_ordered_with_all_that_was_said_of_it() {
    let body = r#"{"user":"42","channel":"c","info":{"i":1},"b64data":"eyJkIjoyfQ==","expire_at":7,
        "recover_since":{"offset":3,"epoch":"e"},"override":{"presence":{"value":true},"join_leave":{"value":false}}}"#;
    let Order::Subscribe { subscription, since, expires } = order("subscribe", body).await.order.clone()
    else {
        panic!("another order");
    };
    assert_eq!(&*subscription.channel, "c");
    assert_eq!(subscription.info.as_deref(), Some(&br#"{"i":1}"#[..]));
    assert_eq!(subscription.data.as_deref(), Some(&br#"{"d":2}"#[..]));
    assert_eq!(since, Some(Position { offset: 3, epoch: Epoch::new("e") }));
    assert_eq!(expires, Some(UnixSeconds(7)));
    let overrides =
        ChannelOverride { presence: Some(true), join_leave: Some(false), ..ChannelOverride::default() };
    assert_eq!(subscription.overrides, overrides);
}

#[tokio::test]
async fn a_subscription_of_which_nothing_was_said_changes_nothing() {
    let body = r#"{"user":"42","channel":"c","info":null,"expire_at":0}"#;
    let Order::Subscribe { subscription, since, expires } = order("subscribe", body).await.order.clone()
    else {
        panic!("another order");
    };
    assert_eq!((subscription.info, subscription.data, since, expires), (None, None, None, None));
    assert_eq!(subscription.overrides, ChannelOverride::default());
}

#[tokio::test]
async fn unreadable_base64_subscribes_nobody() {
    for key in ["b64info", "b64data"] {
        let body = format!(r#"{{"user":"42","channel":"c","{key}":"!!"}}"#);
        assert_eq!(without_order("subscribe", &body).await, BAD_REQUEST);
    }
}

/// The code that the caller wants; `None`: the door's own.
async fn close(body: &str) -> Option<Close> {
    match order("disconnect", body).await.order.clone() {
        Order::Disconnect(close) => Some(close),
        Order::End(Ending::Ordered) => None,
        other => panic!("another order: {other:?}"),
    }
}

#[tokio::test]
async fn a_disconnect_says_what_the_caller_wants_or_leaves_the_code_to_the_door() {
    assert_eq!(close(r#"{"user":"42"}"#).await, None);
    let custom = close(r#"{"user":"42","disconnect":{"code":4999,"reason":"gone"}}"#).await;
    assert_eq!(custom, Some(Close::new(4999, "gone")));
    let silent = close(r#"{"user":"42","disconnect":{"code":3000}}"#).await;
    assert_eq!(silent, Some(Close::new(3000, "")));
}

#[tokio::test]
async fn a_disconnect_that_a_close_frame_cannot_say_is_a_bad_request() {
    let long = format!(r#"{{"code":4000,"reason":"{}"}}"#, "x".repeat(124));
    for wanted in [r#"{"code":2999}"#, r#"{"code":5000}"#, r#"{"code":70000}"#, "{}", &long] {
        let body = format!(r#"{{"user":"42","disconnect":{wanted}}}"#);
        let answer = without_order("disconnect", &body).await;
        assert!(answer.starts_with(r#"{"error":{"code":107,"#), "{answer}");
    }
    let fits = format!(r#"{{"user":"42","disconnect":{{"code":4000,"reason":"{}"}}}}"#, "x".repeat(123));
    assert_eq!(close(&fits).await.map(|close| close.reason.len()), Some(123));
}

#[tokio::test]
async fn whoever_is_on_the_white_list_stays() {
    let body = format!(r#"{{"user":"42","whitelist":["{CLIENT}","not-an-id"]}}"#);
    assert_eq!(order("disconnect", &body).await.except, [ClientId::parse(CLIENT).unwrap()]);
}

#[tokio::test]
async fn a_refresh_says_when_the_connections_expire() {
    let refresh = |addressed: Arc<Addressed>| match addressed.order.clone() {
        Order::Refresh { expired, expires, info } => (expired, expires, info),
        other => panic!("another order: {other:?}"),
    };
    assert_eq!(refresh(order("refresh", r#"{"user":"42"}"#).await), (false, None, None));
    let all = r#"{"user":"42","expired":true,"expire_at":100,"info":{"a":1}}"#;
    let info = Some(r#"{"a":1}"#.into());
    assert_eq!(refresh(order("refresh", all).await), (true, Some(UnixSeconds(100)), info));
}
