//! The house: one listener, four doors, one hub.
//!
//! Each of these may use what comes after it, never what comes before:
//!
//! - [`cli`]: the command line; [`dev`]: the house for development;
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
pub mod steward;
pub mod telemetry;
pub mod transport;
pub mod worker;
