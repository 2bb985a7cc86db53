//! The demo as its visitors see it.

use axum::http::Request;
use serde_json::Value;

use crate::api::DemoSettings;
use crate::api::under_test::{Answered, House};
use crate::clock::Clock;
use vestibule_auth::{KeyConfig, Preset, RealmConfig, RealmsConfig, TrustConfig};

/// As long as a strict realm wants it.
const SECRET: &str = "a-secret-for-the-demo-and-its-tests";

fn house() -> House {
    House::with(|api| api.demo = Some(DemoSettings { key: SECRET.to_owned().into(), rooms: None }))
}

fn json(answered: &Answered) -> Value {
    assert_eq!(answered.status, 200, "{answered:?}");
    serde_json::from_str(&answered.body).unwrap()
}

#[tokio::test]
async fn there_is_no_demo_unless_it_is_wanted() {
    for path in ["/", "/demo", "/demo/", "/demo/session"] {
        assert_eq!(House::new().get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn whoever_comes_to_the_house_is_led_to_the_page() {
    for path in ["/", "/demo"] {
        let answered = house().get(path).await;
        assert_eq!(answered.status, 307);
        assert_eq!(answered.headers["location"], "/demo/");
    }
}

#[tokio::test]
async fn the_pages_are_there_or_say_why_not_and_load_nothing_from_elsewhere() {
    for path in ["/demo/", "/demo/call"] {
        let answered = house().get(path).await;
        assert!([200, 404].contains(&answered.status), "{path}");
        assert!(answered.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        assert_eq!(answered.headers["cache-control"], "no-cache", "{path}");
        let policy = answered.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self'; connect-src 'self' ws: wss:; style-src 'self'"));
    }
}

#[tokio::test]
async fn a_file_that_the_page_does_not_have_is_not_found() {
    for path in ["/demo/nope.js", "/demo/assets/../../Cargo.toml", "/demo/assets/"] {
        assert_eq!(house().get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_visitor_gets_a_session_that_a_realm_with_the_same_secret_accepts() {
    let answered = house().get("/demo/session").await;
    assert_eq!(answered.headers["cache-control"], "no-store");
    let session = json(&answered);
    assert_eq!(session["url"], "/connection/websocket");
    assert_eq!(session["channels"]["room"], "demo:room");
    assert_eq!(session["channels"]["live"], "live:room");

    let mut connection =
        RealmConfig::new("dev", Preset::Static).with_key(KeyConfig::secret(SECRET.to_owned()));
    // Without it a strict realm does not look at what others may see of a visitor: the name.
    connection.gateway_claims = Some(true);
    let (realms, _) = RealmsConfig::of(connection).build().unwrap();
    let trust = realms.trust(&TrustConfig::default()).unwrap();
    let now = Clock::start().now().unix;
    let identity = trust.connection(session["token"].as_str().unwrap(), now).at_once().unwrap().value;
    assert_eq!(identity.user.as_str(), session["user"].as_str().unwrap());
    let info: Value = serde_json::from_slice(&identity.info.unwrap()).unwrap();
    assert_eq!(info["name"], session["name"]);
    let left = identity.expires.unwrap().at().until(now).as_secs();
    assert!((595..=601).contains(&left), "{left}");
}

#[tokio::test]
async fn a_visitor_who_comes_again_is_the_same() {
    let house = house();
    let first = json(&house.get("/demo/session").await);
    let user = first["user"].as_str().unwrap();
    let again = json(&house.get(&format!("/demo/session?user={user}")).await);
    assert_eq!((&again["user"], &again["name"]), (&first["user"], &first["name"]));
}

#[tokio::test]
async fn two_visitors_are_two() {
    let house = house();
    let (one, other) = (json(&house.get("/demo/session").await), json(&house.get("/demo/session").await));
    assert_ne!(one["user"], other["user"]);
}

#[tokio::test]
async fn nobody_can_be_somebody_else() {
    for user in ["admin", "42", "guest-", "guest-ABCD", "guest-abcd%0a", ""] {
        let answered = house().get(&format!("/demo/session?user={user}")).await;
        assert_eq!(answered.status, 400, "{user}");
    }
}

#[tokio::test]
async fn a_session_is_only_for_those_who_get_it() {
    assert_eq!(house().send(Request::post("/demo/session"), "").await.status, 405);
}
