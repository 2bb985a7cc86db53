//! What the door answers over HTTP in houses that are set up in other ways. What it answers in one of the usual kind stands,
//! line by line, in the acceptance tests.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vestibule_auth::issue::{Issuer, SigningKey};

use super::{RoomTokens, SignalHttpSettings};
use crate::api::under_test::{Answered, House};

const SECRET: &str = "the admin secret";

fn key(pem: &str) -> SigningKey {
    SigningKey::read(pem, None).unwrap()
}

fn settings() -> SignalHttpSettings {
    let key = key(include_str!("../../../../auth/tests/keys/ed25519.pem"));
    SignalHttpSettings {
        path: "/signal".into(),
        tokens: Some(RoomTokens {
            issuer: Issuer::new(vec![key]).unwrap(),
            admin_secret: SECRET.into(),
            longest: Duration::from_secs(31_557_600),
        }),
        turn: None,
        origins: Vec::new(),
        guesses: NonZeroU32::new(3).unwrap(),
    }
}

fn house(change: impl FnOnce(&mut SignalHttpSettings)) -> House {
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
async fn pages_may_read_the_answers_only_where_that_is_switched_on() {
    let from = |path| Request::get(path).header("origin", "https://app.example");
    let closed = house(|_| {}).send(from("/health"), "").await;
    assert!(
        !closed.headers.contains_key("access-control-allow-origin") && !closed.headers.contains_key("vary")
    );
    let open = house(|settings| settings.origins = vec!["https://*.example".into()]);
    let answered = open.send(from("/health"), "").await;
    assert_eq!(answered.headers["access-control-allow-origin"], "https://app.example");
    let stranger = Request::get("/health").header("origin", "https://app.evil");
    let answered = open.send(stranger, "").await;
    assert_eq!((answered.status, &answered.headers["vary"]), (200, &"Origin".parse().unwrap()));
    assert!(!answered.headers.contains_key("access-control-allow-origin"), "it is not a stranger's to read");
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
