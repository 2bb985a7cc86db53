//! Replies and pushes as a client reads them, from either encoding.
//!
//! Payloads are raw JSON from a JSON server and any bytes from a Protobuf server; empty when they are not there.

pub mod push;

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message;
use serde::Deserialize;

pub use push::Push;

use crate::centrifuge::wire::lenient;

/// One reply, push or ping: a ping has neither an id nor a field that is set.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Reply {
    /// The command that it answers; 0: none.
    #[prost(uint32, tag = "1")]
    pub id: u32,
    /// The command was refused.
    #[prost(message, optional, tag = "2")]
    pub error: Option<ErrorReply>,
    /// It was not asked for.
    #[prost(message, optional, tag = "4")]
    pub push: Option<Push>,
    /// The connection is open.
    #[prost(message, optional, tag = "5")]
    pub connect: Option<ConnectResult>,
    /// The subscription stands.
    #[prost(message, optional, tag = "6")]
    pub subscribe: Option<SubscribeResult>,
    /// The subscription has ended.
    #[prost(message, optional, tag = "7")]
    pub unsubscribe: Option<Nothing>,
    /// It is published.
    #[prost(message, optional, tag = "8")]
    pub publish: Option<Nothing>,
    /// Who is in the channel.
    #[prost(message, optional, tag = "9")]
    pub presence: Option<PresenceResult>,
    /// How many are in the channel.
    #[prost(message, optional, tag = "10")]
    pub presence_stats: Option<PresenceStatsResult>,
    /// What was published.
    #[prost(message, optional, tag = "11")]
    pub history: Option<HistoryResult>,
    /// Never sent.
    #[prost(message, optional, tag = "12")]
    pub ping: Option<Nothing>,
    /// What the backend answers.
    #[prost(message, optional, tag = "13")]
    pub rpc: Option<Payload>,
    /// The connection was prolonged.
    #[prost(message, optional, tag = "14")]
    pub refresh: Option<RefreshResult>,
    /// The subscription was prolonged.
    #[prost(message, optional, tag = "15")]
    pub sub_refresh: Option<Refresh>,
}

/// Why a command was refused.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct ErrorReply {
    /// From the list of errors.
    #[prost(uint32, tag = "1")]
    pub code: u32,
    /// For people.
    #[prost(string, tag = "2")]
    pub message: String,
    /// Try again.
    #[prost(bool, tag = "3")]
    pub temporary: bool,
}

/// Who stands behind a client id.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct ClientInfo {
    /// The user.
    #[prost(string, tag = "1")]
    pub user: String,
    /// The connection.
    #[prost(string, tag = "2")]
    pub client: String,
    /// Of the connection token.
    #[prost(bytes = "bytes", tag = "3")]
    #[serde(deserialize_with = "lenient::raw")]
    pub conn_info: Bytes,
    /// Of the subscription.
    #[prost(bytes = "bytes", tag = "4")]
    #[serde(deserialize_with = "lenient::raw")]
    pub chan_info: Bytes,
}

/// One message of a channel.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Publication {
    /// The payload.
    #[prost(bytes = "bytes", tag = "4")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
    /// Who published it; absent for the server API.
    #[prost(message, optional, tag = "5")]
    pub info: Option<ClientInfo>,
    /// Where it stands; 0 without history.
    #[prost(uint64, tag = "6")]
    pub offset: u64,
    /// Its labels.
    #[prost(btree_map = "string, string", tag = "7")]
    pub tags: BTreeMap<String, String>,
    /// The payload is a difference.
    #[prost(bool, tag = "8")]
    pub delta: bool,
    /// The life of the stream, with the first one.
    #[prost(string, tag = "14")]
    pub epoch: String,
    /// The version that the publisher gave.
    #[prost(uint64, tag = "16")]
    pub version: u64,
}

/// A payload alone.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Payload {
    /// The payload.
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
}

/// When something expires.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Refresh {
    /// It does.
    #[prost(bool, tag = "1")]
    pub expires: bool,
    /// In so many seconds.
    #[prost(uint32, tag = "2")]
    pub ttl: u32,
}

/// When the connection expires.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct RefreshResult {
    /// It does.
    #[prost(bool, tag = "3")]
    pub expires: bool,
    /// In so many seconds.
    #[prost(uint32, tag = "4")]
    pub ttl: u32,
}

/// An open connection, in reply.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct ConnectResult {
    /// Its name.
    #[prost(string, tag = "1")]
    pub client: String,
    /// The server's.
    #[prost(string, tag = "2")]
    pub version: String,
    /// The token must be refreshed.
    #[prost(bool, tag = "3")]
    pub expires: bool,
    /// In so many seconds.
    #[prost(uint32, tag = "4")]
    pub ttl: u32,
    /// From the backend or the token.
    #[prost(bytes = "bytes", tag = "5")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
    /// The server-side subscriptions, by channel.
    #[prost(btree_map = "string, message", tag = "6")]
    pub subs: BTreeMap<String, SubscribeResult>,
    /// Seconds between pings.
    #[prost(uint32, tag = "7")]
    pub ping: u32,
    /// The server waits for pongs.
    #[prost(bool, tag = "8")]
    pub pong: bool,
    /// The session's name.
    #[prost(string, tag = "9")]
    pub session: String,
    /// The node's name.
    #[prost(string, tag = "10")]
    pub node: String,
    /// The server's calendar, in milliseconds.
    #[prost(int64, tag = "11")]
    pub time: i64,
}

/// A subscription that stands.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct SubscribeResult {
    /// The token must be refreshed.
    #[prost(bool, tag = "1")]
    pub expires: bool,
    /// In so many seconds.
    #[prost(uint32, tag = "2")]
    pub ttl: u32,
    /// What is missed can be recovered.
    #[prost(bool, tag = "3")]
    pub recoverable: bool,
    /// The life of the stream.
    #[prost(string, tag = "6")]
    pub epoch: String,
    /// What was missed.
    #[prost(message, repeated, tag = "7")]
    pub publications: Vec<Publication>,
    /// Nothing is missing.
    #[prost(bool, tag = "8")]
    pub recovered: bool,
    /// Whence to count on.
    #[prost(uint64, tag = "9")]
    pub offset: u64,
    /// It watches its position.
    #[prost(bool, tag = "10")]
    pub positioned: bool,
    /// From the backend or the token.
    #[prost(bytes = "bytes", tag = "11")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
    /// Recovery was wished for.
    #[prost(bool, tag = "12")]
    pub was_recovering: bool,
}

/// Who is in a channel.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct PresenceResult {
    /// By client id.
    #[prost(btree_map = "string, message", tag = "1")]
    pub presence: BTreeMap<String, ClientInfo>,
}

/// How many are in a channel.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct PresenceStatsResult {
    /// Connections.
    #[prost(uint32, tag = "1")]
    pub num_clients: u32,
    /// Different users.
    #[prost(uint32, tag = "2")]
    pub num_users: u32,
}

/// A part of a stream.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct HistoryResult {
    /// In the order that was asked for.
    #[prost(message, repeated, tag = "1")]
    pub publications: Vec<Publication>,
    /// The life of the stream.
    #[prost(string, tag = "2")]
    pub epoch: String,
    /// Its top.
    #[prost(uint64, tag = "3")]
    pub offset: u64,
}

/// A result without content.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Nothing {}
