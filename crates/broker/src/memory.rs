//! The embedded broker: one node, everything in this process's memory, lost at restart.
//!
//! Channels live in partitions, each behind its own lock. A call takes exactly one of these locks, for as long as it
//! takes to change the channel and to put the deliveries into the workers' inboxes: so every worker sees a channel's
//! publications in the order of their offsets. No lock is held over an await, and every future is ready when it is
//! first polled. A [`Courier`] must not call the broker from within `deliver` or `has_room`.
//!
//! - [`limits`]: every bound, and how full each of them is;
//! - [`partition`]: the channels behind one lock, and when the next of them expires;
//! - [`channel`]: what is known of one channel, and what publishing means;
//! - [`stream`], [`repeats`], [`presence`], [`workers`]: the parts of a channel;
//! - [`agenda`]: the queue of expiries.
//!
//! Expiry is honoured by every read, whether or not [`Broker::sweep`] has come by; sweeping gives the memory back.

mod agenda;
mod channel;
pub mod limits;
mod partition;
mod presence;
#[cfg(test)]
mod property;
mod repeats;
mod stream;
#[cfg(test)]
mod tests;
mod workers;

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use foldhash::fast::RandomState;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use vestibule_model::{
    ChannelKey, ClientId, ClientInfo, Epoch, HistoryPage, HistoryQuery, Now, PresenceStats, Publication,
    PublishOptions, Published,
};

use crate::{Announcement, Broker, BrokerError, Courier, WorkerId};
use limits::Budgets;
pub use limits::{Limits, Usage};
use partition::Partition;

/// So many locks: enough that the workers of a big machine seldom meet at one.
const PARTITIONS: usize = 64;

/// The broker of a single node.
pub struct MemoryBroker {
    partitions: Box<[Mutex<Partition>]>,
    /// Chooses a channel's partition, and nothing else: behaviour does not depend on it.
    hasher: RandomState,
    common: Common,
}

/// What all partitions share.
struct Common {
    courier: Arc<dyn Courier>,
    limits: Limits,
    budgets: Budgets,
    dice: Mutex<SmallRng>,
}

impl MemoryBroker {
    /// A broker without channels that delivers through `courier`. The names of epochs come from `dice`.
    pub fn new(courier: Arc<dyn Courier>, limits: Limits, dice: &mut impl Rng) -> Self {
        Self {
            partitions: (0..PARTITIONS).map(|_| Mutex::new(Partition::default())).collect(),
            hasher: RandomState::default(),
            common: Common {
                courier,
                limits,
                budgets: Budgets::new(&limits),
                dice: Mutex::new(SmallRng::from_rng(dice)),
            },
        }
    }

    /// How much of each limit is in use.
    pub fn usage(&self) -> Usage {
        self.common.budgets.usage()
    }

    fn partition(&self, channel: &ChannelKey) -> MutexGuard<'_, Partition> {
        // The maps inside the partitions use the lowest and the highest bits of their hash. Theirs has another seed;
        // taking bits from the middle keeps that from mattering.
        let hash = self.hasher.hash_one(channel);
        lock(&self.partitions[(hash >> 32) as usize % PARTITIONS])
    }
}

impl Common {
    fn new_epoch(&self) -> Epoch {
        stream::new_epoch(&mut *lock(&self.dice))
    }
}

/// Locks, also after a panic under the lock. A panic costs one connection and must not take the channel from all
/// others. It is safe to go on: state is changed before the courier is called, the one foreign code that runs under
/// a lock, and whatever must follow a change is done by a guard. At worst some workers miss one delivery, and their
/// subscribers find the gap by its offset.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Broker for MemoryBroker {
    async fn publish(
        &self,
        channel: &ChannelKey,
        publication: Publication,
        options: &PublishOptions,
        now: Now,
    ) -> Result<Published, BrokerError> {
        self.partition(channel).publish(channel, publication, options, now.moment, &self.common)
    }

    async fn announce(&self, channel: &ChannelKey, event: Announcement) -> Result<(), BrokerError> {
        self.partition(channel).announce(channel, event, &*self.common.courier)
    }

    async fn subscribe(&self, worker: WorkerId, channel: &ChannelKey) -> Result<(), BrokerError> {
        self.partition(channel).subscribe(worker, channel, &self.common)
    }

    async fn unsubscribe(&self, worker: WorkerId, channel: &ChannelKey) -> Result<(), BrokerError> {
        self.partition(channel).unsubscribe(worker, channel, &self.common);
        Ok(())
    }

    async fn history(
        &self,
        channel: &ChannelKey,
        query: &HistoryQuery,
        meta_ttl: Duration,
        now: Now,
    ) -> Result<HistoryPage, BrokerError> {
        self.partition(channel).history(channel, query, meta_ttl, now.moment, &self.common)
    }

    async fn remove_history(&self, channel: &ChannelKey) -> Result<(), BrokerError> {
        self.partition(channel).remove_history(channel, &self.common);
        Ok(())
    }

    async fn enter(&self, channel: &ChannelKey, info: &Arc<ClientInfo>, _: Now) -> Result<(), BrokerError> {
        self.partition(channel).enter(channel, info, &self.common)
    }

    async fn leave(&self, channel: &ChannelKey, client: ClientId) -> Result<(), BrokerError> {
        self.partition(channel).leave(channel, client, &self.common);
        Ok(())
    }

    async fn presence(&self, channel: &ChannelKey, _: Now) -> Result<Vec<Arc<ClientInfo>>, BrokerError> {
        Ok(self.partition(channel).presence(channel))
    }

    async fn presence_stats(&self, channel: &ChannelKey, _: Now) -> Result<PresenceStats, BrokerError> {
        Ok(self.partition(channel).presence_stats(channel))
    }

    /// Each partition is locked in its turn, for at most [`Limits::sweep_batch`] steps; what is left waits for the
    /// next call.
    fn sweep(&self, now: Now) {
        for partition in &self.partitions {
            lock(partition).sweep(now.moment, &self.common);
        }
    }
}
