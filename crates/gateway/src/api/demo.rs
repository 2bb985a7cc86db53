//! The demos of `vestibule dev`: a room and a call, and a session for whoever opens one.
//!
//! Everything here trusts every visitor, which is why only `vestibule dev` has it.
//!
//! - [`page`]: the pages, as they were built into the binary;
//! - [`session`]: tokens for visitors; [`visitor`]: who they are.

mod page;
mod session;
#[cfg(test)]
mod tests;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;

use super::{DemoSettings, answer};
use crate::clock::Clock;
use session::Reception;

/// The routes.
pub fn routes(settings: &DemoSettings, clock: Clock) -> Router {
    let reception = Arc::new(Reception::new(settings, clock));
    Router::new()
        .route("/", get(to_the_page))
        .route("/demo", get(to_the_page))
        .route("/demo/", get(page::room))
        .route("/demo/call", get(page::call))
        .route("/demo/session", get(session::open).with_state(reception))
        .route("/demo/{*path}", get(page::file))
}

async fn to_the_page() -> Response {
    let mut response = answer::empty(StatusCode::TEMPORARY_REDIRECT);
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("/demo/"));
    response
}
