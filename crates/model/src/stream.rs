//! What can be asked of a channel's stream and of its presence.

use std::sync::Arc;
use std::time::Duration;

use crate::{Position, Publication};

/// How much of a channel's past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// At most so many publications; the oldest goes first. At least 1.
    pub size: u32,
    /// All of them, for so long after the last one was published. At least one second.
    pub ttl: Duration,
    /// The position (offset and epoch) survives its publications for so long after the last access.
    pub meta_ttl: Duration,
}

/// How a publication is to be published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishOptions {
    /// Keep it in the channel's history; `None`: only those who listen now get it, and it has no position.
    pub retention: Option<Retention>,
    /// A repeated publish with the same key within [`IDEMPOTENCY_WINDOW`] is not delivered again and answers with
    /// the first one's position.
    pub idempotency_key: Option<Box<str>>,
    /// Suppress this publication unless its `version` is higher than the last one kept under the same
    /// `version_epoch`. Only with history and a version above 0.
    pub version_epoch: Option<Box<str>>,
}

/// For how long the key of a publish is remembered.
pub const IDEMPOTENCY_WINDOW: Duration = Duration::from_secs(300);

/// What became of a publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Where the publication stands; `None` without history.
    pub position: Option<Position>,
    /// True when it was a repetition or an old version, and so was delivered to nobody.
    pub suppressed: bool,
}

/// Which part of a stream to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Only publications after this place (before it, when reading in reverse). An empty epoch is not compared;
    /// a different one is refused as unrecoverable.
    pub since: Option<Position>,
    /// At most so many publications; `Some(0)` asks for the position alone, `None` for all.
    pub limit: Option<u32>,
    /// Newest first.
    pub reverse: bool,
}

impl HistoryQuery {
    /// Asks only where the stream stands.
    pub const POSITION: Self = Self { since: None, limit: Some(0), reverse: false };
}

/// A part of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// In the order that was asked for.
    pub publications: Vec<Arc<Publication>>,
    /// Where the stream stands now.
    pub top: Position,
}

/// How many are in a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PresenceStats {
    /// Connections.
    pub clients: u32,
    /// Different users among them.
    pub users: u32,
}
