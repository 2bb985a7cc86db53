//! `issue_token`.

use std::time::Duration;

use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use vestibule_auth::issue::{Claim, Head, Issuer, SigningKey, Template};

use crate::api::under_test::House;
use crate::api::{Api, Signing};

fn house() -> House {
    house_with(|_| {})
}

fn house_with(change: impl FnOnce(&mut Api)) -> House {
    House::with(|api| {
        change(api);
        let key = SigningKey::secret(&"0123456789abcdef0123456789abcdef".into(), None).unwrap();
        let claims = [("sub", Claim::User), ("org", Claim::Organisation), ("sid", Claim::Session)];
        let claims = claims.map(|(name, claim)| (name.into(), claim)).to_vec();
        let template = Template { head: Head::default(), lifetime: Duration::from_secs(60), claims };
        let signing = Signing { issuer: Issuer::new(vec![key]).unwrap(), template };
        let claims = [("sub", Claim::User), ("channel", Claim::Fixed("news".into()))];
        let claims = claims.map(|(name, claim)| (name.into(), claim)).to_vec();
        let news = Signing { template: Template { claims, ..signing.template.clone() }, ..signing.clone() };
        let claims = vec![("sub".into(), Claim::User), ("roles".into(), Claim::Roles)];
        let roles = Signing { template: Template { claims, ..signing.template.clone() }, ..signing.clone() };
        api.issuing.templates.insert("news".into(), news);
        api.issuing.templates.insert("roles".into(), roles);
        api.issuing.templates.insert("worker".into(), signing);
    })
}

fn payload(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let token = answer["result"]["token"].as_str().unwrap_or_else(|| panic!("{answer}"));
    String::from_utf8(URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_backend_gets_a_token_for_a_user_whom_it_vouches_for() {
    let answer = house().call("issue_token", r#"{"template":"worker","user":"ann","session":"s"}"#).await;
    assert_eq!(payload(&answer.good()), r#"{"sub":"ann","org":"default","sid":"s"}"#);
    let answer = house().call("issue_token", r#"{"template":"worker","user":"ann","channel":"news"}"#).await;
    assert_eq!(payload(&answer.good()), r#"{"sub":"ann","org":"default","channel":"news"}"#);
}

#[tokio::test]
async fn a_token_is_for_the_organisation_of_the_callers_key() {
    let request = Request::post("/api/issue_token").header("X-API-Key", "the-key-of-acme");
    let answer = house().send(request, r#"{"template":"worker","user":"ann"}"#).await;
    assert_eq!(payload(&answer.body), r#"{"sub":"ann","org":"acme"}"#);
}

#[tokio::test]
async fn no_cache_keeps_a_token_however_it_was_asked_for() {
    let house = house();
    let wish = r#"{"template":"worker","user":"ann"}"#;
    let batch = format!(r#"{{"commands":[{{"info":{{}}}},{{"issue_token":{wish}}}]}}"#);
    let single = format!(r#"{{"method":"issue_token","params":{wish}}}"#);
    for (path, body) in [("/api/issue_token", wish), ("/api/batch", &batch), ("/api", &single)] {
        assert_eq!(house.post(path, body).await.headers["cache-control"], "no-store", "{path}");
    }
    let other = house.call("publish", r#"{"channel":"c","data":1}"#).await;
    assert!(!other.headers.contains_key("cache-control"));
}

#[tokio::test]
async fn a_token_that_no_realm_would_take_is_not_issued() {
    let house = house_with(|api| api.settings.body_size = 1 << 20);
    let long = format!(r#"{{"template":"roles","user":"a","roles":["{}"]}}"#, "x".repeat(20_000));
    let name = "a user has at most 255 bytes and no control characters";
    for (body, message) in [
        (r#"{"template":"worker","user":"a\nb"}"#, name),
        (&format!(r#"{{"template":"worker","user":"{}"}}"#, "x".repeat(256)), name),
        (&long, "such a token is longer than any realm takes"),
    ] {
        let answer = house.call("issue_token", body).await.good();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["error"]["message"], message);
    }
}

#[tokio::test]
async fn what_is_missing_or_unknown_is_said() {
    for (body, message) in [
        (r#"{"template":"other","user":"ann"}"#, "there is no such template"),
        (r#"{"template":"worker"}"#, "say which user"),
        (r#"{"template":"worker","user":"a","name":"Ann"}"#, "the template has no claim for a name"),
        (r#"{"template":"worker","user":"a","roles":["x"]}"#, "the template has no claim for these roles"),
        (r#"{"template":"news","user":"a","session":"s"}"#, "the template has no claim for a session"),
        (r#"{"template":"news","user":"a","channel":"b"}"#, "the template says for which channel"),
    ] {
        let answer: Value = serde_json::from_str(&house().call("issue_token", body).await.good()).unwrap();
        assert_eq!(answer["error"]["message"], message);
    }
    let unknown = house().call("issue_token", r#"{"template":"worker","user":"a","scope":"all"}"#).await;
    assert_eq!(unknown.status, 400);
}
