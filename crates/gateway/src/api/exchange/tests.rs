//! The routes as their callers see them.

use std::io;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::http::Request;
use axum::http::request::Builder;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use hyper::body::Frame;
use serde_json::{Value, json};
use vestibule_auth::issue::{Claim, Head, Issuer, SigningKey, Template};
use vestibule_auth::{
    AllowedOrganisations, DevelopmentKey, KeyConfig, OrganisationConfig, Preset, RealmConfig, RealmsConfig,
    TokenDraft, TrustConfig,
};
use vestibule_model::{Revocation, Revoked, UnixSeconds, UserId};

use crate::api::under_test::{Answered, House};
use crate::api::{Api, ExchangeSettings, Service, Signing};
use crate::clock::Clock;
use crate::transport::{Caller, Origins};

const SECRET: &str = "a secret that the provider shares with us";
const PATH: &str = "/api/v1/cloudflare/request-access";

fn signing() -> Signing {
    let pem = include_str!("../../../../auth/tests/keys/ed25519.pem");
    let issuer = Issuer::new(vec![SigningKey::read(pem, None).unwrap()]).unwrap();
    let claims = vec![("sub".into(), Claim::User), ("org".into(), Claim::Organisation)];
    let head = Head { typ: true, kid: true };
    Signing { issuer, template: Template { head, lifetime: std::time::Duration::from_secs(60), claims } }
}

/// A provider whose tokens name one of two organisations.
fn provider() -> RealmConfig {
    let allowed = AllowedOrganisations::Listed(vec!["acme".into(), "a/b".into()]);
    let organisation = OrganisationConfig::Claim { path: Some("org_id".into()), allowed };
    let realm = RealmConfig::new("provider", Preset::Static).with_key(KeyConfig::secret(SECRET));
    RealmConfig { organisation, ..realm }
}

fn open(api: &mut Api, change: impl FnOnce(&mut ExchangeSettings)) {
    let mut settings = ExchangeSettings {
        service: Service::Handshake { base_url: "wss://ws.example/office".into() },
        signing: Ok(signing()),
        trust: TrustConfig::default(),
        per_minute: NonZeroU32::new(3).unwrap(),
        guesses: NonZeroU32::new(4).unwrap(),
        allowed_origins: vec!["https://app.example".into()],
    };
    change(&mut settings);
    let (realms, _) = RealmsConfig::of(provider()).build().unwrap();
    let trust = realms.trust(&settings.trust).unwrap();
    let origins = Origins::new(&settings.allowed_origins).unwrap();
    api.exchanges = vec![(settings.clone(), trust, origins)];
    api.issuing.exchanges = vec![settings];
}

fn house() -> House {
    House::with(|api| open(api, |_| {}))
}

fn draft(user: &str) -> TokenDraft {
    TokenDraft::new(user, Some(std::time::Duration::from_secs(60)))
}

fn token(draft: &TokenDraft) -> String {
    let key = DevelopmentKey::from_secret(SECRET.into());
    key.connection_token(draft, Clock::start().now().unix)
}

fn request(token: &str) -> Builder {
    Request::post(PATH).header("Authorization", format!("Bearer {token}"))
}

async fn ask(house: &House, token: &str, body: &str) -> Answered {
    house.send(request(token), body).await
}

/// Asks from an address.
async fn ask_from(house: &House, address: &str, token: &str, body: &str) -> Answered {
    house.send(request(token).extension(Caller(Some(address.parse().unwrap()))), body).await
}

fn body(answered: &Answered) -> Value {
    serde_json::from_str(&answered.body).unwrap()
}

