//! Takes in what a caller sends.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

use super::answer;
use super::read::Malformed;

/// How long a caller may take to send a body: callers are backends, and near.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The whole body, of at most `limit` bytes.
pub async fn receive(body: Body, limit: usize) -> Result<Bytes, Response> {
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    match timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(super::bad_request(Malformed)),
        Err(_) => Err(answer::text(StatusCode::REQUEST_TIMEOUT, "Request Timeout\n")),
    }
}

fn too_large() -> Response {
    answer::text(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large\n")
}
