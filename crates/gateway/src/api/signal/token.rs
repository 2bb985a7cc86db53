//! `POST /token`: a room token for whoever knows the admin secret.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;
use subtle::ConstantTimeEq;
use vestibule_auth::issue::{Claim, Head, Template};
use vestibule_doors::signal::Rules;
use vestibule_model::{Identity, UnixSeconds, UserId};

use super::body::{self, BadBody, TokenRequest};
use super::{AUDIENCE, ISSUER, RoomTokens, SignalHttp, ice, iso, secret_json, ttl};
use crate::api::body::{NoBody, receive};
use crate::api::organisations;
use crate::transport::Caller;
use crate::worker::network;

/// The subject of a token that is for nobody in particular.
const NOBODY: &str = "default";

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotIssued {
    /// Everybody is let in without one.
    NotNeeded,
    /// A room of that name could never be entered.
    Subject,
    /// A peer could never have that id.
    NodeId,
    /// It would have ended when it is issued.
    Lifetime,
}

/// Issues a token. The secret is looked at before anything else. Whoever knows it does not wait for others who guess, not
/// even for those who share an address with him, unless it is short: then guesses that are heard would find it.
pub(super) async fn issue(State(http): State<Arc<SignalHttp>>, request: Request) -> Response {
    let Some(tokens) = &http.settings.tokens else { return unauthorized() };
    let (head, content) = request.into_parts();
    let knows = shown(&head.headers)
        .is_some_and(|shown| bool::from(shown.ct_eq(tokens.admin_secret.reveal().as_bytes())));
    if !knows || tokens.has_short_secret() {
        let caller = head.extensions.get::<Caller>().and_then(|caller| caller.0.map(network));
        let now = http.clock.now().moment;
        if let Some(wait) = http.guesses.wait(caller, now) {
            return too_many(wait);
        }
        if !knows {
            http.guesses.take(caller, now);
            return unauthorized();
        }
    }
    let content = match receive(content, body::LONGEST).await {
        Ok(content) => content,
        Err(NoBody::TooLong) => return refused(&body::TOO_LONG),
        Err(NoBody::TooSlow) => return refused(&body::TOO_SLOW),
        Err(NoBody::Broken) => return refused(&body::BROKEN),
    };
    match body::read(&head.headers, &content) {
        Ok(wanted) => grant(&http, tokens, wanted),
        Err(bad) => refused(&bad),
    }
}

fn grant(http: &SignalHttp, tokens: &RoomTokens, wanted: TokenRequest) -> Response {
    let lifetime = match ttl::parse(&wanted.ttl, tokens.longest.as_secs()) {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(fault) => return bad_request(fault),
    };
    let subject = wanted.subject.unwrap_or_else(|| NOBODY.to_owned());
    let now = http.clock.now().unix;
    let (token, expires) = match room_token(tokens, &subject, wanted.node_id.as_deref(), lifetime, now) {
        Ok(issued) => issued,
        Err(why) => return bad_request(why),
    };
    let mut body =
        json!({ "token": token, "expiresAt": iso(expires.0.saturating_mul(1_000)), "subject": subject });
    if let Some(turn) = &http.settings.turn {
        body["iceServers"] = ice::servers(turn, &subject, now);
    }
    secret_json(StatusCode::CREATED, body.to_string())
}

/// A token for that room, and for that id in it alone if there is one, and when it ends.
///
/// # Errors
/// What the door would not take.
pub fn room_token(
    tokens: &RoomTokens,
    subject: &str,
    node_id: Option<&str>,
    lifetime: Duration,
    now: UnixSeconds,
) -> Result<(String, UnixSeconds), NotIssued> {
    check(subject, node_id, lifetime)?;
    let organisation = organisations::of_the_operator(None);
    let bearer =
        Identity { user: UserId::new(subject), ..Identity::anonymous("signal".into(), organisation) };
    // A room token has no id.
    let mut template = template(tokens, lifetime);
    template.claims.extend(node_id.map(|id| ("nodeId".into(), Claim::Fixed(id.into()))));
    Ok(template.issue(tokens.issuer.key(), &bearer, now, [0; 16]))
}

/// A token that the door refuses would send its bearer round in circles. An empty id would bind nothing, and whoever
/// issued it believed that it does.
fn check(subject: &str, node_id: Option<&str>, lifetime: Duration) -> Result<(), NotIssued> {
    if subject.is_empty() || !UserId::is_plain(subject) {
        return Err(NotIssued::Subject);
    }
    if node_id.is_some_and(|id| id.is_empty() || id.len() > Rules::LONGEST_NAME) {
        return Err(NotIssued::NodeId);
    }
    if lifetime.as_secs() == 0 { Err(NotIssued::Lifetime) } else { Ok(()) }
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

fn bad_request(why: impl fmt::Display) -> Response {
    let body = json!({ "statusCode": 400, "error": "Bad Request", "message": why.to_string() });
    secret_json(StatusCode::BAD_REQUEST, body.to_string())
}

fn unauthorized() -> Response {
    secret_json(StatusCode::UNAUTHORIZED, r#"{"error":"Unauthorized"}"#.into())
}

fn too_many(wait: Duration) -> Response {
    let mut response = secret_json(StatusCode::TOO_MANY_REQUESTS, r#"{"error":"Too Many Requests"}"#.into());
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    response
}

fn refused(BadBody(status, code, message): &BadBody) -> Response {
    let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST);
    let error = status.canonical_reason().unwrap_or_default();
    let body = json!({ "statusCode": status.as_u16(), "code": code, "error": error, "message": message });
    secret_json(status, body.to_string())
}

impl fmt::Display for NotIssued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNeeded => f.write_str("everybody is let in without a token"),
            Self::Subject => {
                write!(f, "subject must have 1 to {} bytes and no control characters", UserId::LONGEST)
            }
            Self::NodeId => write!(f, "nodeId must have 1 to {} bytes", Rules::LONGEST_NAME),
            Self::Lifetime => f.write_str("the lifetime must be a second or more"),
        }
    }
}

impl std::error::Error for NotIssued {}