fn code(answered: &Answered) -> (u16, String) {
    (answered.status, body(answered)["error"]["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_good_token_is_exchanged_for_one_that_names_its_bearer() {
    let answered = ask(&house(), &token(&draft("ann").with("org_id", "acme")), "").await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    assert_eq!(answered.headers["cache-control"], "no-store");
    let data = &body(&answered)["data"];
    assert_eq!(data["url"], "wss://ws.example/office/acme");
    assert_eq!(data["expiresIn"], 60);
    assert!(data["expiresAt"].as_str().unwrap().ends_with('Z'));
    let payload = data["token"].as_str().unwrap().split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload, json!({ "sub": "ann", "org": "acme" }));
}

#[tokio::test]
async fn a_name_with_a_slash_does_not_lead_to_another_room() {
    let answered = ask(&house(), &token(&draft("ann").with("org_id", "a/b")), "").await;
    assert_eq!(body(&answered)["data"]["url"], "wss://ws.example/office/a%2Fb");
}

#[tokio::test]
async fn nobody_gets_a_token_without_a_good_one() {
    let house = house();
    let without = house.send(Request::post(PATH), "").await;
    assert_eq!(code(&without), (401, "unauthorized".into()));
    assert_eq!(without.headers["www-authenticate"], "Bearer");
    assert_eq!(without.headers["cache-control"], "no-store");
    assert_eq!(code(&ask(&house, "a.b.c", "").await), (401, "unauthorized".into()));
    let expired = draft("ann").with("org_id", "acme").with("exp", 1);
    assert_eq!(code(&ask(&house, &token(&expired), "").await), (401, "unauthorized".into()));
}

#[tokio::test]
async fn nobody_gets_a_token_for_another_organisation_or_for_none() {
    let house = house();
    let ann = token(&draft("ann").with("org_id", "acme"));
    assert_eq!(ask(&house, &ann, r#"{"orgId":"acme"}"#).await.status, 200);
    assert_eq!(code(&ask(&house, &ann, r#"{"orgId":"a/b"}"#).await), (403, "forbidden".into()));
    assert_eq!(code(&ask(&house, &ann, "[").await), (400, "bad_request".into()));
    let none = token(&draft("bob"));
    assert_eq!(code(&ask(&house, &none, "").await), (403, "forbidden".into()));
    let foreign = token(&draft("bob").with("org_id", "evil"));
    assert_eq!(code(&ask(&house, &foreign, "").await), (403, "forbidden".into()));
}

#[tokio::test]
async fn a_blocked_user_is_forbidden_and_a_revoked_token_or_session_unauthorized() {
    let house = house();
    let ann = token(&draft("ann").with("org_id", "acme").with("jti", "one"));
    let organisation = vestibule_model::OrganisationId::from_verified("acme");
    let revoke = |what| {
        let revocation =
            Revocation { organisation: organisation.clone(), what, until: UnixSeconds(i64::MAX) };
        house.steward.records().revocations().add(std::sync::Arc::new(revocation));
    };
    revoke(Revoked::Token("one".into()));
    assert_eq!(code(&ask(&house, &ann, "").await), (401, "unauthorized".into()));
    revoke(Revoked::Session("ended".into()));
    let logged_out = token(&draft("ann").with("org_id", "acme").with("sid", "ended"));
    assert_eq!(code(&ask(&house, &logged_out, "").await), (401, "unauthorized".into()));
    revoke(Revoked::User(UserId::new("ann")));
    let fresh = token(&draft("ann").with("org_id", "acme").with("jti", "two"));
    assert_eq!(code(&ask(&house, &fresh, "").await), (403, "forbidden".into()));
}

#[tokio::test]
async fn one_who_asks_too_often_has_to_wait_and_nobody_else() {
    let house = house();
    let ann = token(&draft("ann").with("org_id", "acme"));
    for _ in 0..3 {
        assert_eq!(ask(&house, &ann, "").await.status, 200);
    }
    let refused = ask(&house, &ann, "").await;
    assert_eq!(code(&refused), (429, "too_many_requests".into()));
    assert_eq!(refused.headers["retry-after"], "20", "three in a minute");
    assert_eq!(ask(&house, &token(&draft("bob").with("org_id", "acme")), "").await.status, 200);
}

#[tokio::test]
async fn only_tokens_that_were_given_out_count_for_a_user() {
    let house = house();
    let ann = token(&draft("ann").with("org_id", "acme"));
    let long = "x".repeat(20_000);
    for (address, body) in [("192.0.2.1", &*long), ("192.0.2.2", "["), ("192.0.2.3", r#"{"orgId":"a/b"}"#)] {
        assert!(ask_from(&house, address, &ann, body).await.status >= 400, "{body}");
    }
    for _ in 0..3 {
        assert_eq!(ask(&house, &ann, "").await.status, 200);
    }
}

#[tokio::test]
async fn who_shows_too_many_bad_tokens_is_told_to_wait_and_a_good_one_is_taken_from_anywhere() {
    let house = house();
    for _ in 0..4 {
        assert_eq!(ask_from(&house, "192.0.2.1", "a.b.c", "").await.status, 401);
    }
    let refused = ask_from(&house, "192.0.2.1", "a.b.c", "").await;
    assert_eq!(code(&refused), (429, "too_many_requests".into()));
    assert_eq!(refused.headers["retry-after"], "15", "four in a minute");
    assert_eq!(ask_from(&house, "192.0.2.2", "a.b.c", "").await.status, 401, "another address");
    let good = token(&draft("ann").with("org_id", "acme"));
    assert_eq!(ask_from(&house, "192.0.2.1", &good, "").await.status, 200);
}

#[tokio::test]
async fn a_network_of_ipv6_guesses_as_one() {
    let house = house();
    for host in 1..=4 {
        assert_eq!(ask_from(&house, &format!("2001:db8::{host}"), "a.b.c", "").await.status, 401);
    }
    assert_eq!(ask_from(&house, "2001:db8::5", "a.b.c", "").await.status, 429);
}

#[tokio::test]
async fn a_body_is_an_object_or_nothing_on_every_route() {
    let realtime = House::with(|api| open(api, |settings| settings.service = Service::Realtime));
    for (house, path) in [(house(), PATH), (realtime, "/api/v1/realtime/token")] {
        for (body, status) in [
            ("", 200),
            (" {} ", 200),
            (r#"{"other":1}"#, 200),
            (r#"["acme"]"#, 400),
            ("[null]", 400),
            ("null", 400),
            ("{bad", 400),
        ] {
            let bearer = token(&draft(&format!("user of {body}")).with("org_id", "acme"));
            let request = Request::post(path)
                .header("Authorization", format!("Bearer {bearer}"))
                .extension(Caller(Some([192, 0, 2, u8::try_from(body.len()).unwrap()].into())));
            assert_eq!(house.send(request, body).await.status, status, "{path} {body}");
        }
    }
}

/// A body of which nothing comes: for ever, or before it breaks off.
enum Silence {
    Endless,
    Broken,
}

impl HttpBody for Silence {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match *self {
            Self::Endless => Poll::Pending,
            Self::Broken => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    let house = house();
    let ann = token(&draft("ann").with("org_id", "acme"));
    for (silence, status) in [(Silence::Endless, 408), (Silence::Broken, 400)] {
        let answered = house.send_body(request(&ann), Body::new(silence)).await;
        assert_eq!(code(&answered), (status, "bad_request".into()));
    }
}

#[tokio::test]
async fn without_a_key_the_route_says_what_is_missing_and_the_house_is_not_ready() {
    let missing = vec!["issuer.handshake.private_key".to_owned()];
    let house = House::with(|api| open(api, |settings| settings.signing = Err(missing)));
    let answered = ask(&house, &token(&draft("ann").with("org_id", "acme")), "").await;
    assert_eq!(code(&answered), (503, "not_configured".into()));
    assert!(answered.body.contains("issuer.handshake.private_key"), "{}", answered.body);
    assert_eq!(house.get("/.well-known/jwks.json").await.status, 404);
}

#[tokio::test]
async fn pages_of_the_listed_origins_may_ask_and_no_others() {
    let house = house();
    let preflight = |origin: &str| Request::options(PATH).header("Origin", origin);
    let allowed = house.send(preflight("https://app.example"), "").await;
    assert_eq!(allowed.status, 204);
    assert_eq!(allowed.headers["access-control-allow-origin"], "https://app.example");
    assert_eq!(allowed.headers["access-control-allow-headers"], "authorization, content-type");
    let other = house.send(preflight("https://evil.example"), "").await;
    assert!(!other.headers.contains_key("access-control-allow-origin"));
    assert_eq!(house.get(PATH).await.status, 405);
}

#[tokio::test]
async fn whoever_checks_the_tokens_finds_the_public_keys() {
    let answered = house().get("/.well-known/jwks.json").await;
    let keys = &body(&answered)["keys"];
    assert_eq!(keys[0]["alg"], "EdDSA");
    assert_eq!(keys[0].get("d"), None);
    assert_eq!(answered.headers["cache-control"], "public, max-age=300");
}
