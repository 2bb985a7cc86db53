//! The door's HTTP side as its callers see it.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vestibule_auth::issue::{Issuer, SigningKey};

use super::{RoomTokens, SignalHttp, Turn};
use crate::api::under_test::{Answered, House};

const SECRET: &str = "the admin secret";

fn key(pem: &str) -> SigningKey {
    SigningKey::read(pem, None).unwrap()
}

fn settings() -> SignalHttp {
    let key = key(include_str!("../../../../auth/tests/keys/ed25519.pem"));
    SignalHttp {
        path: "/signal".into(),
        tokens: Some(RoomTokens {
            issuer: Issuer::new(vec![key]).unwrap(),
            admin_secret: SECRET.into(),
            longest: Duration::from_secs(31_557_600),
        }),
        turn: None,
        cors: Vec::new(),
        guesses: NonZeroU32::new(3).unwrap(),
        health: true,
    }
}

fn house(change: impl FnOnce(&mut SignalHttp)) -> House {
    let mut settings = settings();
    change(&mut settings);
    House::with(|api| {
        api.signal = Some(settings);
        api.health = None;
    })
}

async fn post(house: &House, headers: &[(&str, &str)], body: &str) -> Answered {
    let mut request = Request::post("/token");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.send(request, body).await
}

async fn ask(house: &House, body: &str) -> Answered {
    post(house, &[("x-admin-secret", SECRET), ("content-type", "application/json")], body).await
}

fn value(answered: &Answered) -> Value {
    serde_json::from_str(&answered.body).unwrap()
}

