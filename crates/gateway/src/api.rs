//! The HTTP service beside the doors.

use std::sync::Arc;

use axum::Router;
use vestibule_doors::centrifuge::rules::Rules;

use crate::clock::Clock;
use crate::config::{ApiSettings, DemoSettings};
use crate::steward::Steward;
use crate::telemetry::Counters;
use crate::worker::Inboxes;

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
    /// How this node calls itself.
    pub node: String,
    /// The channels that there are.
    pub rules: Arc<Rules>,
    /// Who does it.
    pub steward: Steward,
    /// How to reach connections.
    pub inboxes: Inboxes,
    /// What workers count.
    pub counters: Vec<Arc<Counters>>,
    /// The clock.
    pub clock: Clock,
}

/// All routes.
pub fn router(api: Api) -> Router {
    let health = api.health.clone();
    let router = Router::new();
    match health {
        Some(path) => router.route(&path, axum::routing::get(|| async { "{}" })),
        None => router,
    }
}
