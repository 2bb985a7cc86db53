//! `revoke`, `block_user`, `unblock_user`, `revocations` and `remove_revocation`.

use axum::http::Request;
use serde_json::Value;
use vestibule_model::{Revoked, UnixSeconds, UserId};

use crate::api::under_test::{House, KEY};
use crate::clock::Clock;

/// How far clocks of issuers may be ahead, in these tests.
const LEEWAY: i64 = 30;

fn now() -> i64 {
    Clock::start().now().unix.0
}

/// The result of a call that goes well.
async fn result(house: &House, method: &str, body: &str) -> Value {
    let mut answer: Value = serde_json::from_str(&house.call(method, body).await.good()).unwrap();
    assert!(answer["error"].is_null(), "{method} {body}: {answer}");
    answer["result"].take()
}

/// The error of a call that does not.
async fn error(house: &House, method: &str, body: &str) -> (i64, String) {
    let answer: Value = serde_json::from_str(&house.call(method, body).await.good()).unwrap();
    let code = answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method} {body}: {answer}"));
    (code, answer["error"]["message"].as_str().unwrap().to_owned())
}

/// What the workers are told after a revocation that goes well.
async fn told(body: &str) -> Revoked {
    let mut house = House::keeping(10).await;
    result(&house, "revoke", body).await;
    let mut revoked = house.revoked();
    assert_eq!(revoked.len(), 1, "{body}");
    revoked.remove(0)
}

