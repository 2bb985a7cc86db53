//! The signal door in your own server: WebRTC signaling behind an axum router, with its issuer of room tokens.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use std::net::SocketAddr;
//! use std::time::Duration;
//!
//! let signal = vestibule::signal::Service::builder()
//!     .private_key(&std::env::var("PRIVATE_KEY_JWK")?)
//!     .admin_secret(&std::env::var("ADMIN_SECRET")?)
//!     .open()?;
//! let token = signal.issue("music", Duration::from_secs(3_600))?;
//!
//! let app = axum::Router::new().merge(signal.router());
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
//! signal.close().await;
//! # Ok(()) }
//! ```
//!
//! The router has `/signal`, `POST /token`, `/public-key`, `/health` and, with a TURN server, `/ice`; nest it where
//! other paths are wanted. Connections leave your runtime for threads of the service's own after the upgrade. With
//! `into_make_service_with_connect_info` the service knows addresses, by which it counts guesses and connections.
//! `examples/signal.rs` is a whole program.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::Router;

use crate::api::{RoomTokens, room_token};
use crate::app::House;
use crate::config::written::{Origin, Raw};
use crate::config::{Sources, own};
use crate::transport::Lobby;

pub use crate::api::NotIssued;
pub use crate::app::StartFailure;
pub use crate::config::Refused;

/// How a service is set up. What is not given is as `vestibule config` prints it.
#[derive(Clone, Default)]
#[must_use]
pub struct Builder {
    settings: Vec<(String, String)>,
}

/// A signal door that is open. Close it before your program ends; whoever is connected is told to come back. One that is
/// dropped instead ends without a goodbye.
pub struct Service {
    house: House,
    lobby: Arc<Lobby>,
    tokens: Option<RoomTokens>,
}

/// What there is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Whether tokens are asked for.
    pub auth: bool,
    /// Members of all rooms.
    pub peers: u64,
    /// Rooms that have members.
    pub rooms: u64,
    /// Connections, those that are in no room included.
    pub connections: u64,
}

/// Why a service could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// Everything that is wrong with the settings, each with its key.
    Settings(Refused),
    /// The service could not start.
    Start(StartFailure),
}

impl Builder {
    /// The Ed25519 key that signs room tokens: PEM, a JWK, or a JWK in base64 as `vestibule signal keygen` makes it.
    pub fn private_key(self, text: &str) -> Self {
        self.set("signal.private_key", text)
    }

    /// What backends show at `POST /token`. Whoever issues by [`Service::issue`] alone gives a long random one.
    pub fn admin_secret(self, secret: &str) -> Self {
        self.set("signal.admin_secret", secret)
    }

    /// FOR DEVELOPMENT ONLY: anybody may enter any room, and there are no tokens.
    pub fn insecure(self) -> Self {
        self.set("signal.insecure", "true")
    }

    /// Any key of the configuration, by its path: `signal.roomless`, `limits.queue_size`, `realms.app.issuers`.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Opens the service. It takes some milliseconds.
    ///
    /// # Errors
    /// Everything that is wrong with the settings, or that there are no threads.
    pub fn open(self) -> Result<Service, OpenError> {
        // Whoever calls this has written keys, and no flags.
        let named = |(key, value): (String, String)| (key, Raw::text(&value, Origin::File(None)));
        let sources = Sources { named: self.settings.into_iter().map(named).collect(), ..Sources::default() };
        let plan = own::parse(own::signal::ALONE, &sources).map_err(OpenError::Settings)?;
        for warning in &plan.warnings {
            tracing::warn!("{warning}");
        }
        let tokens = plan.settings.signal.as_ref().and_then(|signal| signal.http.tokens.clone());
        // A house waits for its store when it opens, which is not allowed in the threads of a runtime.
        let opened = thread::scope(|scope| scope.spawn(|| House::embed(plan.settings)).join());
        let (house, lobby) =
            opened.unwrap_or_else(|bug| std::panic::resume_unwind(bug)).map_err(OpenError::Start)?;
        Ok(Service { house, lobby, tokens })
    }
}

impl Service {
    /// Sets one up.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Its routes, for a server that speaks HTTP/1.1.
    pub fn router(&self) -> Router {
        self.lobby.router()
    }

    /// A token for that room. A lifetime longer than `signal.longest_lifetime` is cut to that.
    ///
    /// # Errors
    /// A name of a room or a lifetime that the door would refuse, or tokens that nobody needs.
    pub fn issue(&self, room: &str, lifetime: Duration) -> Result<String, NotIssued> {
        self.sign(room, None, lifetime)
    }

    /// The same for one id in that room alone: nobody with another token takes that id from its bearer.
    ///
    /// # Errors
    /// As [`Self::issue`], or an id that the door would refuse.
    pub fn issue_for(&self, room: &str, node_id: &str, lifetime: Duration) -> Result<String, NotIssued> {
        self.sign(room, Some(node_id), lifetime)
    }

    fn sign(&self, room: &str, node_id: Option<&str>, lifetime: Duration) -> Result<String, NotIssued> {
        let tokens = self.tokens.as_ref().ok_or(NotIssued::NotNeeded)?;
        let lifetime = lifetime.min(tokens.longest);
        let (token, _) = room_token(tokens, room, node_id, lifetime, self.house.clock().now().unix)?;
        Ok(token)
    }

    /// The key that checks room tokens, as a JWK; `None` when there are no tokens.
    pub fn public_jwk(&self) -> Option<String> {
        self.tokens.as_ref()?.issuer.key().public_jwk()
    }

    /// What there is now.
    pub fn stats(&self) -> Stats {
        let counters = self.house.counters();
        Stats {
            auth: self.tokens.is_some(),
            peers: counters.iter().map(|worker| worker.rooms.members.get()).sum(),
            rooms: counters.iter().map(|worker| worker.rooms.rooms()).sum(),
            connections: counters.iter().map(|worker| worker.open()).sum(),
        }
    }

    /// Tells everybody to come back, waits until they have gone (at most `shutdown.timeout`), and ends.
    pub async fn close(self) {
        self.house.close().await;
    }
}

/// Values may be secrets: it shows which keys are set.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.settings.iter().map(|(key, _)| key)).finish()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(refused) => refused.fmt(f),
            Self::Start(failure) => failure.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}
