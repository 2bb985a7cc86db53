//! Pushes as a client reads them.

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message;
use serde::Deserialize;

use super::{ClientInfo, Payload, Publication, Refresh, SubscribeResult};
use crate::centrifuge::wire::lenient;

/// What was not asked for: the field that is set says what it is.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Push {
    /// Where; empty for what is of no channel.
    #[prost(string, tag = "2")]
    pub channel: String,
    /// A message.
    #[prost(message, optional, tag = "4")]
    pub r#pub: Option<Publication>,
    /// A client subscribed.
    #[prost(message, optional, tag = "5")]
    pub join: Option<Moved>,
    /// A client left.
    #[prost(message, optional, tag = "6")]
    pub leave: Option<Moved>,
    /// The server ended the subscription.
    #[prost(message, optional, tag = "7")]
    pub unsubscribe: Option<Unsubscribe>,
    /// From the backend.
    #[prost(message, optional, tag = "8")]
    pub message: Option<Payload>,
    /// The server made a subscription.
    #[prost(message, optional, tag = "9")]
    pub subscribe: Option<Subscribe>,
    /// The connection is open.
    #[prost(message, optional, tag = "10")]
    pub connect: Option<Connect>,
    /// The connection ends.
    #[prost(message, optional, tag = "11")]
    pub disconnect: Option<Disconnect>,
    /// The connection was prolonged.
    #[prost(message, optional, tag = "12")]
    pub refresh: Option<Refresh>,
}

/// A join or a leave.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Moved {
    /// Who.
    #[prost(message, optional, tag = "1")]
    pub info: Option<ClientInfo>,
}

/// The end of a subscription.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Unsubscribe {
    /// From the list of codes.
    #[prost(uint32, tag = "2")]
    pub code: u32,
    /// For people.
    #[prost(string, tag = "3")]
    pub reason: String,
}

/// The end of the connection.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Disconnect {
    /// From the list of codes.
    #[prost(uint32, tag = "1")]
    pub code: u32,
    /// For people.
    #[prost(string, tag = "2")]
    pub reason: String,
}

/// A subscription that the server made.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Subscribe {
    /// What is missed can be recovered.
    #[prost(bool, tag = "1")]
    pub recoverable: bool,
    /// The life of the stream.
    #[prost(string, tag = "4")]
    pub epoch: String,
    /// Its top.
    #[prost(uint64, tag = "5")]
    pub offset: u64,
    /// It watches its position.
    #[prost(bool, tag = "6")]
    pub positioned: bool,
    /// From the backend or the token.
    #[prost(bytes = "bytes", tag = "7")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
}

/// An open connection, as a push.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub struct Connect {
    /// Its name.
    #[prost(string, tag = "1")]
    pub client: String,
    /// The server's.
    #[prost(string, tag = "2")]
    pub version: String,
    /// From the backend or the token.
    #[prost(bytes = "bytes", tag = "3")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
    /// The server-side subscriptions, by channel.
    #[prost(btree_map = "string, message", tag = "4")]
    pub subs: BTreeMap<String, SubscribeResult>,
    /// The token must be refreshed.
    #[prost(bool, tag = "5")]
    pub expires: bool,
    /// In so many seconds.
    #[prost(uint32, tag = "6")]
    pub ttl: u32,
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
