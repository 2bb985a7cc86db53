//! Whether the process works, and whether it should be sent work.
//!
//! `/livez` answers for as long as the process can answer anything. `/readyz` makes a round trip through everything
//! that a connection needs, and names what fails. The path of the settings says `{}` to load balancers of Centrifugo.

mod readiness;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::{Api, answer};
use readiness::Readiness;

/// The routes.
pub fn routes(api: &Api) -> Router {
    let readiness = Arc::new(Readiness::new(api));
    let router = Router::new().route("/livez", get(fine)).route("/readyz", get(ready).with_state(readiness));
    match &api.health {
        Some(path) => router.route(path, get(fine).post(fine)),
        None => router,
    }
}

async fn fine() -> Response {
    answer::json(StatusCode::OK, "{}")
}

async fn ready(State(readiness): State<Arc<Readiness>>) -> Response {
    let failing = readiness.failing().await;
    let status = if failing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({ "ready": failing.is_empty(), "failing": failing });
    answer::json(status, body.to_string())
}
