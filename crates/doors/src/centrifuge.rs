//! The Centrifuge protocol: one connection, many channels, JSON or Protobuf.
//!
//! - [`wire`]: messages and their two encodings;
//! - [`codes`]: errors, unsubscribe and disconnect codes;
//! - [`rules`]: namespaces, permissions, limits: what the operator configured;
//! - [`session`]: the state machine of one connection;
//! - `under_test`: the door as the suite of all doors sees it.

pub mod codes;
pub mod rules;
pub mod session;
#[cfg(any(test, feature = "suite"))]
pub mod under_test;
pub mod wire;

pub use session::{Opening, Session};
