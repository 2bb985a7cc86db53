//! The house: one listener, four doors, one hub.
//!
//! In reading order: [`app`] puts the house together and takes it down, [`transport`] leads a peer to a worker,
//! [`worker`] moves its session and its part of the hub, [`steward`] does what sessions ask for. Each may use what
//! comes after it, never what comes before.

pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dev;
pub mod steward;
pub mod telemetry;
pub mod transport;
pub mod worker;
