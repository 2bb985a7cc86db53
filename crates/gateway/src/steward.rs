//! Carries out what sessions ask for.
//!
//! One `match` leads from an effect to the function that does it. The steward holds what is shared by all workers
//! (trusted realms, broker, records) and nothing of any connection.
//!
//! - `records`: what is kept, revocations first of all; `verify`: tokens that come with a connection;
//! - `subscribe`, `recovery`: what a subscription needs of the world; `errand`: things that may take a while.

mod errand;
pub mod records;
mod recovery;
mod subscribe;
mod verify;

use std::sync::Arc;

use vestibule_broker::memory::MemoryBroker;
use vestibule_broker::{Broker, BrokerError, WorkerId};
use vestibule_doors::contract::{Effect, Fault, Outcome};
use vestibule_model::{
    ChannelKey, ClientInfo, Credential, Cure, Door, HistoryQuery, Now, OrganisationId, Position, UserId,
};

use crate::keys::KeyKeeper;
use crate::telemetry::Refusals;

pub use errand::{Errand, Spawn};
pub use records::Records;
pub use subscribe::{Departure, NewSubscription};
pub use verify::{NotGood, SignalTrusts, Trusts, Unidentified};

/// The broker of this house. A second kind makes this an enum with one arm each.
pub type HouseBroker = MemoryBroker;

/// Carries out effects. Cloning costs one reference count.
#[derive(Clone)]
pub struct Steward(Arc<Inner>);

struct Inner {
    trusts: Trusts,
    keys: KeyKeeper,
    broker: HouseBroker,
    records: Records,
    refusals: Refusals,
    spawn: Spawn,
}

impl Steward {
    /// A steward over these. `spawn` takes what cannot be done at once.
    pub fn new(trusts: Trusts, keys: KeyKeeper, broker: HouseBroker, records: Records, spawn: Spawn) -> Self {
        Self(Arc::new(Inner { trusts, keys, broker, records, refusals: Refusals::default(), spawn }))
    }

    /// What is kept.
    pub fn records(&self) -> &Records {
        &self.0.records
    }

    /// What it takes for that user to come in again, if such a token of his is revoked.
    pub fn revoked(
        &self,
        organisation: &OrganisationId,
        user: &UserId,
        credential: &Credential,
        now: Now,
    ) -> Option<Cure> {
        self.0.records.revocations().find(organisation, user, credential, now.unix)
    }

    /// Which tokens were not taken.
    pub fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    /// The broker, for those who publish without a connection.
    pub fn broker(&self) -> &HouseBroker {
        &self.0.broker
    }

    /// Carries out an effect of a session of that door that concerns no worker's own state.
    pub async fn perform(self, door: Door, effect: Effect, now: Now) -> Outcome {
        let broker = self.broker();
        match effect {
            Effect::Authenticate(token) => {
                Outcome::Identity(self.authenticate(door, token, now).await.map(Box::new))
            }
            Effect::AuthenticateConsumer(token) => {
                Outcome::Identity(self.authenticate_consumer(&token, now).await.map(Box::new))
            }
            Effect::Authorise(token) => Outcome::Grant(self.authorise(&token, now).await.map(Box::new)),
            Effect::Publish { channel, publication, options } => Outcome::Published(
                broker.publish(&channel, publication, &options, now).await.map(|_| ()).map_err(fault),
            ),
            Effect::Presence(channel) => {
                Outcome::Presence(broker.presence(&channel, now).await.map_err(fault))
            }
            Effect::PresenceStats(channel) => {
                Outcome::PresenceStats(broker.presence_stats(&channel, now).await.map_err(fault))
            }
            Effect::History { channel, query, meta_ttl } => {
                Outcome::History(broker.history(&channel, &query, meta_ttl, now).await.map_err(fault))
            }
            Effect::Admit(_) | Effect::Subscribe(_) | Effect::Enter(..) => {
                unreachable!("a worker keeps its own roster and shard, and never hands these on")
            }
        }
    }

    /// The client is still in the channel.
    pub fn still_there(&self, channel: ChannelKey, info: Arc<ClientInfo>, now: Now) {
        let steward = self.clone();
        self.run(async move {
            // A presence that could not be renewed is renewed at the next interval, or expires.
            let _retried = steward.broker().enter(&channel, &info, now).await;
        });
    }

    /// Where the channel's stream stands; `None` when it cannot be told now.
    pub async fn top(self, channel: ChannelKey, meta_ttl: std::time::Duration, now: Now) -> Option<Position> {
        let page = self.broker().history(&channel, &HistoryQuery::POSITION, meta_ttl, now).await;
        page.ok().map(|page| page.top)
    }

    /// A subscription has ended. `worker`: it was that worker's last in the channel.
    pub fn end(&self, channel: ChannelKey, departure: Option<Departure>, worker: Option<WorkerId>) {
        if departure.as_ref().is_none_or(|departure| !departure.concerns_others()) && worker.is_none() {
            return;
        }
        let steward = self.clone();
        self.run(async move { steward.depart(&channel, departure, worker).await });
    }
}

/// As much of a broker's trouble as a session may know.
fn fault(error: BrokerError) -> Fault {
    match error {
        BrokerError::Unrecoverable => Fault::Unrecoverable,
        BrokerError::Overloaded => Fault::Overloaded,
        BrokerError::Unavailable => Fault::Unavailable,
        BrokerError::NotSupported => Fault::NotSupported,
    }
}
