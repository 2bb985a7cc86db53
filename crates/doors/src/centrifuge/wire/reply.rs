//! What a peer can be answered, and what it can be told unasked.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{
    ChannelEvent, ClientId, ClientInfo, Close, HistoryPage, Position, PresenceStats, Publication,
};

use crate::centrifuge::codes::disconnect;

/// The answer to one command.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The command's id.
    pub id: u32,
    /// What came of it.
    pub result: Result<Answer, ErrorReply>,
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReply {
    /// The code, of the protocol's list or the backend's own.
    pub code: u32,
    /// A short text for people.
    pub message: Cow<'static, str>,
    /// The same command may succeed later.
    pub temporary: bool,
}

/// The answer to a command that was carried out.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The connection is open.
    Connect(Box<ConnectResult>),
    /// The subscription stands.
    Subscribe(SubscribeResult),
    /// The subscription has ended.
    Unsubscribe,
    /// It is published.
    Publish,
    /// Who is in the channel.
    Presence(Vec<Arc<ClientInfo>>),
    /// How many are in the channel.
    PresenceStats(PresenceStats),
    /// What was published.
    History(HistoryPage),
    /// What the backend answers; empty: nothing.
    Rpc(Bytes),
    /// The connection now expires in so many seconds; `None`: never.
    Refresh(Option<u32>),
    /// The subscription now expires in so many seconds; `None`: never.
    SubRefresh(Option<u32>),
}

/// An open connection.
#[derive(Clone, Debug)]
pub struct ConnectResult {
    /// Its name among its peers.
    pub client: ClientId,
    /// The server's version.
    pub version: Cow<'static, str>,
    /// The peer must refresh its token within so many seconds; `None`: it need not.
    pub expires: Option<u32>,
    /// From the backend or the token.
    pub data: Option<Bytes>,
    /// The server-side subscriptions, by channel.
    pub subs: Vec<(Box<str>, SubscribeResult)>,
    /// Seconds between pings of the protocol; 0: there are none.
    pub ping: u32,
    /// The server waits for the pongs.
    pub pong: bool,
    /// The session's name, for transports that emulate a connection.
    pub session: Box<str>,
    /// The node's name, for transports that emulate a connection.
    pub node: Box<str>,
    /// The server's calendar, in milliseconds since 1970; 0: it does not say.
    pub time: i64,
}

impl ConnectResult {
    /// A connection of which nothing more is to be said.
    pub fn new(client: ClientId, version: impl Into<Cow<'static, str>>) -> Self {
        Self {
            client,
            version: version.into(),
            expires: None,
            data: None,
            subs: Vec::new(),
            ping: 0,
            pong: false,
            session: Box::default(),
            node: Box::default(),
            time: 0,
        }
    }
}

/// A subscription that stands.
#[derive(Clone, Debug, Default)]
pub struct SubscribeResult {
    /// The peer must refresh its token within so many seconds; `None`: it need not.
    pub expires: Option<u32>,
    /// What is missed can be recovered.
    pub recoverable: bool,
    /// Whence the peer counts on: the stream's top, or its own position when `publications` lead on from there.
    pub position: Option<Position>,
    /// What it missed, oldest first.
    pub publications: Vec<Arc<Publication>>,
    /// It now has everything.
    pub recovered: bool,
    /// The subscription watches its position.
    pub positioned: bool,
    /// From the backend or the token.
    pub data: Option<Bytes>,
    /// The peer wished to recover.
    pub was_recovering: bool,
}

/// What a peer is told unasked.
#[derive(Clone, Debug)]
pub enum Push {
    /// Something happened in a channel.
    Event(ChannelEvent),
    /// The server ended a subscription.
    Unsubscribe {
        /// The code, of the protocol's list or the backend's own.
        code: u32,
        /// A short text for people.
        reason: Cow<'static, str>,
    },
    /// The server made a subscription.
    Subscribe(SubscribePush),
    /// From the backend; of no channel.
    Message(Bytes),
    /// The connection is open: what a peer that sends no commands is told first; of no channel.
    Connect(Box<ConnectResult>),
    /// The connection ends: for transports without a close frame; of no channel.
    Disconnect {
        /// The code, of the protocol's list or the backend's own.
        code: u32,
        /// A short text for people.
        reason: Cow<'static, str>,
    },
    /// The connection now expires in so many seconds, `None`: never; of no channel.
    Refresh(Option<u32>),
}

/// A subscription that the server made.
#[derive(Clone, Debug, Default)]
pub struct SubscribePush {
    /// What is missed can be recovered.
    pub recoverable: bool,
    /// The stream's top.
    pub position: Option<Position>,
    /// The subscription watches its position.
    pub positioned: bool,
    /// From the backend or the token.
    pub data: Option<Bytes>,
}

/// A JSON peer would have to read bytes that are not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotJson;

impl From<NotJson> for Close {
    fn from(_: NotJson) -> Self {
        disconnect::INAPPROPRIATE_PROTOCOL
    }
}
