//! What `POST /token` is given. Values are taken as leniently as they always were: numbers and truths count as texts, and
//! a list of one thing as the thing. Nothing is no text: it would be a room without a name.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde_json::Value;

/// What a token is wanted for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenRequest {
    pub(super) ttl: String,
    pub(super) subject: Option<String>,
    /// The one id that the bearer may have.
    pub(super) node_id: Option<String>,
}

/// Why a body is none: a status, a code and a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadBody(pub(super) u16, pub(super) &'static str, pub(super) &'static str);

const NO_OBJECT: BadBody = BadBody(400, "FST_ERR_VALIDATION", "body must be object");
const EMPTY: BadBody = BadBody(
    400,
    "FST_ERR_CTP_EMPTY_JSON_BODY",
    "Body cannot be empty when content-type is set to 'application/json'",
);
const NO_JSON: BadBody = BadBody(
    400,
    "FST_ERR_CTP_INVALID_JSON_BODY",
    "Body is not valid JSON but content-type is set to 'application/json'",
);
const NO_TTL: BadBody = BadBody(400, "FST_ERR_VALIDATION", "body must have required property 'ttl'");
const TTL: BadBody = BadBody(400, "FST_ERR_VALIDATION", "body/ttl must be string");
const SUBJECT: BadBody = BadBody(400, "FST_ERR_VALIDATION", "body/subject must be string");
const NODE_ID: BadBody = BadBody(400, "FST_ERR_VALIDATION", "body/nodeId must be string");
const MEDIA_TYPE: BadBody = BadBody(415, "FST_ERR_CTP_INVALID_MEDIA_TYPE", "Unsupported Media Type");

/// The longest body, in bytes.
pub(super) const LONGEST: usize = 1 << 20;
pub(super) const TOO_SLOW: BadBody = BadBody(408, "ERR_HTTP_REQUEST_TIMEOUT", "Client Timeout");
pub(super) const BROKEN: BadBody =
    BadBody(400, "FST_ERR_CTP_INVALID_CONTENT_LENGTH", "Request body size did not match Content-Length");
pub(super) const TOO_LONG: BadBody = BadBody(413, "FST_ERR_CTP_BODY_TOO_LARGE", "Request body is too large");

pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<TokenRequest, BadBody> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/json" if body.is_empty() => Err(EMPTY),
        "application/json" => members(body),
        "" if body.is_empty() => Err(NO_OBJECT),
        "text/plain" => Err(NO_OBJECT),
        _ => Err(MEDIA_TYPE),
    }
}

fn members(body: &[u8]) -> Result<TokenRequest, BadBody> {
    let value: Value = serde_json::from_slice(body).map_err(|_| NO_JSON)?;
    let Value::Object(members) = value else { return Err(NO_OBJECT) };
    if members.contains_key("__proto__") {
        return Err(NO_JSON);
    }
    let ttl = members.get("ttl").ok_or(NO_TTL)?;
    let ttl = as_text(ttl).ok_or(TTL)?;
    let subject = members.get("subject").map(|subject| as_text(subject).ok_or(SUBJECT)).transpose()?;
    let node_id = members.get("nodeId").map(|id| as_text(id).ok_or(NODE_ID)).transpose()?;
    Ok(TokenRequest { ttl, subject, node_id })
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(items) if items.len() == 1 => as_text(&items[0]),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
