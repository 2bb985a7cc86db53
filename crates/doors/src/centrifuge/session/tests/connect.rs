//! From the first message to the connect reply.

use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{Close, Identity, Profile, UserId};

use super::pair::{CONNECTED, NOW, Setup, after, anonymous, identity, lasts, states};
use crate::centrifuge::rules::PersonalChannel;
use crate::contract::{NotAdmitted, Order, Outcome, Refusal};

#[test]
fn a_peer_with_a_good_token_is_let_in() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.open();
        pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
        pair.asks_who_bears(Some("t"));
        assert!(!pair.takes_messages());
        pair.identifies(identity());
        let admission = pair.asks_to_admit();
        assert_eq!(
            (admission.user, admission.is_person, admission.exclusive),
            (UserId::new("42"), true, false)
        );
        pair.admits();
        pair.receives(CONNECTED);
        pair.is_silent();
        assert!(pair.takes_messages());
    }
}

#[test]
fn a_peer_without_a_token_is_for_the_house_to_judge() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{}}"#);
    pair.asks_who_bears(None);
    pair.identifies(anonymous());
    assert!(pair.asks_to_admit().user.is_anonymous());
    pair.admits();
    pair.receives(CONNECTED);
}

#[test]
fn no_token_where_one_is_needed_is_a_bad_request() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{}}"#);
    pair.asks_who_bears(None);
    pair.refuses_token(Refusal::Missing);
    pair.closes(3501);
}

#[test]
fn a_token_that_is_not_good_is_final() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.refuses_token(Refusal::Invalid);
    pair.closes(3500);
}

#[test]
fn a_token_that_names_nobody_may_be_unwelcome() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.refuses_token(Refusal::Anonymous);
    pair.closes(3507);
}

