//! The HTTP side of the signal door: tokens for rooms, the key that checks them, relays of media, and who is there.
//!
//! Paths, statuses and bodies are those of the server that this one stands in for, whose clients are in the field.
//!
//! - `token`: `POST /token`; `body`: what it is given; `ttl`: how lifetimes of tokens are written; `relays`: `GET /ice`.

mod body;
mod relays;
#[cfg(test)]
mod tests;
mod token;
mod ttl;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL,
    CONTENT_TYPE, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use serde_json::json;
use vestibule_auth::Secret;
use vestibule_auth::issue::Issuer;

use super::{Api, answer};
use crate::clock::Clock;
use crate::rate::{Meters, Rate};
use crate::steward::Steward;
use crate::telemetry::Counters;
use crate::transport::Origins;

pub use token::room_token;

/// Whom room tokens come from and whom they are for; clients in the field check neither.
pub const ISSUER: &str = "aikofy:client-db-sync";
/// See [`ISSUER`].
pub const AUDIENCE: &str = "aikofy:client-db";

/// Paths that the door has beside its own.
pub const PATHS: [&str; 4] = ["/token", "/public-key", "/health", "/ice"];

/// Callers that are counted apart.
const CALLERS: usize = 4_096;

/// The HTTP side of the signal door, as it is set.
#[derive(Clone, Debug)]
pub struct SignalHttp {
    /// Where the door is.
    pub path: String,
    /// Who issues room tokens; `None`: everybody is let in without one.
    pub tokens: Option<RoomTokens>,
    /// How media is relayed, if it is.
    pub turn: Option<Turn>,
    /// Origins of pages that may read the answers.
    pub cors: Vec<String>,
    /// Guesses at the secret that an address may make in a minute.
    pub guesses: std::num::NonZeroU32,
    /// Whether `/health` is answered as the door's clients expect.
    pub health: bool,
}

/// Who issues room tokens.
#[derive(Clone, Debug)]
pub struct RoomTokens {
    /// The keys.
    pub issuer: Issuer,
    /// Whoever knows it gets tokens.
    pub admin_secret: Secret,
    /// The longest life of a token.
    pub longest: Duration,
}

/// A TURN server with which the house shares a secret.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The secret.
    pub secret: Secret,
    /// Where it is, as browsers write it: `turn:relay.example.com:3478`.
    pub urls: Vec<String>,
    /// How long a credential is good.
    pub ttl: Duration,
}

/// The door's HTTP side, open.
struct Desk {
    settings: SignalHttp,
    cors: Origins,
    guesses: Meters,
    steward: Steward,
    counters: Vec<Arc<Counters>>,
    clock: Clock,
}

/// The routes.
pub fn routes(settings: &SignalHttp, api: &Api) -> Router {
    let desk = Arc::new(Desk {
        cors: Origins::new(&settings.cors).unwrap_or_default(),
        guesses: Meters::new(Rate::per_minute(settings.guesses), CALLERS),
        steward: api.steward.clone(),
        counters: api.counters.clone(),
        clock: api.clock,
        settings: settings.clone(),
    });
    let mut router = Router::new();
    if settings.tokens.is_some() {
        router = router.route("/public-key", get(public_key).fallback(no_route));
    }
    router = router.route("/ice", get(relays::answer).fallback(no_route));
    if settings.health {
        router = router.route("/health", get(health).fallback(no_route));
    }
    // Whoever comes without an upgrade has come to nothing.
    router = router.route(&settings.path, get(nothing));
    let mut router = router.layer(from_fn_with_state(Arc::clone(&desk), cross_origin));
    if settings.tokens.is_some() {
        // Backends ask for tokens and no page may, whatever its origin: whoever knows the secret may enter every room.
        router = router.route("/token", axum::routing::post(token::issue).fallback(no_route));
    }
    router.with_state(desk)
}

/// The key by which others check room tokens.
async fn public_key(State(desk): State<Arc<Desk>>) -> Response {
    let jwk = desk.settings.tokens.as_ref().and_then(|tokens| tokens.issuer.key().bare_public_jwk());
    let jwk: serde_json::Value =
        jwk.and_then(|jwk| serde_json::from_str(&jwk).ok()).unwrap_or(serde_json::Value::Null);
    let body = format!(r#"{{"alg":"EdDSA","crv":{},"x":{},"kty":{}}}"#, jwk["crv"], jwk["x"], jwk["kty"]);
    json_of(StatusCode::OK, body)
}

/// That the process works, and how many are in rooms.
async fn health(State(desk): State<Arc<Desk>>) -> Response {
    let peers: u64 = desk.counters.iter().map(|worker| worker.rooms.members.get()).sum();
    let auth = if desk.settings.tokens.is_some() { "enabled" } else { "disabled" };
    let ts = iso(desk.clock.now().unix_millis);
    json_of(StatusCode::OK, json!({ "status": "ok", "auth": auth, "peers": peers, "ts": ts }).to_string())
}

/// What is not there, in the words of the server that this one stands in for. The path is named and the query, which
/// may hold a token, is not.
pub async fn no_route(request: Request) -> Response {
    let message = format!("Route {}:{} not found", request.method(), request.uri().path());
    let body = json!({ "message": message, "error": "Not Found", "statusCode": 404 });
    json_of(StatusCode::NOT_FOUND, body.to_string())
}

async fn nothing() -> Response {
    answer::empty(StatusCode::NOT_FOUND)
}

async fn cross_origin(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let Some(origin) = origin.filter(|origin| desk.cors.admit(Some(origin.as_bytes()))) else {
        return next.run(request).await;
    };
    // A page asks first whether it may show its token.
    let mut response = match *request.method() {
        Method::OPTIONS => answer::empty(StatusCode::NO_CONTENT),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization"));
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    response
}

fn json_of(status: StatusCode, body: String) -> Response {
    let mut response = answer::json(status, body);
    let charset = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, charset);
    response
}

/// The same, for what nobody may keep.
fn secret_json(status: StatusCode, body: String) -> Response {
    let mut response = json_of(status, body);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A time with its milliseconds, as JavaScript writes it.
fn iso(millis: i64) -> String {
    Timestamp::from_millisecond(millis).map(|time| format!("{time:.3}")).unwrap_or_default()
}
