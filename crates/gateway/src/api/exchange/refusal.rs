//! Why somebody gets no token.

use std::borrow::Cow;

use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;
use vestibule_auth::{Reason, Refusal as Verdict};
use vestibule_model::Cure;

use crate::api::answer;
use crate::steward::{NotGood, Unidentified};

/// A status, a word for programs and a sentence for people. Why a token is not taken, only the operator learns.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
}

macro_rules! known {
    ($($name:ident = $status:ident, $code:literal, $message:literal;)*) => {
        impl Refusal {
            $(pub(super) const $name: Self =
                Self { status: StatusCode::$status, code: $code, message: Cow::Borrowed($message) };)*
        }
    };
}

known! {
    METHOD = METHOD_NOT_ALLOWED, "method_not_allowed", "ask with POST";
    NO_TOKEN = UNAUTHORIZED, "unauthorized", "an access token is needed: Authorization: Bearer";
    BAD_TOKEN = UNAUTHORIZED, "unauthorized", "the access token is not good, or not any more";
    NOBODY = FORBIDDEN, "forbidden", "the access token names no user";
    BLOCKED = FORBIDDEN, "forbidden", "this user is not welcome";
    NO_ORGANISATION = FORBIDDEN, "forbidden", "the access token names no organisation that is served here";
    OTHER_ORGANISATION = FORBIDDEN, "forbidden", "the access token is for another organisation";
    BODY = BAD_REQUEST, "bad_request", "the body has to be a JSON object, or empty";
    TOO_LONG = PAYLOAD_TOO_LARGE, "bad_request", "the body is too long";
    TOO_MANY = TOO_MANY_REQUESTS, "too_many_requests", "too many tokens in a short time: come back later";
    LATER = SERVICE_UNAVAILABLE, "unavailable", "the access token cannot be checked now: come back later";
}

impl Refusal {
    /// The operator has not given what is needed. Which keys these are is no secret; what would be in them is.
    pub(super) fn not_configured(missing: &[String]) -> Self {
        let message = format!("this house cannot sign yet; not given: {}", missing.join(", "));
        Self { status: StatusCode::SERVICE_UNAVAILABLE, code: "not_configured", message: message.into() }
    }

    pub(super) fn response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = answer::json(self.status, body.to_string());
        let (name, value) = match self.status {
            StatusCode::UNAUTHORIZED => (WWW_AUTHENTICATE, "Bearer"),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => (RETRY_AFTER, "10"),
            StatusCode::METHOD_NOT_ALLOWED => (ALLOW, "POST"),
            _ => return response,
        };
        response.headers_mut().insert(name, HeaderValue::from_static(value));
        response
    }
}

impl From<Unidentified> for Refusal {
    fn from(unidentified: Unidentified) -> Self {
        match unidentified.why {
            NotGood::Rejected(refusal) => match refusal {
                Verdict::Invalid(Reason::NoOrganisation | Reason::Organisation) => Self::NO_ORGANISATION,
                Verdict::AnonymousToken => Self::NOBODY,
                Verdict::Unavailable(_) => Self::LATER,
                _ => Self::BAD_TOKEN,
            },
            NotGood::Revoked(Cure::Nothing) => Self::BLOCKED,
            NotGood::Revoked(Cure::FreshToken | Cure::NewLogin) | NotGood::Used => Self::BAD_TOKEN,
            NotGood::Unknown => Self::LATER,
        }
    }
}
