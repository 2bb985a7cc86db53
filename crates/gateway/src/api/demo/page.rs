//! The pages, as they were built into the binary.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::api::answer;

/// What the page may load: its own files, and a WebSocket to anywhere, for the gateway may be beside it or behind
/// a proxy.
const POLICY: &str =
    "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self'; frame-ancestors 'none'";

/// The names of built files change with what is in them, so they are kept for ever; the page that names them is not.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NOT_AT_ALL: &str = "no-cache";

/// What to do when the binary was built without the page.
const ABSENT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Vestibule</title>\n\
<h1>The demo page is not in this binary</h1>\n\
<p>It is built with Node.js, which was not there or could not build it when this binary was made; the warning of the \
build says why. Install Node.js 20.19 or later, then build anew:\n\
<pre>cargo clean -p vestibule\ncargo build</pre>\n\
<p>The gateway itself works without it: the WebSocket is at <code>/connection/websocket</code>.\n</html>\n";

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/demo"]
struct Built;

/// The page of the live room.
pub async fn room() -> Response {
    whole("index.html")
}

/// The page of the call.
pub async fn call() -> Response {
    whole("call.html")
}

/// A file of the pages.
pub async fn file(Path(path): Path<String>) -> Response {
    let keep = if path.starts_with("assets/") { FOR_EVER } else { NOT_AT_ALL };
    match Built::get(&path) {
        Some(file) => embedded(file, keep),
        None => answer::not_found().await,
    }
}

fn whole(name: &str) -> Response {
    match Built::get(name) {
        Some(page) => embedded(page, NOT_AT_ALL),
        None => absent(),
    }
}

fn embedded(file: EmbeddedFile, keep: &'static str) -> Response {
    let body = match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    };
    page(file.metadata.mimetype(), body, keep)
}

fn absent() -> Response {
    let mut response = page("text/html", ABSENT, NOT_AT_ALL);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn page(media_type: &str, body: impl Into<Body>, keep: &'static str) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Everything that is text here is UTF-8.
fn content_type(media_type: &str) -> HeaderValue {
    let charset = if media_type.starts_with("text/") { "; charset=utf-8" } else { "" };
    HeaderValue::try_from(format!("{media_type}{charset}")).expect("media types are plain ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_as_long_as_their_names_mean_the_same() {
        let file = |keep| page("text/css", "", keep).headers()[CACHE_CONTROL].clone();
        assert_eq!(file(FOR_EVER), "public, max-age=31536000, immutable");
        assert_eq!(file(NOT_AT_ALL), "no-cache");
    }

    #[test]
    fn text_says_that_it_is_utf_8() {
        assert_eq!(content_type("text/css"), "text/css; charset=utf-8");
        assert_eq!(content_type("image/svg+xml"), "image/svg+xml");
    }

    #[test]
    fn a_binary_without_the_page_says_how_to_get_it() {
        let response = absent();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], POLICY);
        assert!(ABSENT.contains("Node.js"));
    }
}
