//! WebRTC signaling for your own axum server, on a port of yours: [`signal::Service`] is the signal door with its issuer
//! of room tokens, mounted as a router.
//!
//! ```no_run
//! # async fn run(private_key: &str, admin_secret: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let signal =
//!     vestibule::signal::Service::builder().private_key(private_key).admin_secret(admin_secret).open()?;
//! let app = axum::Router::new().merge(signal.router());
//! # Ok(()) }
//! ```
//!
//! # The house
//!
//! Everything else in this crate is the program `vestibule`: one listener, two doors, one hub. It is public for the
//! program and its tests, is not shown here, and may change at any time. Each of these may use what comes after it,
//! never what comes before:
//!
//! - `cli`: the command line; `dev`: the house for development;
//! - `signal`: the signal door in your own axum server;
//! - `app`: puts the house together, and takes it down;
//! - `config`: what the operator wants;
//! - `api`: the HTTP service beside the doors;
//! - `transport`: leads a peer from its socket to a worker;
//! - `worker`: moves its session, and its part of the hub;
//! - `steward`: does what sessions ask for;
//! - `keys`: fetches the keys that providers publish;
//! - `telemetry`: what the house counts and says;
//! - `rate`: how often something may happen;
//! - `office`: where things are done that would hold the workers up; `clock`: its one clock.

#[doc(hidden)]
pub mod api;
#[doc(hidden)]
pub mod app;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod clock;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod dev;
#[doc(hidden)]
pub mod keys;
#[doc(hidden)]
pub mod office;
#[doc(hidden)]
pub mod rate;
pub mod signal;
#[doc(hidden)]
pub mod steward;
#[doc(hidden)]
pub mod telemetry;
#[doc(hidden)]
pub mod transport;
#[doc(hidden)]
pub mod worker;
