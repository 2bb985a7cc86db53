//! Which pages may read an answer, and what they may ask for (CORS).

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

use super::answer;
use crate::transport::Origins;

/// So many seconds a browser remembers what a page may ask for.
const REMEMBERED: &str = "600";

/// The pages of a route.
#[derive(Clone)]
pub struct Cors {
    /// Their origins.
    pub origins: Origins,
    /// What they may do.
    pub methods: &'static str,
    /// What they may send with it.
    pub headers: &'static str,
}

/// A request as far as its page is concerned.
pub struct Asking {
    origin: Option<HeaderValue>,
    /// Its browser asks first whether the page may ask.
    first: bool,
}

impl Asking {
    /// Looks at a request.
    pub fn of(method: &Method, headers: &HeaderMap) -> Self {
        let origin = headers.get(ORIGIN).cloned();
        let first = *method == Method::OPTIONS && origin.is_some();
        Self { origin, first }
    }

    /// The answer, where the browser asks first: it has all that matters in its head.
    pub fn answered(&self) -> Option<Response> {
        self.first.then(|| answer::empty(StatusCode::NO_CONTENT))
    }
}

impl Cors {
    /// An answer that says which page may read it. It says so to each something else, and no cache may mix them up.
    pub fn marked(&self, asking: Asking, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = asking.origin.filter(|origin| self.origins.admit(Some(origin.as_bytes()))) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(self.methods));
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(self.headers));
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED));
        }
        response
    }
}
