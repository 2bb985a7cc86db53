//! Who may call, what a call looks like, and how it is refused.

use axum::http::Request;

use super::*;
use crate::api::under_test::{Answered, House, KEY};

async fn transport(house: &House, method: &str, body: &str) -> (u16, String) {
    let request = Request::post(format!("/api/{method}"))
        .header("X-API-Key", KEY)
        .header("X-Centrifugo-Error-Mode", "transport");
    let answered = house.send(request, body).await;
    (answered.status, answered.body)
}

fn is_bad_request(answered: &Answered) -> bool {
    (answered.status, answered.body.as_str()) == (400, "Bad Request\n")
}

#[tokio::test]
async fn a_caller_without_the_key_gets_401_and_an_empty_body() {
    let house = House::new();
    for request in [Request::post("/api/info"), Request::post("/api/info").header("X-API-Key", "another")] {
        let answered = house.send(request, "{}").await;
        assert_eq!((answered.status, answered.body.as_str()), (401, ""));
    }
    for path in ["/api", "/api/batch"] {
        assert_eq!(house.send(Request::post(path), "{}").await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn an_answer_is_json() {
    let answered = House::new().call("publish", "{}").await;
    assert_eq!(answered.headers["content-type"], "application/json");
    assert_eq!(answered.good(), BAD_REQUEST);
}

#[tokio::test]
async fn what_is_not_one_object_is_refused_with_400() {
    let house = House::new();
    for body in
        ["", "  ", "[]", "\"x\"", "5", "{bad", "{} trailing", r#"{"channel":1}"#, r#"{"tags":{"a":1}}"#]
    {
        let answered = house.call("publish", body).await;
        assert!(is_bad_request(&answered), "{body}: {answered:?}");
    }
}

#[tokio::test]
async fn null_is_an_empty_object() {
    assert_eq!(House::new().call("publish", "null").await.good(), BAD_REQUEST);
}

#[tokio::test]
async fn a_method_that_there_is_not_is_not_found() {
    let house = House::new();
    for path in ["/api/nope", "/api/", "/api/publish/", "/api/a/b", "/other"] {
        let answered = house.post(path, "{}").await;
        assert_eq!((answered.status, answered.body.as_str()), (404, "404 page not found\n"), "{path}");
    }
}

#[tokio::test]
async fn only_post_calls() {
    let house = House::new();
    for path in ["/api", "/api/publish", "/api/batch"] {
        for request in [Request::get(path), Request::put(path), Request::options(path), Request::head(path)] {
            let answered = house.send(request.header("X-API-Key", KEY), "").await;
            assert_eq!((answered.status, answered.body.as_str()), (405, ""), "{path}");
        }
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_with_413() {
    let house = House::new();
    let fits = format!(r#"{{"channel":"c","data":"{}"}}"#, "x".repeat(4000));
    assert_eq!(house.call("publish", &fits).await.good(), NOTHING);
    let too_long = format!(r#"{{"channel":"c","data":"{}"}}"#, "x".repeat(4096));
    assert_eq!(house.call("publish", &too_long).await.status, 413);
}

#[tokio::test]
async fn a_caller_who_wants_statuses_gets_the_bare_error() {
    let house = House::new();
    let cases = [
        ("publish", r#"{"channel":"nope:a","data":1}"#, 404, r#"{"code":102,"message":"unknown channel"}"#),
        ("publish", r#"{"channel":"c"}"#, 400, r#"{"code":107,"message":"bad request"}"#),
        ("history", r#"{"channel":"c"}"#, 400, r#"{"code":108,"message":"not available"}"#),
        ("rpc", r#"{"method":"x"}"#, 404, r#"{"code":104,"message":"not found"}"#),
        ("publish", r#"{"channel":"c","data":1}"#, 200, NOTHING),
    ];
    for (method, body, status, answer) in cases {
        assert_eq!(transport(&house, method, body).await, (status, answer.to_owned()), "{method} {body}");
    }
}

#[tokio::test]
async fn an_unrecoverable_position_is_416() {
    let query = r#"{"channel":"kept:a","limit":1,"since":{"offset":1,"epoch":"another"}}"#;
    let answer = transport(&House::new(), "history", query).await;
    assert_eq!(answer, (416, r#"{"code":112,"message":"unrecoverable position"}"#.to_owned()));
}

#[tokio::test]
async fn the_operator_can_want_statuses_for_everybody() {
    let house = House::with(|api| api.settings.errors_as_status = true);
    assert_eq!(house.call("rpc", r#"{"method":"x"}"#).await.status, 404);
}

#[tokio::test]
async fn an_rpc_needs_a_method_and_there_is_none() {
    let house = House::new();
    assert_eq!(house.call("rpc", "{}").await.good(), BAD_REQUEST);
    assert_eq!(house.call("rpc", r#"{"method":"x","params":{}}"#).await.good(), NOT_FOUND);
}

#[tokio::test]
async fn an_api_that_is_off_is_not_there() {
    let house = House::with(|api| api.settings.enabled = false);
    assert_eq!(house.call("info", "{}").await.status, 404);
}

#[tokio::test]
async fn the_api_can_be_elsewhere() {
    let house = House::with(|api| api.settings.path = "/internal/api".into());
    assert_eq!(house.post("/internal/api/rpc", r#"{"method":"x"}"#).await.good(), NOT_FOUND);
    assert_eq!(house.post("/api/rpc", r#"{"method":"x"}"#).await.status, 404);
}

#[tokio::test]
async fn every_call_is_counted_by_method_and_error() {
    let house = House::new();
    house.call("rpc", r#"{"method":"x"}"#).await;
    house
        .call("batch", r#"{"commands":[{"rpc":{"method":"x"}},{"publish":{"channel":"c","data":1}}]}"#)
        .await;
    let metrics = house.get("/metrics").await.body;
    assert!(metrics.contains("vestibule_api_calls_total{method=\"rpc\",error=\"104\"} 2\n"), "{metrics}");
    assert!(metrics.contains("vestibule_api_calls_total{method=\"publish\",error=\"0\"} 1\n"), "{metrics}");
}
