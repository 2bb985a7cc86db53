//! `GET /ice`: through which servers media may be relayed, with credentials that are good for a while.

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_auth::issue::TurnCredential;
use vestibule_model::UnixSeconds;

use super::{SignalHttp, Turn, secret_json};
use crate::api::credentials::bearer;

#[derive(Deserialize)]
struct InQuery {
    token: Option<String>,
}

/// For whoever has a room token, as bearer or in the query. Where media is not relayed there are no servers.
pub(super) async fn answer(State(http): State<Arc<SignalHttp>>, request: Request) -> Response {
    let turn = http.settings.turn.as_ref();
    let now = http.clock.now();
    if http.settings.tokens.is_none() {
        return found(turn, "anybody", now.unix);
    }
    let shown = bearer(request.headers()).map(ToOwned::to_owned);
    let in_query = || Query::<InQuery>::try_from_uri(request.uri()).ok().and_then(|Query(query)| query.token);
    let Some(token) = shown.or_else(in_query) else { return unauthorized() };
    match http.steward.identify_in_room(&token, now).await {
        Some(identity) => found(turn, identity.user.as_str(), now.unix),
        None => unauthorized(),
    }
}

/// The servers as browsers take them.
pub(super) fn servers(turn: &Turn, name: &str, now: UnixSeconds) -> Value {
    let lifetime = i64::try_from(turn.lifetime.as_secs()).unwrap_or(i64::MAX);
    let credential = TurnCredential::new(&turn.secret, name, UnixSeconds(now.0.saturating_add(lifetime)));
    json!([{ "urls": turn.urls, "username": credential.username, "credential": credential.password }])
}

fn found(turn: Option<&Turn>, name: &str, now: UnixSeconds) -> Response {
    let servers = turn.map_or_else(|| json!([]), |turn| servers(turn, name, now));
    secret_json(StatusCode::OK, json!({ "iceServers": servers }).to_string())
}

fn unauthorized() -> Response {
    let mut response = secret_json(StatusCode::UNAUTHORIZED, r#"{"error":"Unauthorized"}"#.into());
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}
