//! What is published, and where it stands in its channel's stream.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::{ChannelKey, ClientId, UserId};

/// The life of a channel's stream: it changes when the stream starts anew, so that an old offset is never
/// mistaken for a new one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Epoch(Arc<str>);

impl Epoch {
    /// The epoch of that name. Brokers make 8 random letters; a peer may send anything.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Its name. Empty means that a peer did not say.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Epoch({})", self.0)
    }
}

/// A place in a channel's stream. The first publication of an epoch has offset 1; offset 0 is before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Counts publications since the epoch began.
    pub offset: u64,
    /// The stream's life that the offset counts in.
    pub epoch: Epoch,
}

/// Labels of a publication, by which it can be filtered.
pub type Tags = BTreeMap<Box<str>, Box<str>>;

/// Who stands behind a client id: what others see in presence, join, leave and publications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The user.
    pub user: UserId,
    /// The connection.
    pub client: ClientId,
    /// What the connection token says for others to see; opaque bytes, JSON for JSON clients.
    pub connection: Option<Bytes>,
    /// What the subscription says for others to see; opaque bytes, JSON for JSON clients.
    pub channel: Option<Bytes>,
}

/// One message of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    /// The payload, opaque; JSON for JSON clients.
    pub data: Bytes,
    /// The client that published it; absent for the server API.
    pub info: Option<Arc<ClientInfo>>,
    /// Labels, when the publisher gave some.
    pub tags: Option<Arc<Tags>>,
    /// Where it stands, when the channel keeps history.
    pub position: Option<Position>,
    /// The version that the publisher gave, 0 when none.
    pub version: u64,
}

/// What subscribers of a channel can be told.
#[derive(Clone, Debug)]
pub enum ChannelEvent {
    /// A message.
    Publication(Arc<Publication>),
    /// A client subscribed.
    Join(Arc<ClientInfo>),
    /// A client left.
    Leave(Arc<ClientInfo>),
}

/// An event on its way to the subscribers of a channel.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The channel.
    pub channel: ChannelKey,
    /// What happened in it.
    pub event: ChannelEvent,
}