#[test]
fn an_expired_token_is_answered_with_109_and_closed_when_stale() {
    let mut pair = Setup::new().open();
    pair.pass_secs(4);
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.refuses_token(Refusal::Expired);
    pair.receives(r#"{"id":1,"error":{"code":109,"message":"token expired"}}"#);
    pair.pass(Duration::from_millis(5_999));
    pair.is_silent();
    pair.pass(Duration::from_millis(1));
    pair.closes(3502);
}

#[test]
fn a_token_that_cannot_be_judged_now_is_answered_with_a_temporary_error() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.refuses_token(Refusal::Unavailable);
    pair.receives(r#"{"id":1,"error":{"code":100,"message":"internal server error","temporary":true}}"#);
    pair.is_silent();
}

#[test]
fn after_an_error_reply_to_connect_nothing_is_heard_any_more() {
    let mut pair = Setup::new().open();
    pair.sends("{\"id\":1,\"connect\":{\"token\":\"t\"}}\n{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}");
    pair.asks_who_bears(Some("t"));
    pair.refuses_token(Refusal::Expired);
    pair.receives(r#"{"id":1,"error":{"code":109,"message":"token expired"}}"#);
    assert!(pair.takes_messages());
    pair.sends(r#"{"id":3,"subscribe":{"channel":"a"}}"#);
    pair.sends_bytes(b"nonsense");
    pair.is_silent();
}

#[test]
fn a_peer_that_says_nothing_is_stale_after_ten_seconds() {
    let mut pair = Setup::new().open();
    pair.pass(Duration::from_millis(9_999));
    pair.is_silent();
    pair.pass(Duration::from_millis(1));
    pair.closes(3502);
}

#[test]
fn when_the_house_takes_too_long_the_peer_is_told_to_come_back() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.pass_secs(10);
    pair.closes(3004);
}

#[test]
fn a_user_with_too_many_connections_gets_no_other() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.identifies(identity());
    pair.asks_to_admit();
    pair.answers(Outcome::Admitted(Err(NotAdmitted::Full)));
    pair.closes(3504);
}

#[test]
fn a_token_with_an_end_tells_the_client_when_to_refresh() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.open();
        pair.enters(Identity { expires: lasts(60), ..identity() });
        pair.receives(&CONNECTED.replace(r#","ping""#, r#","expires":true,"ttl":60,"ping""#));
    }
}

#[test]
fn no_ttl_is_longer_than_a_year() {
    let mut pair = Setup::new().open();
    pair.enters(Identity { expires: lasts(1_000_000_000), ..identity() });
    pair.receives(&CONNECTED.replace(r#","ping""#, r#","expires":true,"ttl":31536000,"ping""#));
}

#[test]
fn a_token_that_is_taken_after_its_end_is_answered_with_109_so_that_clients_fetch_another() {
    for profile in [Profile::Centrifugo, Profile::Cadenza] {
        for seconds in [0, -1, -29] {
            let mut pair = Setup::new().open();
            pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
            pair.asks_who_bears(Some("t"));
            pair.identifies(Identity { expires: lasts(seconds), profile, ..identity() });
            pair.receives(r#"{"id":1,"error":{"code":109,"message":"token expired"}}"#);
            pair.is_silent();
        }
    }
}

#[test]
fn a_connection_that_should_have_ended_already_is_answered_with_110() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.identifies(Identity { expires: states(0), ..identity() });
    pair.receives(r#"{"id":1,"error":{"code":110,"message":"expired"}}"#);
    pair.is_silent();
}

#[test]
fn an_insecure_house_lets_nothing_expire() {
    let mut pair = Setup::new().rules(|rules| rules.client.insecure = true).open();
    pair.enters(Identity { expires: lasts(60), ..identity() });
    pair.receives(CONNECTED);
    pair.pass_with_pongs(200);
    pair.is_silent();
}

#[test]
fn the_connect_reply_tells_the_time_when_the_operator_wants_that() {
    let mut pair = Setup::new().rules(|rules| rules.client.connect_include_server_time = true).open();
    pair.enters(identity());
    pair.receives(&CONNECTED.replace("true}", &format!("true,\"time\":{}}}", NOW.0 * 1000)));
}

#[test]
fn without_a_pong_timeout_no_pongs_are_asked_for() {
    let mut pair = Setup::new().rules(|rules| rules.client.pong_timeout = None).open();
    pair.enters(identity());
    pair.receives(&CONNECTED.replace(r#","pong":true"#, ""));
}

#[test]
fn with_pings_of_the_transport_the_protocol_has_none() {
    let mut pair = Setup::new().frame_pings().open();
    pair.enters(identity());
    pair.receives(&CONNECTED.replace(r#","ping":25,"pong":true"#, ""));
}

#[test]
fn a_single_connection_per_user_is_asked_of_the_house() {
    let personal = PersonalChannel { namespace: "".into(), single_connection: true };
    let setup = || Setup::new().rules(|rules| rules.client.personal_channel = Some(personal.clone()));
    let mut pair = setup().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.identifies(identity());
    assert!(pair.asks_to_admit().exclusive);

    let mut pair = setup().open();
    pair.sends(r#"{"id":1,"connect":{}}"#);
    pair.asks_who_bears(None);
    pair.identifies(anonymous());
    let nobody = pair.asks_to_admit();
    assert!(!nobody.exclusive && !nobody.is_person, "there is more than one nobody");
}

#[test]
fn commands_behind_connect_wait_for_the_connect_reply() {
    for setup in [Setup::new(), Setup::new().protobuf()] {
        let mut pair = setup.open();
        pair.sends(
            "{\"id\":1,\"connect\":{\"token\":\"t\"}}\n{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}\n{\"id\":3,\"rpc\":{}}",
        );
        pair.asks_who_bears(Some("t"));
        pair.identifies(identity());
        pair.asks_to_admit();
        pair.admits();
        pair.receives(CONNECTED);
        pair.asks_to_subscribe("a");
        pair.is_silent();
        pair.subscribes();
        pair.receives(
            "{\"id\":2,\"subscribe\":{}}\n{\"id\":3,\"error\":{\"code\":108,\"message\":\"not available\"}}",
        );
        pair.releases("a");
    }
}

#[test]
fn what_others_see_of_the_connection_comes_from_its_token() {
    let mut pair =
        Setup::new().connected_as(Identity { info: Some(Bytes::from_static(b"{}")), ..identity() });
    pair.sends(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    let info = pair.asks_to_subscribe("a").info;
    assert_eq!(info.client.to_string(), super::pair::CLIENT);
    assert_eq!((info.user.as_str(), info.connection.as_deref()), ("42", Some(&b"{}"[..])));
}

#[test]
fn a_connection_that_is_not_open_yet_can_be_ended() {
    let mut pair = Setup::new().open();
    pair.orders(Order::Drain);
    pair.closes(3001);

    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.orders(Order::Disconnect(Close::new(4501, "banned")));
    pair.closes(4501);
}

#[test]
fn other_orders_wait_until_the_connection_is_open() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    pair.identifies(identity());
    pair.asks_to_admit();
    pair.orders(Order::Refresh { expired: false, expires: after(50), info: None });
    pair.is_silent();
    pair.admits();
    pair.receives(&format!("{CONNECTED}\n{}", r#"{"push":{"refresh":{"expires":true,"ttl":50}}}"#));
}

#[test]
fn a_connection_for_which_too_many_orders_wait_starts_anew() {
    let mut pair = Setup::new().open();
    pair.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
    pair.asks_who_bears(Some("t"));
    for _ in 0..64 {
        pair.orders(Order::Refresh { expired: false, expires: None, info: None });
        pair.is_silent();
    }
    pair.orders(Order::Refresh { expired: false, expires: None, info: None });
    pair.closes(3010);
}
