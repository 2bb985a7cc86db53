//! The HTTP service beside the doors.
//!
//! It runs on the threads of the workers, so a handler does little and waits for nothing but mail. In reading order:
//!
//! - [`server`]: what backends ask of the house, in the words of Centrifugo's server API;
//! - [`exchange`]: short-lived tokens for other services;
//! - [`signal`]: what the signal door answers over HTTP;
//! - [`health`]: whether the process works, and whether it should be sent work;
//! - [`demo`]: the page of `vestibule dev`, and the sessions of its visitors;
//! - `organisations`: for whom things are done; `credentials`: what callers show; `cors`: which pages may read what;
//! - `body`, `read`: what callers send; `answer`: answers that several of them give;
//! - `settings`: what it goes by.

mod answer;
mod body;
mod cors;
mod credentials;
mod demo;
mod exchange;
mod health;
mod organisations;
mod read;
mod server;
mod settings;
mod signal;
#[cfg(test)]
mod under_test;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use vestibule_doors::centrifuge::rules::Rules;

use crate::clock::Clock;
use crate::keys::KeyKeeper;
use crate::steward::Steward;
use crate::telemetry::{Counters, Metrics};
use crate::transport::Origins;
use crate::worker::Inboxes;
use vestibule_auth::Trust;

pub use exchange::{ExchangeSettings, IssuingSettings, JWKS, Service, Signing};
pub use organisations::of_the_operator as organisation_of_the_operator;
pub use settings::{ApiSettings, DemoSettings};
pub use signal::{
    AUDIENCE, HEALTH as SIGNAL_HEALTH, ISSUER, NotIssued, PATHS as SIGNAL_PATHS, RoomTokens,
    SignalHttpSettings, Turn, room_token,
};

/// Paths that are taken whatever the settings say; nothing else can be at them.
pub const OWN_PATHS: [&str; 6] =
    ["/livez", "/readyz", "/demo", JWKS, "/api/v1/cloudflare/request-access", "/api/v1/realtime/token"];

/// What the HTTP service works with.
pub struct Api {
    /// How the server API is set up.
    pub settings: ApiSettings,
    /// Where load balancers ask.
    pub health: Option<String>,
    /// Where metrics are.
    pub metrics: Option<String>,
    /// The demo, when this is `vestibule dev`.
    pub demo: Option<DemoSettings>,
    /// What the house issues.
    pub issuing: IssuingSettings,
    /// The routes at which it does, each with the realms that it trusts and the origins of its pages.
    pub exchanges: Vec<(ExchangeSettings, Trust, Origins)>,
    /// The HTTP side of the signal door, if it is open.
    pub signal: Option<SignalHttpSettings>,
    /// How this node calls itself.
    pub node: String,
    /// The channels that there are.
    pub rules: Arc<Rules>,
    /// Who does it.
    pub steward: Steward,
    /// Whose keys are fetched.
    pub keys: KeyKeeper,
    /// How to reach connections.
    pub inboxes: Inboxes,
    /// What workers count.
    pub counters: Vec<Arc<Counters>>,
    /// How long after it was issued a token can matter, as far as the realms know.
    pub longest_token: Option<Duration>,
    /// How far the clocks of those who issue tokens may be ahead of ours.
    pub clock_skew: Duration,
    /// The clock.
    pub clock: Clock,
}

/// All routes. The paths of the settings are distinct, are not [`OWN_PATHS`], and begin with a slash: the
/// configuration was checked.
pub fn router(api: Api) -> Router {
    let metrics = Arc::new(metrics(&api));
    let mut router = health::routes(&api).merge(exchange::routes(&api));
    if let Some(demo) = &api.demo {
        router = router.merge(demo::routes(demo, api.clock));
    }
    if let Some(path) = &api.metrics {
        router = router.route(path, get(exposition).with_state(Arc::clone(&metrics)));
    }
    if let Some(signal) = &api.signal {
        router = router.merge(signal::routes(signal, &api));
    }
    let has_signal = api.signal.is_some();
    if api.settings.enabled {
        router = router.merge(server::routes(api, metrics));
    }
    if has_signal { router.fallback(signal::no_route) } else { router.fallback(answer::not_found) }
}

/// The routes of the signal door alone, for somebody else's server.
pub fn guest_router(api: &Api) -> Router {
    api.signal.as_ref().map_or_else(Router::new, |signal| signal::routes(signal, api))
}

fn metrics(api: &Api) -> Metrics {
    let records = api.steward.records().clone();
    Metrics::new(api.counters.clone(), api.keys.counters(), api.clock)
        .with_revocations(move || records.revocations().len())
        .with_refusals(api.steward.refusals())
}

async fn exposition(State(metrics): State<Arc<Metrics>>) -> Response {
    answer::with_type(Metrics::CONTENT_TYPE, metrics.text())
}
