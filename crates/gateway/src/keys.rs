//! Fetches the keys that providers publish, and says what those hear who wait for one.
//!
//! What is decided stands in [`vestibule_auth::jwks`], which fetches nothing. Here is what moves it: for each realm with
//! published keys a desk in the back office, which owns the realm's machine and does the fetching that it asks for.
//! Verification only reads what was fetched last.
//!
//! - `desk`: moves the machine of one realm;
//! - `fetcher`: one fetch, with its bounds; `fault`: why one failed;
//! - `look`: one fetch for an operator; `news`: what a fetch changed, for the log.

mod desk;
mod fault;
mod fetcher;
mod look;
mod news;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use vestibule_auth::jwks::{Answer, Wish};
use vestibule_auth::{KeyWish, PublishedKeys, PublishedState};

use crate::clock::Clock;
use crate::telemetry::RealmCounters;

use desk::{Desk, LastFault};
pub use fault::{FetchFault, Missed};
use fetcher::Fetcher;
pub use look::{Look, Unseen};

/// How much longer than a fetch a wish may wait for its answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// Questions that may wait to be read at a desk. When strangers ask faster than that, nobody is told anything now.
const QUESTIONS: usize = 1_024;

/// Where wishes for keys are answered. Cloning costs one reference count.
/// By default it keeps nothing.
#[derive(Clone, Default)]
pub struct KeyKeeper(Arc<[Reception]>);

/// The public side of a desk.
struct Reception {
    keys: Arc<PublishedKeys>,
    questions: mpsc::Sender<Question>,
    counters: Arc<RealmCounters>,
    last_fault: LastFault,
}

/// A wish on its way to the desk, and the way back.
struct Question {
    wish: Wish,
    asker: oneshot::Sender<Answer>,
}

/// Keys of a realm that cannot be fetched as it is configured.
#[derive(Debug)]
pub struct Unfetchable {
    /// The realm.
    pub realm: String,
    /// Why.
    pub why: String,
}

/// How the published keys of a realm are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    /// The realm.
    pub realm: String,
    /// How good they are.
    pub state: PublishedState,
    /// Good keys.
    pub keys: usize,
    /// Whether the realm can take any token.
    pub suffices: bool,
    /// How long ago they were fetched; `None`: never.
    pub age: Option<Duration>,
    /// Why the last fetch failed, if it did.
    pub fault: Option<String>,
}

impl KeyKeeper {
    /// Begins to fetch these keys, at once and from then on, until the office is closed.
    ///
    /// # Errors
    /// When the authorities or the proxy of a realm make no sense.
    pub fn open(
        all: impl IntoIterator<Item = Arc<PublishedKeys>>,
        office: &Handle,
        clock: Clock,
    ) -> Result<Self, Unfetchable> {
        let mut receptions: Vec<Reception> = Vec::new();
        let mut desks = Vec::new();
        for keys in all {
            // Several doors may trust one realm.
            if receptions.iter().any(|known| Arc::ptr_eq(&known.keys, &keys)) {
                continue;
            }
            let (reception, desk) = reception(keys, clock)?;
            receptions.push(reception);
            desks.push(desk);
        }
        for desk in desks {
            office.spawn(desk.run());
        }
        Ok(Self(receptions.into()))
    }

    /// Waits until a wish is answered, for as long as the fetch may take. [`Answer::Changed`] is worth a second look at
    /// the token; an unknown key is a token that never will be good; the others say that nobody can tell now.
    pub async fn answer(&self, wish: &KeyWish) -> Answer {
        let Some(reception) = self.0.iter().find(|reception| Arc::ptr_eq(&reception.keys, &wish.keys)) else {
            return Answer::Unavailable;
        };
        reception.counters.unknown.add();
        let (asker, answer) = oneshot::channel();
        let question = Question { wish: wish.wish.clone(), asker };
        if reception.questions.try_send(question).is_err() {
            return Answer::NotAsked;
        }
        match timeout(reception.keys.source().longest_fetch() + PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Answer::Unavailable,
        }
    }

    /// How the keys of each realm are.
    pub fn status(&self, clock: Clock) -> Vec<KeyStatus> {
        let now = clock.now().moment;
        let status = |reception: &Reception| {
            let current = reception.keys.current();
            KeyStatus {
                realm: reception.keys.realm().to_owned(),
                state: current.state,
                keys: current.count(),
                suffices: reception.keys.suffices(&current),
                age: current.fetched.map(|fetched| now.since(fetched)),
                fault: reception.last_fault.load().as_deref().map(ToString::to_string),
            }
        };
        self.0.iter().map(status).collect()
    }

    /// What is counted of each realm.
    pub fn counters(&self) -> Vec<Arc<RealmCounters>> {
        self.0.iter().map(|reception| Arc::clone(&reception.counters)).collect()
    }
}

fn reception(keys: Arc<PublishedKeys>, clock: Clock) -> Result<(Reception, Desk), Unfetchable> {
    let fetcher = Fetcher::new(keys.source())
        .map_err(|why| Unfetchable { realm: keys.realm().to_owned(), why: why.to_string() })?;
    let (questions, mailbox) = mpsc::channel(QUESTIONS);
    let counters = Arc::new(RealmCounters::new(keys.realm()));
    let last_fault = LastFault::default();
    let desk =
        Desk::new(Arc::clone(&keys), fetcher, mailbox, Arc::clone(&counters), Arc::clone(&last_fault), clock);
    Ok((Reception { keys, questions, counters, last_fault }, desk))
}

impl fmt::Display for KeyStatus {
    /// What an operator should hear when it is not well.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            PublishedState::Never => "were never fetched",
            PublishedState::Fresh if !self.suffices => "can be fetched, and none of them can be used",
            PublishedState::Fresh => "are fresh",
            PublishedState::Stale => "could not be fetched again",
            PublishedState::TooOld => "are too old",
        };
        write!(f, "realm {:?}: keys {state}", self.realm)?;
        match &self.fault {
            Some(fault) => write!(f, ": {fault}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Unfetchable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "realm {:?}: keys cannot be fetched: {}", self.realm, self.why)
    }
}

impl std::error::Error for Unfetchable {}
