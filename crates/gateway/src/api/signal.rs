//! What stands beside the signal door: tokens for backends, the key that checks them, credentials for relays, and its
//! health, each as the clients and backends of `@aikofy/client-db-sync` know it.
//!
//! - `settings`: what it goes by;
//! - `token`: tokens for backends; `wish`: what they ask for; `guard`: who may ask, and how often;
//! - `ice`: credentials for relays; `health`: that the door is open;
//! - `said`: answers in the form that the callers know.

mod guard;
mod health;
mod ice;
mod said;
mod settings;
#[cfg(test)]
mod tests;
mod token;
mod wish;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use vestibule_auth::Trust;

use super::answer;
use crate::clock::Clock;
use crate::steward::Steward;
use crate::telemetry::Counters;
use crate::transport::Origins;
use guard::Guard;

pub use said::not_found;
pub use settings::{SignalSettings, TokenSettings, TurnSettings};

/// Where the door and what is beside it are, but for the health check.
pub const PATHS: [&str; 4] = ["/signal", "/token", "/public-key", "/ice"];

/// Where the health of the door is.
pub const HEALTH: &str = "/health";

/// What the routes work with.
#[derive(Clone)]
pub struct SignalApi {
    /// What they go by.
    pub settings: Arc<SignalSettings>,
    /// The realms of room tokens.
    pub rooms: Trust,
    /// Pages that may read what is not secret.
    pub cors: Arc<Origins>,
    /// Who verifies tokens.
    pub steward: Steward,
    /// What workers count.
    pub counters: Vec<Arc<Counters>>,
    /// The clock.
    pub clock: Clock,
}

/// All routes beside the door. What another method asks of them is answered as if there were nothing.
pub fn routes(api: SignalApi) -> Router {
    let mut open = Router::new()
        .route(HEALTH, get(health::health).fallback(not_found).with_state(api.clone()))
        .route(PATHS[0], get(not_an_upgrade).fallback(not_found));
    if api.settings.turn.is_some() {
        open = open.route(PATHS[3], get(ice::servers).fallback(not_found).with_state(api.clone()));
    }
    let Some(settings) = &api.settings.tokens else { return shared(open, &api) };
    let key = Bytes::from(settings.tokens.public_jwk());
    open = open.route(PATHS[2], get(public_key).fallback(not_found).with_state(key));
    let desk = Arc::new(token::Desk { guard: Guard::new(settings), api: api.clone() });
    let tokens = axum::routing::post(token::issue).fallback(not_found).with_state(desk);
    // Backends ask for tokens, and no page may: whoever can show the secret may do everything.
    shared(open, &api).merge(Router::new().route(PATHS[1], tokens))
}

/// The same, for pages of other origins that the operator has named.
fn shared(router: Router, api: &SignalApi) -> Router {
    if api.settings.cors_origins.is_empty() {
        return router;
    }
    router.layer(from_fn_with_state(Arc::clone(&api.cors), share))
}

async fn share(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let asks_first = *request.method() == Method::OPTIONS;
    let welcome = origin.filter(|origin| origins.admit(Some(origin.as_bytes())));
    let mut response = match asks_first && welcome.is_some() {
        true => answer::empty(StatusCode::NO_CONTENT),
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = welcome {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

async fn public_key(State(key): State<Bytes>) -> Response {
    let mut response = said::json(StatusCode::OK, key);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// The door is for upgrades, and those never come here.
async fn not_an_upgrade() -> Response {
    answer::empty(StatusCode::NOT_FOUND)
}
