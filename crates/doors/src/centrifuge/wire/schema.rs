//! The requests, field by field: one description for both encodings.
//!
//! The numbers are the protocol's; the names are what JSON peers write. A payload (`data`) is whatever the peer sent:
//! a raw JSON value of a JSON peer, any bytes of a Protobuf peer; empty when it is not there. Fields of features that
//! this server does not have are described where a session has to refuse them, and otherwise skipped like every
//! field that is not known.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use prost::Message;
use serde::Deserialize;

use super::lenient;

/// Opens the connection.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[prost(skip_debug)]
#[serde(default)]
pub struct ConnectRequest {
    /// The connection token; empty without one.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub token: String,
    /// For the backend.
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
    /// The server-side subscriptions that the peer had, or wishes for, by channel.
    #[prost(btree_map = "string, message", tag = "3")]
    #[serde(deserialize_with = "lenient::objects")]
    pub subs: BTreeMap<String, SubscribeRequest>,
    /// What the peer calls its kind of client.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The version of that kind of client.
    #[prost(string, tag = "5")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub version: String,
    /// Headers that the peer's transport could not send.
    #[prost(btree_map = "string, string", tag = "6")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub headers: BTreeMap<String, String>,
}

/// Starts a subscription.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[prost(skip_debug)]
#[serde(default)]
pub struct SubscribeRequest {
    /// To what.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub channel: String,
    /// The subscription token; empty without one.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub token: String,
    /// Give me what I missed since `offset` in `epoch`.
    #[prost(bool, tag = "3")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub recover: bool,
    /// The epoch of the position that the peer knows; empty when it knows none.
    #[prost(string, tag = "6")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub epoch: String,
    /// The offset of the position that the peer knows.
    #[prost(uint64, tag = "7")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub offset: u64,
    /// For the backend.
    #[prost(bytes = "bytes", tag = "8")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
    /// I want a position.
    #[prost(bool, tag = "9")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub positioned: bool,
    /// I want to be able to recover.
    #[prost(bool, tag = "10")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub recoverable: bool,
    /// I want to be told of others' coming and going.
    #[prost(bool, tag = "11")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub join_leave: bool,
    /// The delta compression that the peer understands; empty: none.
    #[prost(string, tag = "12")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub delta: String,
    /// A filter by tags, unread: it can only be refused.
    #[prost(bytes = "bytes", optional, tag = "13")]
    #[serde(deserialize_with = "lenient::unread")]
    pub tf: Option<Bytes>,
    /// Bits: 1 offers channel compaction, 2 is [`SubscribeRequest::REJECT_UNRECOVERED`].
    #[prost(int64, tag = "14")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub flag: i64,
    /// The kind of subscription: 0 a stream, 1 to 3 maps, 4 a shared poll.
    #[prost(int32, tag = "15")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub r#type: i32,
    /// The phase of a map subscription; 0: live.
    #[prost(int32, tag = "16")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub phase: i32,
}

impl SubscribeRequest {
    /// The bit of `flag` that asks for an error rather than a subscription without what was missed.
    pub const REJECT_UNRECOVERED: i64 = 2;
}

/// Names a channel: the whole request of unsubscribe, presence and presence_stats.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[serde(default)]
pub struct ChannelRequest {
    /// Which one.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub channel: String,
}

/// Publishes to a channel.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[prost(skip_debug)]
#[serde(default)]
pub struct PublishRequest {
    /// Where.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub channel: String,
    /// What.
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
    /// The kind of channel: 0 a stream, 1 a map.
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub r#type: i32,
}

/// Asks for a part of a channel's history.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[serde(default)]
pub struct HistoryRequest {
    /// Whose.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub channel: String,
    /// At most so many publications; 0: none, below 0: all.
    #[prost(int32, tag = "7")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub limit: i32,
    /// Only what lies beyond this position.
    #[prost(message, optional, tag = "8")]
    #[serde(deserialize_with = "lenient::object")]
    pub since: Option<StreamPosition>,
    /// Newest first.
    #[prost(bool, tag = "9")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub reverse: bool,
}

/// A position as a peer says it.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[serde(default)]
pub struct StreamPosition {
    /// Counts publications since the epoch began.
    #[prost(uint64, tag = "1")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub offset: u64,
    /// The stream's life; empty when the peer does not say.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub epoch: String,
}

/// A request without content.
#[derive(Clone, Copy, PartialEq, Eq, Message, Deserialize)]
pub(super) struct PingRequest {}

/// Tells the backend something.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[prost(skip_debug)]
#[serde(default)]
pub struct SendRequest {
    /// What.
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
}

/// Calls the backend.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[prost(skip_debug)]
#[serde(default)]
pub struct RpcRequest {
    /// The arguments.
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "lenient::raw")]
    pub data: Bytes,
    /// What is called; empty for the backend's only one.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub method: String,
}

/// Prolongs the connection.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[prost(skip_debug)]
#[serde(default)]
pub struct RefreshRequest {
    /// The new connection token.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub token: String,
}

/// Prolongs a subscription.
#[derive(Clone, PartialEq, Eq, Message, Deserialize)]
#[prost(skip_debug)]
#[serde(default)]
pub struct SubRefreshRequest {
    /// Which one.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub channel: String,
    /// The new subscription token.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub token: String,
    /// What for: 0 a new token, 1 and 2 the keys of a shared poll.
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub r#type: i32,
}

/// Requests that carry a token or a payload show neither.
macro_rules! reticent {
    ($($request:ident { $($shown:ident),* })*) => {$(
        impl fmt::Debug for $request {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($request))$(.field(stringify!($shown), &self.$shown))*.finish_non_exhaustive()
            }
        }
    )*};
}

reticent! {
    ConnectRequest { name, version }
    SubscribeRequest { channel, recover, epoch, offset, positioned, recoverable, join_leave, delta, flag, r#type }
    PublishRequest { channel, r#type }
    SendRequest {}
    RpcRequest { method }
    RefreshRequest {}
    SubRefreshRequest { channel, r#type }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_show_neither_tokens_nor_payloads() {
        let (token, data) = ("SECRET".to_owned(), Bytes::from_static(b"SECRET"));
        let connect = ConnectRequest {
            token: token.clone(),
            data: data.clone(),
            headers: [("cookie".to_owned(), token.clone())].into(),
            ..Default::default()
        };
        let subscribe = SubscribeRequest { token: token.clone(), data: data.clone(), ..Default::default() };
        let publish = PublishRequest { data: data.clone(), ..Default::default() };
        let (send, rpc) = (SendRequest { data: data.clone() }, RpcRequest { data, ..Default::default() });
        let refresh = RefreshRequest { token: token.clone() };
        let sub_refresh = SubRefreshRequest { token, ..Default::default() };
        let shown =
            format!("{connect:?} {subscribe:?} {publish:?} {send:?} {rpc:?} {refresh:?} {sub_refresh:?}");
        assert!(shown.contains("SubRefreshRequest"), "{shown}");
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
