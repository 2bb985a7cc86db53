//! Takes in what a caller sends: no more than may be, and not for longer.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

/// How long a caller may take to send a body: bodies are small, and most callers are near.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBody {
    /// It is longer than it may be.
    TooLong,
    /// It did not come in time.
    TooSlow,
    /// It was not sent as HTTP wants it, or the caller went.
    Broken,
}

/// The whole body, of at most `limit` bytes.
///
/// # Errors
/// Why there is none.
pub async fn receive(body: Body, limit: usize) -> Result<Bytes, NoBody> {
    if body.size_hint().lower() > limit as u64 {
        return Err(NoBody::TooLong);
    }
    match timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(NoBody::TooLong),
        Ok(Err(_)) => Err(NoBody::Broken),
        Err(_) => Err(NoBody::TooSlow),
    }
}
