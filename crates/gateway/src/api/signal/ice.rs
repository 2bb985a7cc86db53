//! Relays, with credentials that are good for a while: `GET /ice`.

use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_auth::Refusal;
use vestibule_model::UnixSeconds;

use super::{SignalApi, TurnSettings, said};
use crate::steward::Unidentified;

#[derive(Deserialize)]
struct InQuery {
    token: Option<String>,
}

/// What a peer needs for its connections, for the bearer of a room token.
pub(super) async fn servers(State(api): State<SignalApi>, head: Parts) -> Response {
    let mut response = answer(&api, &head).await.unwrap_or_else(|refused| refused);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn answer(api: &SignalApi, head: &Parts) -> Result<Response, Response> {
    let Some(turn) = &api.settings.turn else { return Err(said::bare(StatusCode::NOT_FOUND)) };
    let now = api.clock.now();
    let user = if api.settings.rules.authenticates {
        let token = token(head).ok_or_else(|| said::bare(StatusCode::UNAUTHORIZED))?;
        let bearer = api.steward.identify(&api.rooms, &token, now).await.map_err(|why| refused(&why))?;
        bearer.user.as_str().to_owned()
    } else {
        String::new()
    };
    let said = json!({ "iceServers": list(turn, &user, now.unix), "ttl": turn.lifetime.as_secs() });
    Ok(said::json(StatusCode::OK, said.to_string()))
}

/// As browsers take it (`RTCConfiguration`).
pub(super) fn list(turn: &TurnSettings, user: &str, now: UnixSeconds) -> Value {
    let mut servers = Vec::new();
    if !turn.stun.is_empty() {
        servers.push(json!({ "urls": turn.stun }));
    }
    if let Some((secret, urls)) = &turn.relays {
        let good = secret.credential(user, turn.lifetime, now);
        servers.push(json!({ "urls": urls, "username": good.username, "credential": good.credential }));
    }
    servers.into()
}

/// The room token of a request: as a bearer's, or in the query.
fn token(head: &Parts) -> Option<String> {
    let in_header = || {
        let (scheme, token) = head.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    };
    let in_query = || Query::<InQuery>::try_from_uri(&head.uri).ok()?.0.token;
    in_header().or_else(in_query).filter(|token| !token.is_empty())
}

fn refused(why: &Unidentified) -> Response {
    let later = match why {
        Unidentified::Rejected(rejection) => matches!(rejection.refusal, Refusal::Unavailable(_)),
        Unidentified::Unknown(_) => true,
        Unidentified::Revoked { .. } | Unidentified::Used(_) => false,
    };
    if !later {
        return said::bare(StatusCode::UNAUTHORIZED);
    }
    let mut response = said::bare(StatusCode::SERVICE_UNAVAILABLE);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    response
}
