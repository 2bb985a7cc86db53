//! An axum server of your own with the signal door in it.
//!
//! ```sh
//! cargo run -p vestibule --example signal
//! curl localhost:3000/room/music          # a room token for a visitor
//! ```
//!
//! Clients then connect to `ws://localhost:3000/signal?token=…&room=music&nodeId=…`.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use vestibule::signal::Service;

/// Good for an hour; the client keeps its connection after that.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// The application: its own routes, and the door's. A real one asks who its visitor is before it gives him a token.
pub fn app(signal: &Arc<Service>) -> Router {
    Router::new()
        .route("/", get(async || "hello"))
        .route("/room/{name}", get(room_token))
        .route("/stats", get(stats))
        .with_state(Arc::clone(signal))
        .merge(signal.router())
}

async fn room_token(
    State(signal): State<Arc<Service>>,
    Path(room): Path<String>,
) -> Result<String, StatusCode> {
    signal.issue(&room, LIFETIME).map_err(|_no_room_of_that_name| StatusCode::NOT_FOUND)
}

async fn stats(State(signal): State<Arc<Service>>) -> String {
    let stats = signal.stats();
    format!("{} peers in {} rooms\n", stats.peers, stats.rooms)
}

#[allow(dead_code, reason = "a test has its own")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let signal = Service::builder()
        .private_key(&std::env::var("PRIVATE_KEY_JWK")?)
        .admin_secret(&std::env::var("ADMIN_SECRET")?)
        .open()?;
    let signal = Arc::new(signal);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let app = app(&signal).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(async {
            let _told = tokio::signal::ctrl_c().await;
        })
        .await?;
    // The router is gone with the server, so this is the last hand on the service.
    if let Some(signal) = Arc::into_inner(signal) {
        signal.close().await;
    }
    Ok(())
}
