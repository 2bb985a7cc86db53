//! What load balancers hear.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, StatusCode};
use tokio::runtime::Handle;
use vestibule_auth::jwks::{Answer, Policy, Source};
use vestibule_auth::{Algorithm, PublishedKeys};
use vestibule_broker::BrokerError;
use vestibule_broker::memory::{Limits, MemoryBroker};

use crate::api::under_test::{House, idle};
use crate::clock::Clock;
use crate::keys::KeyKeeper;
use crate::keys::tests::{Provider, Reply, refusing};

#[tokio::test]
async fn a_process_that_answers_is_alive() {
    let answered = House::new().get("/livez").await;
    assert_eq!((answered.status, answered.body.as_str()), (200, "{}"));
}

#[tokio::test]
async fn a_load_balancer_of_centrifugo_hears_what_it_expects() {
    let house = House::new();
    for request in [Request::get("/health"), Request::post("/health")] {
        let answered = house.send(request, "").await;
        assert_eq!((answered.status, answered.body.as_str()), (200, "{}"));
        assert_eq!(answered.headers["content-type"], "application/json");
    }
    let answered = house.send(Request::head("/health"), "").await;
    assert_eq!((answered.status, answered.body.as_str()), (200, ""));
}

#[tokio::test]
async fn health_and_metrics_are_not_there_unless_they_have_a_path() {
    let house = House::with(|api| (api.health, api.metrics) = (None, None));
    assert_eq!(house.get("/health").await.status, 404);
    assert_eq!(house.get("/metrics").await.status, 404);
}

#[tokio::test]
async fn metrics_are_in_the_text_format_of_open_metrics() {
    let answered = House::new().get("/metrics").await;
    assert_eq!(answered.status, 200);
    assert!(answered.headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    assert!(answered.body.ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_house_whose_workers_answer_is_ready() {
    let mut house = House::new();
    house.staff(idle);
    for _ in 0..2 {
        let answered = house.get("/readyz").await;
        assert_eq!((answered.status, answered.body.as_str()), (200, r#"{"failing":[],"ready":true}"#));
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_does_not_answer_is_named() {
    let mut house = House::new();
    house.staff(|index, question| if index == 0 { idle(index, question) } else { None });
    let answered = house.get("/readyz").await;
    let expected = r#"{"failing":["worker 1: does not answer"],"ready":false}"#;
    assert_eq!((answered.status, answered.body.as_str()), (503, expected));
}

#[tokio::test]
async fn a_worker_that_has_ended_is_named() {
    let mut house = House::new();
    house.lose_a_worker();
    house.staff(idle);
    let answered = house.get("/readyz").await;
    let expected = r#"{"failing":["worker 1: has ended"],"ready":false}"#;
    assert_eq!((answered.status, answered.body.as_str()), (503, expected));
}

#[tokio::test]
async fn a_broker_that_takes_nothing_is_named() {
    let limits = Limits { history_bytes: 0, ..Limits::default() };
    let mut house = House::over(|courier| MemoryBroker::new(courier, limits, &mut rand::rng()), |_| {});
    house.staff(idle);
    let answered = house.get("/readyz").await;
    let expected = format!(r#"{{"failing":["broker: {}"],"ready":false}}"#, BrokerError::Overloaded);
    assert_eq!((answered.status, answered.body), (503, expected));
}

/// A keeper of one realm's keys that has been asked for one, and what was answered.
async fn keeper(source: Source, kid: &str) -> (KeyKeeper, Arc<PublishedKeys>, Answer) {
    let policy = Policy { cooldown: Duration::ZERO, ..Policy::default() };
    let keys = PublishedKeys::new("the realm", &[Algorithm::Es256], source, policy);
    let keeper = KeyKeeper::open([Arc::clone(&keys)], &Handle::current(), Clock::start()).unwrap();
    let answer = keeper.answer(&keys.wish(Some(kid), &keys.current())).await;
    (keeper, keys, answer)
}

#[tokio::test]
async fn a_realm_whose_keys_were_never_fetched_is_named_with_the_cause() {
    let (keeper, _, answer) = keeper(refusing().await, "a").await;
    assert_eq!(answer, Answer::Unavailable);
    let mut house = House::with(|api| api.keys = keeper);
    house.staff(idle);
    let answered = house.get("/readyz").await;
    assert_eq!(answered.status, 503);
    let beginning = r#"{"failing":["realm \"the realm\": keys were never fetched: no connection: "#;
    assert!(answered.body.starts_with(beginning), "{}", answered.body);
}

#[tokio::test]
async fn a_realm_whose_keys_cannot_be_fetched_again_is_ready() {
    let provider = Provider::of(&["a"]).await;
    let (keeper, keys, answer) = keeper(provider.source(), "a").await;
    assert_eq!(answer, Answer::Changed);
    provider.answers("/keys", Reply::status(StatusCode::BAD_GATEWAY));
    assert_eq!(keeper.answer(&keys.wish(Some("b"), &keys.current())).await, Answer::Unavailable);
    let mut house = House::with(|api| api.keys = keeper);
    house.staff(idle);
    assert_eq!(house.get("/readyz").await.status, 200);
    let metrics = house.get("/metrics").await.body;
    for line in [
        "vestibule_realm_keys{realm=\"the realm\"} 1\n",
        "vestibule_realm_fetches_total{realm=\"the realm\",result=\"status\"} 1\n",
        "vestibule_realm_unknown_keys_total{realm=\"the realm\"} 2\n",
        "vestibule_realm_keys_age_seconds{realm=\"the realm\"} ",
    ] {
        assert!(metrics.contains(line), "{line:?} is not in {metrics}");
    }
}
