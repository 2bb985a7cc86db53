//! WebRTC signaling: peers find each other in a room and exchange what they need for a connection of their own.
//!
//! The protocol is the one that the clients of `@aikofy/client-db` speak, in all their versions. A [`Session`] reads what
//! one peer says and keeps its times; the [`Room`] knows who is there, relays, and tells those who asked who comes and
//! goes. What is not understood is passed over, as those clients expect.
//!
//! - [`rules`]: what the operator configured;
//! - [`message`]: what peers say and hear; [`codes`]: how connections end;
//! - [`session`]: the state machine of one connection; [`room`]: that of one room;
//! - `under_test`: the door as the suite of all doors sees it.

pub mod codes;
pub mod message;
pub mod room;
pub mod rules;
pub mod session;
#[cfg(any(test, feature = "suite"))]
pub mod under_test;

pub use room::{Limits as RoomLimits, Room, Said};
pub use rules::{Roomless, Rules};
pub use session::{Opening, Session};
