//! `POST /token`: a room token for whoever knows the admin secret.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;
use subtle::ConstantTimeEq;
use vestibule_auth::issue::{Claim, Head, Template};
use vestibule_model::{Identity, UnixSeconds, UserId};

use super::body::{self, BadBody};
use super::{AUDIENCE, Desk, ISSUER, RoomTokens, iso, relays, secret_json, ttl};
use crate::api::organisations;
use crate::transport::Caller;

/// The subject of a token that is for nobody in particular.
const NOBODY: &str = "default";

/// Issues a token. The secret is looked at before anything else.
pub(super) async fn issue(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let Some(tokens) = &desk.settings.tokens else { return unauthorized() };
    let caller = request.extensions().get::<Caller>().and_then(|caller| caller.0);
    let now = desk.clock.now();
    if !desk.guesses.has_room(caller, now.moment) {
        return too_many();
    }
    let (head, content) = request.into_parts();
    let knows = shown(&head.headers)
        .is_some_and(|shown| bool::from(shown.ct_eq(tokens.admin_secret.reveal().as_bytes())));
    if !knows {
        desk.guesses.take(caller, now.moment);
        return unauthorized();
    }
    let Ok(content) = to_bytes(content, body::LONGEST).await else { return refused(&body::TOO_LONG) };
    match body::read(&head.headers, &content) {
        Ok(wish) => grant(&desk, tokens, wish),
        Err(bad) => refused(&bad),
    }
}

fn grant(desk: &Desk, tokens: &RoomTokens, wish: body::Wish) -> Response {
    let lifetime = match ttl::parse(&wish.ttl, tokens.longest.as_secs()) {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(fault) => {
            let body = json!({ "statusCode": 400, "error": "Bad Request", "message": fault.to_string() });
            return secret_json(StatusCode::BAD_REQUEST, body.to_string());
        }
    };
    let subject = wish.subject.unwrap_or_else(|| NOBODY.to_owned());
    let now = desk.clock.now().unix;
    let (token, expires) = room_token(tokens, &subject, wish.node_id.as_deref(), lifetime, now);
    let mut body =
        json!({ "token": token, "expiresAt": iso(expires.0.saturating_mul(1_000)), "subject": subject });
    if let Some(turn) = &desk.settings.turn {
        body["iceServers"] = relays::servers(turn, &subject, now);
    }
    secret_json(StatusCode::CREATED, body.to_string())
}

/// A token for that room, and for that id in it alone if there is one, and when it ends.
pub fn room_token(
    tokens: &RoomTokens,
    subject: &str,
    node_id: Option<&str>,
    lifetime: Duration,
    now: UnixSeconds,
) -> (String, UnixSeconds) {
    let organisation = organisations::of_the_operator(None);
    let bearer =
        Identity { user: UserId::new(subject), ..Identity::anonymous("signal".into(), organisation) };
    // A room token has no id.
    let mut template = template(tokens, lifetime);
    template.claims.extend(node_id.map(|id| ("nodeId".into(), Claim::Fixed(id.into()))));
    template.issue(tokens.issuer.key(), &bearer, now, [0; 16])
}

/// Members in the order in which they always stood. One key needs no name; of several, each has its own.
fn template(tokens: &RoomTokens, lifetime: Duration) -> Template {
    let claims = [
        ("sub", Claim::User),
        ("iat", Claim::IssuedAt),
        ("iss", Claim::Fixed(ISSUER.into())),
        ("aud", Claim::Fixed(AUDIENCE.into())),
        ("exp", Claim::Expiry),
    ];
    let head = Head { typ: false, kid: tokens.issuer.published().len() > 1 };
    Template { head, lifetime, claims: claims.map(|(name, claim)| (name.into(), claim)).into() }
}

/// The secret in `x-admin-secret`, or only without that header in `Authorization`, where `Bearer` may stand before it.
fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    if let Some(secret) = headers.get("x-admin-secret") {
        return Some(secret.as_bytes());
    }
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let rest = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    Some(rest.map_or(value, |_| value[7..].trim_ascii_start()))
}

fn unauthorized() -> Response {
    secret_json(StatusCode::UNAUTHORIZED, r#"{"error":"Unauthorized"}"#.into())
}

fn too_many() -> Response {
    let mut response = secret_json(StatusCode::TOO_MANY_REQUESTS, r#"{"error":"Too Many Requests"}"#.into());
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

fn refused(BadBody(status, code, message): &BadBody) -> Response {
    let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST);
    let error = status.canonical_reason().unwrap_or_default();
    let body = json!({ "statusCode": status.as_u16(), "code": code, "error": error, "message": message });
    secret_json(status, body.to_string())
}
