//! What peers say and hear: one JSON object a message.
//!
//! - `heard`: what a peer says, as it is understood; `told`: what it is told.

mod heard;
mod told;

pub use heard::{Heard, Register, read};
pub use told::{
    Relayed, auth_error, joined, left, not_connected, peer_list, quoted, reconnect, roster, server_list,
};
