//! The signal door from outside: what its operator, its backends and its clients of all versions can rely on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic what is wrong")]

mod bounds;
mod consumers;
mod http;
mod idp;
mod members;
mod relay;
mod rotation;
mod secrecy;
mod socket;
mod start;
mod strangers;
mod tokens;
