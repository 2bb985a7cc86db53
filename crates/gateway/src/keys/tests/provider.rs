//! A provider of keys on loopback.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use vestibule_auth::jwks::{KeyAddress, Place, Source};

/// What is answered at a path.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: Vec<(header::HeaderName, String)>,
    pub body: String,
}

#[derive(Default)]
struct Paths {
    replies: HashMap<String, Reply>,
    requests: Vec<String>,
}

/// A server that answers as the test says; other paths are not found.
#[derive(Clone)]
pub struct Provider {
    address: String,
    paths: Arc<Mutex<Paths>>,
}

impl Reply {
    pub fn ok(body: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), body: body.into() }
    }

    pub fn status(status: StatusCode) -> Self {
        Self { status, ..Self::ok("") }
    }

    pub fn with(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Provider {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let paths = Arc::<Mutex<Paths>>::default();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&paths));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, paths }
    }

    /// A provider of these keys at `/keys`.
    pub async fn of(kids: &[&str]) -> Self {
        let provider = Self::open().await;
        provider.publishes(kids);
        provider
    }

    pub fn publishes(&self, kids: &[&str]) {
        self.answers("/keys", Reply::ok(document(kids)));
    }

    pub fn answers(&self, path: &str, reply: Reply) {
        self.paths.lock().unwrap().replies.insert(path.into(), reply);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub fn address(&self, path: &str) -> KeyAddress {
        KeyAddress::parse(&self.url(path), false).unwrap()
    }

    /// The keys at `/keys`.
    pub fn source(&self) -> Source {
        Source::new(Place::Keys(self.address("/keys")))
    }

    /// How often that path was asked for.
    pub fn requests(&self, path: &str) -> usize {
        self.paths.lock().unwrap().requests.iter().filter(|asked| *asked == path).count()
    }
}

async fn answer(State(paths): State<Arc<Mutex<Paths>>>, uri: Uri) -> Response {
    let mut paths = paths.lock().unwrap();
    paths.requests.push(uri.path().into());
    let reply = paths.replies.get(uri.path()).cloned().unwrap_or(Reply::status(StatusCode::NOT_FOUND));
    let mut response = (reply.status, reply.body).into_response();
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

/// A key document with keys of these names.
pub fn document(kids: &[&str]) -> String {
    let key = |kid: &&str| {
        format!(
            r#"{{"kty":"EC","crv":"P-256","use":"sig","kid":"{kid}",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}"#
        )
    };
    format!(r#"{{"keys":[{}]}}"#, kids.iter().map(key).collect::<Vec<_>>().join(","))
}

/// Keys where nobody listens.
pub async fn refusing() -> Source {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    Source::new(Place::Keys(KeyAddress::parse(&url, false).unwrap()))
}