fn part(token: &str, index: usize) -> String {
    let part = token.split('.').nth(index).unwrap();
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_room_token_is_what_it_always_was() {
    let answered = ask(&house(|_| {}), r#"{"ttl":"1h","subject":"my-app"}"#).await;
    assert_eq!(answered.status, 201, "{}", answered.body);
    assert_eq!(answered.headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(answered.headers["cache-control"], "no-store");
    let said = value(&answered);
    let token = said["token"].as_str().unwrap();
    assert_eq!(part(token, 0), r#"{"alg":"EdDSA"}"#);
    let claims: Value = serde_json::from_str(&part(token, 1)).unwrap();
    let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    let expected = format!(
        r#"{{"sub":"my-app","iat":{iat},"iss":"aikofy:client-db-sync","aud":"aikofy:client-db","exp":{exp}}}"#
    );
    assert_eq!((part(token, 1), exp - iat), (expected, 3_600));
    assert_eq!(said["subject"], "my-app");
    assert!(said["expiresAt"].as_str().unwrap().ends_with(".000Z"), "{said}");
    assert_eq!(value(&ask(&house(|_| {}), r#"{"ttl":"1h"}"#).await)["subject"], "default");
}

#[tokio::test]
async fn the_keys_of_room_tokens_are_among_those_that_the_house_publishes() {
    let document = value(&house(|_| {}).get("/.well-known/jwks.json").await);
    assert_eq!(
        (&document["keys"][0]["crv"], &document["keys"][0]["alg"]),
        (&json!("Ed25519"), &json!("EdDSA"))
    );
}

#[tokio::test]
async fn of_several_keys_the_newest_signs_and_is_named() {
    let answered = ask(
        &house(|settings| {
            let pem = include_str!("../../../../auth/tests/keys/ed25519.pem");
            let keys = vec![key(pem).named("new"), key(pem).named("old")];
            settings.tokens.as_mut().unwrap().issuer = Issuer::new(keys).unwrap();
        }),
        r#"{"ttl":"1h"}"#,
    )
    .await;
    assert_eq!(part(value(&answered)["token"].as_str().unwrap(), 0), r#"{"alg":"EdDSA","kid":"new"}"#);
}

#[tokio::test]
async fn the_secret_is_looked_at_before_anything_else_and_in_one_header() {
    let house = house(|settings| settings.guesses = NonZeroU32::new(100).unwrap());
    let json = ("content-type", "application/json");
    for headers in [
        &[json][..],
        &[json, ("x-admin-secret", "wrong")],
        &[json, ("x-admin-secret", ""), ("authorization", SECRET)],
        &[],
    ] {
        let answered = post(&house, headers, "nonsense").await;
        assert_eq!((answered.status, answered.body.as_str()), (401, r#"{"error":"Unauthorized"}"#));
    }
    for shown in [SECRET.to_owned(), format!("Bearer {SECRET}"), format!("bEARER   {SECRET}")] {
        let answered = post(&house, &[json, ("authorization", &shown)], r#"{"ttl":"1h"}"#).await;
        assert_eq!(answered.status, 201, "{shown}");
    }
}

#[tokio::test]
async fn who_guesses_too_often_has_to_wait() {
    let house = house(|_| {});
    for _ in 0..3 {
        assert_eq!(post(&house, &[("x-admin-secret", "guess")], "").await.status, 401);
    }
    assert_eq!(post(&house, &[("x-admin-secret", "guess")], "").await.status, 429);
    assert_eq!(ask(&house, r#"{"ttl":"1h"}"#).await.status, 429, "a lucky guess helps nobody");
}

#[tokio::test]
async fn a_body_that_is_none_is_refused_as_it_always_was() {
    let house = house(|_| {});
    let secret = ("x-admin-secret", SECRET);
    let json = ("content-type", "application/json");
    for (headers, body, status, code, message) in [
        (&[secret][..], "", 400, "FST_ERR_VALIDATION", "body must be object"),
        (&[secret, json], "", 400, "FST_ERR_CTP_EMPTY_JSON_BODY", ""),
        (&[secret, json], "{", 400, "FST_ERR_CTP_INVALID_JSON_BODY", ""),
        (&[secret, json], r#"{"ttl":"1h","__proto__":{}}"#, 400, "FST_ERR_CTP_INVALID_JSON_BODY", ""),
        (&[secret, json], "{}", 400, "FST_ERR_VALIDATION", "body must have required property 'ttl'"),
        (&[secret, json], "[]", 400, "FST_ERR_VALIDATION", "body must be object"),
        (&[secret, json], "null", 400, "FST_ERR_VALIDATION", "body must be object"),
        (&[secret, json], r#"{"ttl":null}"#, 400, "FST_ERR_VALIDATION", "body/ttl must be string"),
        (
            &[secret, json],
            r#"{"ttl":"1h","subject":null}"#,
            400,
            "FST_ERR_VALIDATION",
            "body/subject must be string",
        ),
        (&[secret, json], r#"{"ttl":{}}"#, 400, "FST_ERR_VALIDATION", "body/ttl must be string"),
        (
            &[secret, json],
            r#"{"ttl":"1h","subject":{}}"#,
            400,
            "FST_ERR_VALIDATION",
            "body/subject must be string",
        ),
        (&[secret, ("content-type", "text/plain")], "x", 400, "FST_ERR_VALIDATION", "body must be object"),
        (&[secret, ("content-type", "a/b")], "x", 415, "FST_ERR_CTP_INVALID_MEDIA_TYPE", ""),
    ] {
        let answered = post(&house, headers, body).await;
        let said = value(&answered);
        assert_eq!((answered.status, said["code"].as_str()), (status, Some(code)), "{body}");
        assert!(message.is_empty() || said["message"] == message, "{said}");
        assert_eq!(said["statusCode"], status);
    }
    let long = format!(r#"{{"ttl":"{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(ask(&house, &long).await.status, 413);
}

#[tokio::test]
async fn a_lifetime_that_makes_no_sense_is_the_callers_fault() {
    let house = house(|_| {});
    for body in [
        r#"{"ttl":"abc"}"#,
        r#"{"ttl":3600}"#,
        r#"{"ttl":"-1h"}"#,
        r#"{"ttl":"0s"}"#,
        r#"{"ttl":"9999999d"}"#,
    ] {
        let answered = ask(&house, body).await;
        assert_eq!(answered.status, 400, "{body}: {}", answered.body);
        assert!(
            value(&answered)["message"].as_str().unwrap().starts_with("ttl must be"),
            "{}",
            answered.body
        );
    }
    assert_eq!(ask(&house, r#"{"ttl":["1h"],"subject":7}"#).await.status, 201, "as leniently as ever");
}

#[tokio::test]
async fn the_public_key_is_told_and_nothing_of_the_private_one() {
    let answered = house(|_| {}).get("/public-key").await;
    let said = value(&answered);
    assert!(answered.body.starts_with(r#"{"alg":"EdDSA","crv":"Ed25519","x":""#), "{}", answered.body);
    assert_eq!(said.as_object().unwrap().len(), 4);
}

#[tokio::test]
async fn without_tokens_there_is_neither_a_mint_nor_a_key() {
    let house = house(|settings| settings.tokens = None);
    assert_eq!(house.get("/public-key").await.status, 404);
    assert_eq!(ask(&house, r#"{"ttl":"1h"}"#).await.status, 404);
    assert_eq!(value(&house.get("/health").await)["auth"], "disabled");
}

#[tokio::test]
async fn health_counts_who_is_in_rooms_and_other_methods_are_not_there() {
    let house = house(|_| {});
    let said = value(&house.get("/health").await);
    assert_eq!(
        (&said["status"], &said["auth"], &said["peers"]),
        (&json!("ok"), &json!("enabled"), &json!(0))
    );
    assert!(said["ts"].as_str().unwrap().ends_with('Z'));
    let answered = house.get("/token?token=a.b.c").await;
    let expected = r#"{"error":"Not Found","message":"Route GET:/token not found","statusCode":404}"#;
    assert_eq!((answered.status, answered.body.as_str()), (404, expected));
}

#[tokio::test]
async fn credentials_for_relays_come_with_a_token_and_by_themselves() {
    let turn = Turn {
        secret: "shared".into(),
        urls: vec!["turn:127.0.0.1:3478".into()],
        ttl: Duration::from_secs(600),
    };
    let house = house(|settings| settings.turn = Some(turn));
    let said = value(&ask(&house, r#"{"ttl":"1h","subject":"music"}"#).await);
    let server = &said["iceServers"][0];
    assert_eq!(server["urls"], json!(["turn:127.0.0.1:3478"]));
    assert!(server["username"].as_str().unwrap().ends_with(":music"), "{server}");
    assert_eq!(house.get("/ice").await.status, 401);
    assert_eq!(house.get("/ice?token=a.b.c").await.status, 401);
}

#[tokio::test]
async fn pages_may_read_the_answers_only_where_that_is_switched_on() {
    let from = |path| Request::get(path).header("origin", "https://app.example");
    let closed = house(|_| {}).send(from("/health"), "").await;
    assert!(!closed.headers.contains_key("access-control-allow-origin"));
    let open = house(|settings| settings.cors = vec!["https://*.example".into()]);
    let answered = open.send(from("/health"), "").await;
    assert_eq!(answered.headers["access-control-allow-origin"], "https://app.example");
    let asks = Request::options("/ice").header("origin", "https://app.example");
    let asked = open.send(asks, "").await;
    assert_eq!(
        (asked.status, &asked.headers["access-control-allow-headers"]),
        (204, &"authorization".parse().unwrap())
    );
    let token = Request::post("/token").header("origin", "https://app.example");
    assert!(
        !open.send(token, "").await.headers.contains_key("access-control-allow-origin"),
        "no page gets tokens"
    );
}

#[tokio::test]
async fn what_is_not_there_is_named_without_the_query() {
    let unknown = house(|_| {}).get("/nothing?token=a.b.c").await;
    let expected = r#"{"error":"Not Found","message":"Route GET:/nothing not found","statusCode":404}"#;
    assert_eq!((unknown.status, unknown.body.as_str()), (404, expected));
}
