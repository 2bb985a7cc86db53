//! Answers in the form that callers of the signal door know.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::json;

use crate::api::answer;

/// JSON with a status.
pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = answer::json(status, body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// An error with a sentence, and with a word for programs where there is one.
pub(super) fn error(status: StatusCode, code: Option<&str>, message: &str) -> Response {
    let name = status.canonical_reason().unwrap_or_default();
    let mut body = json!({ "statusCode": status.as_u16() });
    if let Some(code) = code {
        body["code"] = code.into();
    }
    body["error"] = name.into();
    body["message"] = message.into();
    json(status, body.to_string())
}

/// An error of which nothing is said but its name.
pub(super) fn bare(status: StatusCode) -> Response {
    json(status, json!({ "error": status.canonical_reason() }).to_string())
}

/// There is nothing here. The query is not repeated: there may be a token in it.
pub async fn not_found(request: Request) -> Response {
    let message = format!("Route {}:{} not found", request.method(), request.uri().path());
    let body = json!({ "message": message, "error": "Not Found", "statusCode": 404 });
    json(StatusCode::NOT_FOUND, body.to_string())
}

/// A moment of the calendar, in milliseconds since 1970, as JavaScript writes it.
pub(super) fn date(millis: i64) -> String {
    let moment = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    format!("{moment:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_milliseconds_also_when_there_are_none() {
        assert_eq!(date(1_767_225_600_000), "2026-01-01T00:00:00.000Z");
        assert_eq!(date(1_767_225_600_042), "2026-01-01T00:00:00.042Z");
    }
}
