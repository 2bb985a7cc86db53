//! What callers are answered.

use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use vestibule_broker::BrokerError;
use vestibule_doors::centrifuge::rules::NotAChannel;

use super::answer;
use crate::steward::records::NotDone;

/// What becomes of a request.
pub type Answer = Result<Json, Refusal>;

/// A JSON value, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(pub Vec<u8>);

impl Json {
    /// Writes a value.
    pub fn of(value: &impl Serialize) -> Self {
        Self(serde_json::to_vec(value).expect("texts, numbers and maps with text keys can be written"))
    }

    /// An object with nothing in it.
    pub fn nothing() -> Self {
        Self(b"{}".to_vec())
    }
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The number that callers act on.
    pub code: u16,
    /// What people read.
    pub message: &'static str,
    /// The status for callers who want statuses.
    pub status: StatusCode,
}

impl Refusal {
    /// Something went wrong on this side.
    pub const INTERNAL: Self = Self::new(100, "internal server error", StatusCode::INTERNAL_SERVER_ERROR);
    /// The channel's namespace is not configured.
    pub const UNKNOWN_CHANNEL: Self = Self::new(102, "unknown channel", StatusCode::NOT_FOUND);
    /// The caller's key is not for this, or not for that organisation.
    pub const NOT_YOURS: Self = Self::new(103, "permission denied", StatusCode::FORBIDDEN);
    /// There is no such method.
    pub const NOT_FOUND: Self = Self::new(104, "not found", StatusCode::NOT_FOUND);
    /// Something is missing or wrong in the request.
    pub const BAD_REQUEST: Self = Self::bad_request("bad request");
    /// The feature is off.
    pub const NOT_AVAILABLE: Self = Self::new(108, "not available", StatusCode::BAD_REQUEST);
    /// The house is full: try again. Centrifugo has the number for clients only.
    pub const TOO_MANY_REQUESTS: Self = Self::new(111, "too many requests", StatusCode::TOO_MANY_REQUESTS);
    /// As many revocations hold as may.
    pub const FULL: Self =
        Self::new(111, "as many revocations hold as store.revocations allows", StatusCode::TOO_MANY_REQUESTS);
    /// The stream has started anew since the position that was asked about.
    pub const UNRECOVERABLE_POSITION: Self =
        Self::new(112, "unrecoverable position", StatusCode::RANGE_NOT_SATISFIABLE);

    /// Something is wrong in the request, and it can be said what.
    pub const fn bad_request(message: &'static str) -> Self {
        Self::new(107, message, StatusCode::BAD_REQUEST)
    }

    const fn new(code: u16, message: &'static str, status: StatusCode) -> Self {
        Self { code, message, status }
    }

    fn write(self, out: &mut Vec<u8>) {
        let Self { code, message, .. } = self;
        out.extend_from_slice(format!(r#"{{"code":{code},"message":"{message}"}}"#).as_bytes());
    }
}

impl From<NotDone> for Refusal {
    fn from(reason: NotDone) -> Self {
        match reason {
            NotDone::Full => Self::FULL,
            NotDone::Store(_) => Self::INTERNAL,
        }
    }
}

impl From<NotAChannel> for Refusal {
    fn from(reason: NotAChannel) -> Self {
        match reason {
            NotAChannel::Unknown => Self::UNKNOWN_CHANNEL,
            NotAChannel::BadName => Self::BAD_REQUEST,
        }
    }
}

impl From<BrokerError> for Refusal {
    fn from(error: BrokerError) -> Self {
        match error {
            BrokerError::Unrecoverable => Self::UNRECOVERABLE_POSITION,
            BrokerError::Overloaded => Self::TOO_MANY_REQUESTS,
            BrokerError::Unavailable => Self::INTERNAL,
            BrokerError::NotSupported => Self::NOT_AVAILABLE,
        }
    }
}

/// How a caller wants to hear of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In the body, with status 200.
    InBody,
    /// By status, with the bare error as the body.
    ByStatus,
}

impl Mode {
    /// What the caller's headers say, or else what the operator has set.
    pub fn wanted(head: &Parts, by_status: bool) -> Self {
        let wanted = head.headers.get("x-centrifugo-error-mode");
        if by_status || wanted.is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"transport")) {
            return Self::ByStatus;
        }
        Self::InBody
    }
}

/// Appends `{"<name>":…}` for a good answer, `{"error":…}` for another.
pub fn write(name: &str, answer: Answer, out: &mut Vec<u8>) {
    let name = if answer.is_ok() { name } else { "error" };
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    match answer {
        Ok(Json(json)) => out.extend_from_slice(&json),
        Err(refusal) => refusal.write(out),
    }
    out.push(b'}');
}

/// The answer to one call.
pub fn whole(answer: Answer, mode: Mode) -> Response {
    let mut body = Vec::with_capacity(64);
    match (answer, mode) {
        (Err(refusal), Mode::ByStatus) => {
            refusal.write(&mut body);
            answer::json(refusal.status, body)
        }
        (answer, _) => {
            write("result", answer, &mut body);
            bare(Json(body))
        }
    }
}

/// The answer as it is.
pub fn bare(Json(body): Json) -> Response {
    answer::json(StatusCode::OK, body)
}

/// An answer that no cache keeps if it holds a secret.
pub fn unkept(mut response: Response, is_secret: bool) -> Response {
    if is_secret {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_of_a_broker_has_a_code() {
        let code = |error| Refusal::from(error).code;
        assert_eq!(code(BrokerError::Unrecoverable), 112);
        assert_eq!(code(BrokerError::Overloaded), 111);
        assert_eq!(code(BrokerError::Unavailable), 100);
        assert_eq!(code(BrokerError::NotSupported), 108);
    }
}