#[tokio::test]
async fn tokens_are_revoked_by_their_id_their_session_their_user_or_their_organisation() {
    assert_eq!(told(r#"{"token":"t"}"#).await, Revoked::Token("t".into()));
    assert_eq!(told(r#"{"session":"s"}"#).await, Revoked::Session("s".into()));
    let of_user = |end| Revoked::UserBefore(UserId::new("u"), UnixSeconds(end));
    assert_eq!(told(r#"{"user":"u","before":7}"#).await, of_user(7));
    let everybody = Revoked::OrganisationBefore(UnixSeconds(7));
    assert_eq!(told(r#"{"organisation":true,"before":7}"#).await, everybody);
}

#[tokio::test]
async fn a_user_without_a_time_loses_all_tokens_that_were_issued_until_now_by_a_clock_that_is_ahead() {
    let earliest = now() + LEEWAY;
    let Revoked::UserBefore(user, end) = told(r#"{"user":"u"}"#).await else { panic!("not a user") };
    assert_eq!(user.as_str(), "u");
    assert!((earliest..=now() + LEEWAY).contains(&end.0), "a login after this is good");
    let body = format!(r#"{{"user":"u","before":{}}}"#, now() + LEEWAY);
    assert!(matches!(told(&body).await, Revoked::UserBefore(..)), "a caller may say it himself");
}

#[tokio::test]
async fn a_revocation_ends_when_it_says_or_when_no_token_can_be_so_old() {
    let house = House::keeping(10).await;
    let until = |answer: &Value| answer["until"].as_i64().unwrap();
    let end = now() + 500;
    let answer = result(&house, "revoke", &format!(r#"{{"token":"a","until":{end}}}"#)).await;
    assert_eq!(until(&answer), end);
    let answer = result(&house, "revoke", r#"{"token":"b","ttl":60}"#).await;
    assert!((60..=62).contains(&(until(&answer) - now() + 1)), "{answer}");
    let answer = result(&house, "revoke", r#"{"token":"c"}"#).await;
    assert!((3_600..=3_602).contains(&(until(&answer) - now() + 1)), "{answer}");
}

#[tokio::test]
async fn a_request_that_does_not_say_one_thing_revokes_nothing() {
    let mut house = House::keeping(10).await;
    let long = "x".repeat(1_025);
    for body in [
        "{}",
        r#"{"token":""}"#,
        r#"{"token":"t","user":"u"}"#,
        r#"{"organisation":false}"#,
        r#"{"token":"t","before":7}"#,
        r#"{"user":"u","before":99999999999}"#,
        r#"{"token":"t","until":1}"#,
        r#"{"token":"t","ttl":0}"#,
        r#"{"token":"t","ttl":5,"until":99999999999}"#,
        &format!(r#"{{"token":"{long}"}}"#),
        &format!(r#"{{"token":"t","note":"{long}"}}"#),
        &format!(r#"{{"token":"t","by":"{long}"}}"#),
    ] {
        let (code, message) = error(&house, "revoke", body).await;
        assert_eq!(code, 107, "{body}");
        assert_ne!(message, "bad request", "it is said what is wrong with {body}");
    }
    for body in [r#"{"user":"u","befor":7}"#, r#"{"user":"u","user":"v"}"#, r#"{"user":7}"#] {
        assert_eq!(house.call("revoke", body).await.status, 400, "{body}");
    }
    assert!(house.revoked().is_empty());
    assert_eq!(
        result(&house, "revocations", "{}").await,
        serde_json::json!({ "in": "default", "revocations": [] })
    );
}

#[tokio::test]
async fn a_block_holds_whenever_a_token_was_issued_until_it_is_lifted() {
    let mut house = House::keeping(10).await;
    let body = r#"{"user":"bob","note":"spam","by":"ann"}"#;
    assert_eq!(result(&house, "block_user", body).await["until"], 253_402_300_799_i64);
    assert_eq!(house.revoked(), [Revoked::User(UserId::new("bob"))]);
    let listed = result(&house, "revocations", "{}").await;
    let entry = &listed["revocations"][0];
    for (key, value) in [("kind", "block"), ("user", "bob"), ("note", "spam"), ("by", "ann")] {
        assert_eq!(entry[key], value, "{listed}");
    }
    let bob = r#"{"user":"bob"}"#;
    assert_eq!(
        result(&house, "unblock_user", bob).await,
        serde_json::json!({ "in": "default", "unblocked": true })
    );
    assert_eq!(
        result(&house, "unblock_user", bob).await,
        serde_json::json!({ "in": "default", "unblocked": false })
    );
    assert_eq!(error(&house, "block_user", "{}").await.0, 107);
}

#[tokio::test]
async fn a_list_has_pages_and_the_last_one_says_so() {
    let house = House::keeping(10).await;
    for token in ["a", "b", "c"] {
        result(&house, "revoke", &format!(r#"{{"token":"{token}"}}"#)).await;
    }
    let first = result(&house, "revocations", r#"{"limit":2}"#).await;
    let tokens = |page: &Value| -> Vec<String> {
        let entries = page["revocations"].as_array().unwrap();
        entries.iter().map(|entry| entry["token"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(tokens(&first), ["a", "b"]);
    let body = format!(r#"{{"limit":2,"after":{}}}"#, first["next"]);
    let last = result(&house, "revocations", &body).await;
    assert_eq!((tokens(&last), last.get("next")), (vec!["c".to_owned()], None));
    for limit in [0, 1_001] {
        assert_eq!(error(&house, "revocations", &format!(r#"{{"limit":{limit}}}"#)).await.0, 107);
    }
}

#[tokio::test]
async fn a_revocation_that_is_removed_is_off_the_list() {
    let house = House::keeping(10).await;
    let id = result(&house, "revoke", r#"{"session":"s"}"#).await["id"].as_i64().unwrap();
    let body = format!(r#"{{"id":{id}}}"#);
    assert_eq!(result(&house, "remove_revocation", &body).await["removed"], true);
    assert_eq!(result(&house, "remove_revocation", &body).await["removed"], false);
    assert_eq!(error(&house, "remove_revocation", "{}").await.0, 107);
}

/// What a caller with another key is answered.
async fn as_another(house: &House, key: &str, method: &str, body: &str) -> Value {
    let request = Request::post(format!("/api/{method}")).header("X-API-Key", key);
    serde_json::from_str(&house.send(request, body).await.good()).unwrap()
}

#[tokio::test]
async fn an_operator_says_in_which_organisation_and_is_told_so() {
    let house = House::keeping(10).await;
    let asks = async |method, body| as_another(&house, "the-key-of-operators", method, body).await;
    let revoked = &asks("revoke", r#"{"in":"org_01","session":"s"}"#).await["result"];
    assert_eq!(revoked["in"], "org_01");
    let blocked = &asks("block_user", r#"{"in":"org_02","user":"ann"}"#).await["result"];
    assert_eq!(blocked["in"], "org_02");
    let listed = &asks("revocations", r#"{"in":"org_01"}"#).await["result"];
    assert_eq!((&listed["in"], &listed["revocations"][0]["session"]), (&"org_01".into(), &"s".into()));
    assert_eq!(listed["revocations"].as_array().unwrap().len(), 1);
    let elsewhere = &asks("unblock_user", r#"{"in":"org_01","user":"ann"}"#).await["result"];
    assert_eq!(elsewhere["unblocked"], false, "he is blocked in the other one");
    let everybody = asks("revoke", r#"{"in":"org_01","organisation":true}"#).await;
    assert_eq!(everybody["result"]["in"], "org_01");
    let removed = &asks("remove_revocation", r#"{"in":"org_01","id":1}"#).await["result"];
    assert_eq!(removed["removed"], true);
}

#[tokio::test]
async fn an_operator_does_nothing_without_an_organisation_and_nothing_but_that() {
    let mut house = House::keeping(10).await;
    for (method, body, code) in [
        ("revoke", r#"{"session":"s"}"#, 107),
        ("block_user", r#"{"in":"","user":"ann"}"#, 107),
        ("revocations", "{}", 107),
        ("publish", r#"{"channel":"news","data":1}"#, 103),
        ("issue_token", r#"{"template":"worker","user":"ann"}"#, 103),
        ("disconnect", r#"{"user":"ann"}"#, 103),
        ("info", "{}", 103),
    ] {
        let answer = as_another(&house, "the-key-of-operators", method, body).await;
        assert_eq!(answer["error"]["code"], code, "{method} {body}: {answer}");
    }
    assert!(house.revoked().is_empty());
}

#[tokio::test]
async fn the_key_of_an_organisation_is_good_in_that_one_alone() {
    let mut house = House::keeping(10).await;
    let body = |organisation: &str| format!(r#"{{"in":"{organisation}","user":"ann"}}"#);
    let own = as_another(&house, "the-key-of-acme", "block_user", &body("acme")).await;
    assert_eq!(own["result"]["in"], "acme");
    assert_eq!(house.revoked().len(), 1);
    for (key, organisation) in [("the-key-of-acme", "default"), (KEY, "acme")] {
        let other = as_another(&house, key, "block_user", &body(organisation)).await;
        assert_eq!(other["error"]["code"], 103, "{other}");
    }
    assert!(house.revoked().is_empty());
}

#[tokio::test]
async fn a_house_that_is_full_of_revocations_says_so() {
    let house = House::keeping(1).await;
    result(&house, "revoke", r#"{"token":"a"}"#).await;
    let full = "as many revocations hold as store.revocations allows";
    assert_eq!(error(&house, "revoke", r#"{"token":"b"}"#).await, (111, full.into()));
    result(&house, "revoke", r#"{"token":"a","ttl":9}"#).await;
}

#[tokio::test]
async fn a_house_without_its_store_revokes_nothing_and_is_not_ready() {
    let mut house = House::keeping(10).await;
    house.steward.records().close().await;
    assert_eq!(error(&house, "revoke", r#"{"token":"a"}"#).await.0, 100);
    assert!(house.revoked().is_empty());
    house.staff(crate::api::under_test::idle);
    let ready = house.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("store: "), "{}", ready.body);
}

#[tokio::test]
async fn the_metric_counts_the_revocations_that_hold() {
    let house = House::keeping(10).await;
    result(&house, "revoke", r#"{"token":"a"}"#).await;
    let metrics = house.get("/metrics").await.body;
    assert!(metrics.lines().any(|line| line == "vestibule_revocations 1"), "{metrics}");
}
