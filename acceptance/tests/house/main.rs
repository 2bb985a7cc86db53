//! What the house alone promises: more than the protocol asks for, and how it starts, ends and speaks to its operator.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic what is wrong")]

mod command_line;
mod dev;
mod endpoints;
mod exchange;
mod overload;
mod providers;
mod secrecy;
mod sessions;
mod sessions_by_hand;
mod shutdown;
mod start;
mod strict;
mod tools;
mod upgrade;
