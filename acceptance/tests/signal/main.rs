//! The signal door from outside: what its operator, its backends and its clients of all versions can rely on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic what is wrong")]

mod bounds;
mod http;
mod members;
mod relay;
mod secrecy;
mod socket;
mod start;
mod strangers;
mod tokens;
