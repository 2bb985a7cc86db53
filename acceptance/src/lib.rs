//! The house from outside: the real binary, real sockets, and nothing of its types.
//!
//! What the tests in `tests/` stand on, in reading order: [`program`] (which binary), [`config`] and [`port`] (how it is
//! started), [`process`] (a process that dies with its guard, and what it says), [`server`] (a server that answers), [`signal`] (the signal door alone),
//! [`peer`] (one WebSocket connection, frame by frame), [`client`] (the Centrifuge protocol over it, in both encodings),
//! [`http`], [`token`], [`provider`] (whose keys sign tokens) and [`flood`]. [`patience`] is the one place that reads the clock: nothing waits for a time, everything
//! waits for an event and is bounded by a time.
//!
//! A helper that is disappointed panics with what it expected and what came.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic what is wrong")]

pub mod client;
pub mod config;
pub mod flood;
pub mod http;
pub mod patience;
pub mod peer;
pub mod port;
pub mod process;
pub mod program;
pub mod provider;
pub mod server;
pub mod signal;
pub mod token;

pub use client::{BOTH, Client};
pub use config::Config;
pub use peer::{Event, Peer};
pub use process::Process;
pub use provider::{Key, Provider};
pub use server::Server;
pub use vestibule_doors::centrifuge::wire::Encoding;
