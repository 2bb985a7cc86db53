//! The messages of the Centrifuge protocol and their two encodings.
//!
//! One message of the transport carries one or more commands on the way in, and one to sixteen replies and pushes
//! on the way out. In reading order:
//!
//! - [`command`]: what a peer can ask, and [`Commands`], which takes a message apart;
//! - `envelope`: how one command is read;
//! - [`schema`]: the requests, field by field, for both encodings;
//! - [`reply`]: what a peer can be answered and told;
//! - `layout`: the fields of replies and pushes, described once for both encodings;
//! - `json` and `protobuf`: how those fields are written;
//! - [`batch`]: replies and pushes that leave together;
//! - `client`: the other side of the wire, for tests.
//!
//! Nothing here knows what a command means: order, permissions and codes are the session's.

pub mod batch;
#[cfg(any(test, feature = "client"))]
pub mod client;
pub mod command;
mod envelope;
mod json;
mod layout;
mod lenient;
mod protobuf;
pub mod reply;
pub mod schema;
#[cfg(test)]
mod vectors;

use vestibule_model::{ChannelEvent, Close};

pub use batch::Batch;
pub use command::{Command, Commands, Malformed, Request};
pub use reply::{Answer, ConnectResult, ErrorReply, NotJson, Push, Reply, SubscribePush, SubscribeResult};
pub use schema::{
    ChannelRequest, ConnectRequest, HistoryRequest, PublishRequest, RefreshRequest, RpcRequest, SendRequest,
    StreamPosition, SubRefreshRequest, SubscribeRequest,
};

/// How a connection writes its messages, decided when it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Objects separated by one line feed.
    Json,
    /// Messages with their length, as a varint, before each.
    Protobuf,
}

/// The ping of the protocol as one message: an empty reply.
pub const fn ping(encoding: Encoding) -> &'static [u8] {
    match encoding {
        Encoding::Json => b"{}",
        Encoding::Protobuf => b"\0",
    }
}

/// Appends what happened in a channel, as one message, to `message`.
///
/// # Errors
/// When a JSON peer would have to read bytes that are not JSON; `message` is then as it was. The reason is the one
/// with which such a peer's connection ends.
pub fn write_event(
    encoding: Encoding,
    channel: &str,
    event: &ChannelEvent,
    message: &mut Vec<u8>,
) -> Result<(), Close> {
    layout::write(encoding, &layout::EventPush { channel, event }, message).map_err(Close::from)
}
