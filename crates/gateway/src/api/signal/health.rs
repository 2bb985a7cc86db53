//! That the door is open.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::{SignalApi, said};

/// That it is, whether tokens are asked for, and how many are in rooms.
pub(super) async fn health(State(api): State<SignalApi>) -> Response {
    let peers: u64 = api.counters.iter().map(|counters| counters.rooms.members.get()).sum();
    let auth = if api.settings.rules.authenticates { "enabled" } else { "disabled" };
    let ts = said::date(api.clock.now().unix_millis);
    said::json(StatusCode::OK, json!({ "status": "ok", "auth": auth, "peers": peers, "ts": ts }).to_string())
}
