//! The server's side of WebSocket (RFC 6455), as plain functions and plain state.
//!
//! The caller reads into a buffer of its own, lends it to a [`Decoder`], and gets each message back as a slice of that
//! very buffer, unmasked in place. What a connection keeps while nothing is under way is one null pointer, a limit
//! and two flags: an idle connection has no buffer. This crate knows no sockets, tasks or clocks, and no extensions:
//! the frames carry what the peer and the doors wrote, uncompressed.
//!
//! In reading order: [`handshake`] (is this request an upgrade, and what is answered), [`decoder`] (bytes to events),
//! [`encode`] (payloads to frames that any number of connections can share), [`close`] (codes, and who has said
//! goodbye), [`client`] (the other side, for tests and load). `violation` names every broken rule; `frame`
//! and `mask` are the ground they stand on.

pub mod client;
pub mod close;
pub mod decoder;
pub mod encode;
mod frame;
pub mod handshake;
mod mask;
mod violation;

pub use close::CloseHandshake;
pub use decoder::{Decoder, Event, Input};
pub use encode::FrameBuilder;
pub use frame::Opcode;
pub use violation::Violation;
