//! Why somebody gets no token.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;
use vestibule_auth::{Reason, Refusal as Verdict};
use vestibule_model::Cure;

use crate::api::answer;
use crate::api::body::NoBody;
use crate::steward::{NotGood, Unidentified};

/// A status, a word for programs and a sentence for people. Why a token is not taken, only the operator learns.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    /// In how many seconds the same may go well, where that depends on time.
    retry_after: u64,
}

/// When to come back for what does not say when it will be good.
const SOON: u64 = 10;

macro_rules! known {
    ($($name:ident = $status:ident, $code:literal, $message:literal;)*) => {
        impl Refusal {
            $(pub(super) const $name: Self =
                Self {
                    status: StatusCode::$status,
                    code: $code,
                    message: Cow::Borrowed($message),
                    retry_after: SOON,
                };)*
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
    TOO_SLOW = REQUEST_TIMEOUT, "bad_request", "the body did not come in time";
    BROKEN = BAD_REQUEST, "bad_request", "the body was not sent as HTTP wants it";
    LATER = SERVICE_UNAVAILABLE, "unavailable", "the access token cannot be checked now: come back later";
}

impl Refusal {
    /// The operator has not given what is needed. Which keys these are is no secret; what would be in them is.
    pub(super) fn not_configured(missing: &[String]) -> Self {
        let message = format!("this house cannot sign yet; not given: {}", missing.join(", "));
        Self { code: "not_configured", message: message.into(), ..Self::LATER }
    }

    /// He has asked too often, and may again after that time.
    pub(super) fn too_many(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: "too_many_requests",
            message: Cow::Borrowed("too many requests in a short time: come back later"),
            retry_after: seconds.max(1),
        }
    }

    /// Whether somebody tried what could not go well: it was not the house's fault, nor merely too early.
    pub(super) fn is_a_guess(&self) -> bool {
        self.status.is_client_error() && self.status != StatusCode::TOO_MANY_REQUESTS
    }

    pub(super) fn response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        let mut response = answer::json(self.status, body.to_string());
        let (name, value) = match self.status {
            StatusCode::UNAUTHORIZED => (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                (RETRY_AFTER, self.retry_after.into())
            }
            StatusCode::METHOD_NOT_ALLOWED => (ALLOW, HeaderValue::from_static("POST")),
            _ => return response,
        };
        response.headers_mut().insert(name, value);
        response
    }
}

impl From<NoBody> for Refusal {
    fn from(why: NoBody) -> Self {
        match why {
            NoBody::TooLong => Self::TOO_LONG,
            NoBody::TooSlow => Self::TOO_SLOW,
            NoBody::Broken => Self::BROKEN,
        }
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
