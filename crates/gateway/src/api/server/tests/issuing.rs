//! `issue_token`.

use std::time::Duration;

use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use vestibule_auth::issue::{Claim, Head, Issuer, SigningKey, Template};

use crate::api::Signing;
use crate::api::under_test::House;

fn house() -> House {
    House::with(|api| {
        let key = SigningKey::secret(&"0123456789abcdef0123456789abcdef".into(), None).unwrap();
        let claims = [("sub", Claim::User), ("org", Claim::Organisation), ("sid", Claim::Session)];
        let claims = claims.map(|(name, claim)| (name.into(), claim)).to_vec();
        let template = Template { head: Head::default(), lifetime: Duration::from_secs(60), claims };
        let signing = Signing { issuer: Issuer::new(vec![key]).unwrap(), template };
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
async fn what_is_missing_or_unknown_is_said() {
    for (body, message) in [
        (r#"{"template":"other","user":"ann"}"#, "there is no such template"),
        (r#"{"template":"worker"}"#, "say which user"),
    ] {
        let answer: Value = serde_json::from_str(&house().call("issue_token", body).await.good()).unwrap();
        assert_eq!(answer["error"]["message"], message);
    }
    let unknown = house().call("issue_token", r#"{"template":"worker","user":"a","scope":"all"}"#).await;
    assert_eq!(unknown.status, 400);
}
