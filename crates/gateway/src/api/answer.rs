//! Answers that several parts of the service give.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// 200 with a body of that type.
pub fn with_type(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// JSON with a status.
pub fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = with_type(JSON, body);
    *response.status_mut() = status;
    response
}

/// A status with a short text for people.
pub fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = with_type(TEXT, body);
    *response.status_mut() = status;
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A status and nothing else.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// There is nothing here.
pub async fn not_found() -> Response {
    text(StatusCode::NOT_FOUND, "404 page not found\n")
}
