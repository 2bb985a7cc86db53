//! What the house asks of a broker, and what a broker asks of the house.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{
    ChannelKey, ClientId, ClientInfo, Delivery, HistoryPage, HistoryQuery, Now, PresenceStats, Publication,
    PublishOptions, Published,
};

/// A worker of this node; they are numbered from 0, and there are at most [`WorkerId::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId(pub u8);

impl WorkerId {
    /// So many workers a node can have: one bit for each fits a word.
    pub const MAX: usize = 64;
}

/// Carries deliveries to the workers of this node. The house implements it over the workers' inboxes.
///
/// A broker calls it while it holds the channel, so that the order holds: a courier must not call the broker back.
pub trait Courier: Send + Sync + 'static {
    /// Whether the worker's inbox has room. A broker asks before it accepts a publication that would go there, and
    /// refuses the publication with [`BrokerError::Overloaded`] otherwise: what was accepted is never dropped. Two
    /// channels may ask at the same time and both be told yes, so the bound can be passed by a few deliveries.
    fn has_room(&self, worker: WorkerId) -> bool;

    /// Puts the delivery into the worker's inbox. Deliveries of one channel arrive in the order of these calls.
    fn deliver(&self, worker: WorkerId, delivery: Delivery);
}

/// Why a broker could not do what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerError {
    /// The epoch that was asked about is over. The asker's position is lost.
    Unrecoverable,
    /// More was published than the workers can take, or more is to be kept than there is room for: try again.
    Overloaded,
    /// The broker cannot be reached: try again.
    Unavailable,
    /// This broker does not have that feature.
    NotSupported,
}

impl fmt::Display for BrokerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unrecoverable => "the stream has started anew since the position that was asked about",
            Self::Overloaded => "the workers' inboxes or the broker's own bounds are full",
            Self::Unavailable => "the broker cannot be reached",
            Self::NotSupported => "the broker does not have this feature",
        })
    }
}

impl std::error::Error for BrokerError {}

/// A broker. `now` is the time of the call; a broker reads no clock.
///
/// The memory broker's futures are ready at once, so callers poll a call in place before they hand it to an executor.
pub trait Broker: Send + Sync + 'static {
    /// Gives `publication` its place and delivers it to every worker that is subscribed to the channel. The position
    /// in `publication` is ignored and replaced.
    fn publish(
        &self,
        channel: &ChannelKey,
        publication: Publication,
        options: &PublishOptions,
        now: Now,
    ) -> impl Future<Output = Result<Published, BrokerError>> + Send;

    /// Delivers a join or leave to every worker that is subscribed to the channel. It has no position and is not kept.
    /// Refused like a publication when a worker has no room for it.
    fn announce(
        &self,
        channel: &ChannelKey,
        event: Announcement,
    ) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// From now on the worker gets the channel's deliveries. Doing it twice is the same as once.
    fn subscribe(
        &self,
        worker: WorkerId,
        channel: &ChannelKey,
    ) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// The worker no longer gets the channel's deliveries.
    fn unsubscribe(
        &self,
        worker: WorkerId,
        channel: &ChannelKey,
    ) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// Reads the stream. A channel without one gets an empty stream with a fresh epoch, so every channel has a
    /// position. `meta_ttl` is how long the position lives on from now.
    fn history(
        &self,
        channel: &ChannelKey,
        query: &HistoryQuery,
        meta_ttl: Duration,
        now: Now,
    ) -> impl Future<Output = Result<HistoryPage, BrokerError>> + Send;

    /// Forgets the publications of a channel; offset and epoch stay.
    fn remove_history(&self, channel: &ChannelKey) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// Counts the client as present. Called again in each presence interval for as long as it stays.
    fn enter(
        &self,
        channel: &ChannelKey,
        info: &Arc<ClientInfo>,
        now: Now,
    ) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// Counts the client as gone.
    fn leave(
        &self,
        channel: &ChannelKey,
        client: ClientId,
    ) -> impl Future<Output = Result<(), BrokerError>> + Send;

    /// Who is present, in no particular order.
    fn presence(
        &self,
        channel: &ChannelKey,
        now: Now,
    ) -> impl Future<Output = Result<Vec<Arc<ClientInfo>>, BrokerError>> + Send;

    /// How many are present.
    fn presence_stats(
        &self,
        channel: &ChannelKey,
        now: Now,
    ) -> impl Future<Output = Result<PresenceStats, BrokerError>> + Send;

    /// Housekeeping: drops what has expired. The house calls it about once a second.
    fn sweep(&self, now: Now);
}

/// Someone came or went.
#[derive(Clone, Debug)]
pub enum Announcement {
    /// The client subscribed.
    Join(Arc<ClientInfo>),
    /// The client left.
    Leave(Arc<ClientInfo>),
}
