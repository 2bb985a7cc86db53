//! The house: one listener, four doors, one hub.
//!
//! As a program it is `vestibule`. As a library it gives the signal door to your own server: [`signal::Service`] is WebRTC
//! signaling with its issuer of room tokens, mounted in an axum router on a port of yours:
//!
//! ```no_run
//! # async fn run(private_key: &str, admin_secret: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let signal =
//!     vestibule::signal::Service::builder().private_key(private_key).admin_secret(admin_secret).open()?;
//! let app = axum::Router::new().merge(signal.router());
//! # Ok(()) }
//! ```
//!
//! Each of these may use what comes after it, never what comes before:
//!
//! - [`cli`]: the command line; [`dev`]: the house for development;
//! - [`signal`]: the signal door in your own axum server;
//! - [`app`]: puts the house together, and takes it down;
//! - [`config`]: what the operator wants;
//! - [`api`]: the HTTP service beside the doors;
//! - [`transport`]: leads a peer from its socket to a worker;
//! - [`worker`]: moves its session, and its part of the hub;
//! - [`steward`]: does what sessions ask for;
//! - [`keys`]: fetches the keys that providers publish;
//! - [`telemetry`]: what the house counts and says;
//! - [`rate`]: how often something may happen;
//! - [`office`]: where things are done that would hold the workers up; [`clock`]: its one clock.

pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dev;
pub mod keys;
pub mod office;
pub mod rate;
pub mod signal;
pub mod steward;
pub mod telemetry;
pub mod transport;
pub mod worker;
