//! The protocols that real clients already speak, as pure state machines.
//!
//! A door opens a [`contract::Session`] for each connection. A session takes one input, answers with a list of
//! outputs, and has no socket, clock, task, lock or `async`: it can be tested in microseconds, fuzzed by bytes and
//! replayed from a seed. This crate knows nothing of sockets, tasks, brokers or stores.
//!
//! - [`contract`]: inputs, outputs, effects and outcomes; [`room`]: what is said in rooms;
//! - [`form`]: how what happens in a channel is written for one kind of receiver;
//! - [`centrifuge`]: the Centrifuge protocol, JSON and Protobuf; [`signal`]: WebRTC signaling;
//! - `pulse`, `tickets`: what the sessions of all doors need;
//! - [`suite`]: the behaviour that every door has, run by each of them.

pub mod centrifuge;
pub mod contract;
pub mod form;
mod pulse;
pub mod room;
pub mod signal;
#[cfg(any(test, feature = "suite"))]
pub mod suite;
mod tickets;

pub use contract::{Input, Output, Outputs, Session};
pub use form::Form;
