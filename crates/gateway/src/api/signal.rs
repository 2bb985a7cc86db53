//! The HTTP side of the signal door: tokens for rooms, the key that checks them, relays of media, and who is there.
//!
//! Paths, statuses and bodies are those of the server that this one stands in for, whose clients are in the field.
//!
//! - `token`: `POST /token`; `body`: what it is given; `ttl`: how lifetimes of tokens are written; `ice`: `GET /ice`.

mod body;
mod ice;
#[cfg(test)]
mod tests;
mod token;
mod ttl;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::json;
use vestibule_auth::Secret;
use vestibule_auth::issue::Issuer;

use super::cors::{Asking, Cors};
use super::{Api, answer};
use crate::clock::Clock;
use crate::rate::{Meters, Rate};
use crate::steward::Steward;
use crate::telemetry::Counters;
use crate::transport::Origins;

pub use token::{NotIssued, room_token};

/// Whom room tokens come from and whom they are for; clients in the field check neither.
pub const ISSUER: &str = "aikofy:client-db-sync";
/// See [`ISSUER`].
pub const AUDIENCE: &str = "aikofy:client-db";

const TOKEN: &str = "/token";
const PUBLIC_KEY: &str = "/public-key";
const ICE: &str = "/ice";
/// Where the door says that the process works.
pub const HEALTH: &str = "/health";
/// Paths that the door has beside its own.
pub const PATHS: [&str; 4] = [TOKEN, PUBLIC_KEY, HEALTH, ICE];

/// Callers that are counted apart.
const CALLERS: usize = 4_096;

/// The HTTP side of the signal door, as it is set.
#[derive(Clone, Debug)]
pub struct SignalHttpSettings {
    /// Where the door is: no slash at the end.
    pub path: String,
    /// Who issues room tokens; `None`: everybody is let in without one.
    pub tokens: Option<RoomTokens>,
    /// How media is relayed, if it is.
    pub turn: Option<Turn>,
    /// Origins of pages that may read the answers.
    pub origins: Vec<String>,
    /// Wrong guesses at the secret that an address may make in a minute.
    pub guesses: NonZeroU32,
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

impl RoomTokens {
    /// A secret of fewer bytes can be guessed.
    pub const SHORT_SECRET: usize = 16;

    /// Whether the admin secret can be guessed.
    pub fn has_short_secret(&self) -> bool {
        self.admin_secret.reveal().len() < Self::SHORT_SECRET
    }
}

/// A TURN server with which the house shares a secret.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The secret.
    pub secret: Secret,
    /// Where it is, as browsers write it: `turn:relay.example.com:3478`.
    pub urls: Vec<String>,
    /// How long a credential is good.
    pub lifetime: Duration,
}

/// The door's HTTP side, open.
struct SignalHttp {
    settings: SignalHttpSettings,
    guesses: Meters,
    steward: Steward,
    counters: Vec<Arc<Counters>>,
    clock: Clock,
}

/// The routes.
pub fn routes(settings: &SignalHttpSettings, api: &Api) -> Router {
    let http = Arc::new(SignalHttp {
        guesses: Meters::new(Rate::per_minute(settings.guesses), CALLERS),
        steward: api.steward.clone(),
        counters: api.counters.clone(),
        clock: api.clock,
        settings: settings.clone(),
    });
    let mut router = Router::new()
        .route(ICE, get(ice::answer).fallback(no_route))
        .route(HEALTH, get(health).fallback(no_route))
        // Whoever comes without an upgrade has come to nothing.
        .route(&settings.path, get(nothing).fallback(no_route));
    if settings.tokens.is_some() {
        router = router.route(PUBLIC_KEY, get(public_key).fallback(no_route));
    }
    if !settings.origins.is_empty() {
        let origins = Origins::new(&settings.origins).unwrap_or_default();
        let cors = Arc::new(Cors { origins, methods: "GET, HEAD", headers: "authorization" });
        router = router.layer(from_fn_with_state(cors, for_pages));
    }
    if settings.tokens.is_some() {
        // Backends ask for tokens and no page may, whatever its origin: whoever knows the secret may enter every room.
        router = router.route(TOKEN, post(token::issue).fallback(no_route));
    }
    router.with_state(http)
}

/// The key by which others check room tokens.
async fn public_key(State(http): State<Arc<SignalHttp>>) -> Response {
    let jwk = http.settings.tokens.as_ref().and_then(|tokens| tokens.issuer.key().canonical_public_jwk());
    let jwk: serde_json::Value =
        jwk.and_then(|jwk| serde_json::from_str(&jwk).ok()).unwrap_or(serde_json::Value::Null);
    let body = format!(r#"{{"alg":"EdDSA","crv":{},"x":{},"kty":{}}}"#, jwk["crv"], jwk["x"], jwk["kty"]);
    json_of(StatusCode::OK, body)
}

/// That the process works, and how many are in rooms.
async fn health(State(http): State<Arc<SignalHttp>>) -> Response {
    let peers: u64 = http.counters.iter().map(|worker| worker.rooms.members.get()).sum();
    let auth = if http.settings.tokens.is_some() { "enabled" } else { "disabled" };
    let ts = iso(http.clock.now().unix_millis);
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

async fn for_pages(State(cors): State<Arc<Cors>>, request: Request, next: Next) -> Response {
    let asking = Asking::of(request.method(), request.headers());
    let response = match asking.answered() {
        Some(answered) => answered,
        None => next.run(request).await,
    };
    cors.marked(asking, response)
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
