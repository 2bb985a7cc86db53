//! What the house keeps beyond its connections, and what it has at hand of that.
//!
//! Revocations are in the store, so that they outlive the process, and all that hold are in an index besides, which
//! every thread asks without waiting. Whatever changes them changes the store first, then the index, and then tells
//! the workers: who is told finds it in the index, and what is in the index is never forgotten by a restart.
//!
//! - `cellar`: the store, from any thread; `revoke`: changes of revocations; `once`: tokens that can be used once;
//!   `heartbeat`: whether the store can be written.

mod cellar;
mod heartbeat;
mod once;
mod revoke;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::interval;
use vestibule_auth::Revocations;
use vestibule_model::UnixSeconds;
use vestibule_store::{AnyStore, Location, OpenError, Page, RevocationStore, StoreError, UsedTokenStore};

use crate::clock::Clock;
use cellar::Cellar;
use heartbeat::Heartbeat;
use once::Used;

pub use revoke::{NotDone, Tell};

/// How many revocations are read at a time when the house opens.
const PAGE: u32 = 1_000;

/// How often the house forgets what has ended.
const SWEEP: Duration = Duration::from_secs(60);

/// What the house keeps. Cloning costs one reference count.
#[derive(Clone)]
pub struct Records(Arc<Inner>);

struct Inner {
    revocations: Revocations,
    cellar: Cellar,
    /// Held by whoever changes revocations, so that store and index see the changes in one order.
    changing: Mutex<()>,
    used: Used,
    heartbeat: Heartbeat,
}

/// Why the records could not be opened.
#[derive(Debug)]
pub enum NotOpened {
    /// The store could not be opened.
    Store(OpenError),
    /// What it holds could not be read.
    Records(StoreError),
}

impl Records {
    /// Opens the store and takes what holds at `now` to hand; at most `limit` revocations are taken in after that.
    /// Runs in the back office.
    ///
    /// # Errors
    /// What the operator has to mend.
    pub async fn open(
        location: &Location,
        limit: usize,
        office: Handle,
        now: UnixSeconds,
    ) -> Result<Self, NotOpened> {
        let store = AnyStore::open(location).await.map_err(NotOpened::Store)?;
        let mut page = Page { organisation: None, after: None, limit: PAGE };
        let mut known = Vec::new();
        loop {
            let kept = store.revocations(&page, now).await.map_err(NotOpened::Records)?;
            let Some(last) = kept.last() else { break };
            page.after = Some(last.id);
            known.extend(kept.into_iter().map(|kept| Arc::new(kept.revocation.revocation)));
        }
        let used = Used::new(store.used_tokens().await.map_err(NotOpened::Records)?);
        Ok(Self(Arc::new(Inner {
            revocations: Revocations::new(limit, known),
            cellar: Cellar::new(store, office),
            changing: Mutex::new(()),
            used,
            heartbeat: Heartbeat::default(),
        })))
    }

    /// Records without a store, for tests and simulated worlds: what has to be kept is refused.
    pub fn without_a_store() -> Self {
        Self(Arc::new(Inner {
            revocations: Revocations::default(),
            cellar: Cellar::none(),
            changing: Mutex::new(()),
            used: Used::new(0),
            heartbeat: Heartbeat::default(),
        }))
    }

    /// Which tokens are good no longer.
    pub fn revocations(&self) -> &Revocations {
        &self.0.revocations
    }

    /// Forgets what has ended, again and again.
    pub async fn tidy(self, clock: Clock) {
        let mut ticks = interval(SWEEP);
        loop {
            ticks.tick().await;
            let now = clock.now().unix;
            self.0.revocations.sweep(now);
            if let Err(error) = self.sweep(now).await {
                tracing::warn!(%error, "the store was not swept");
            }
        }
    }

    /// Forgets what has ended in the store.
    async fn sweep(&self, now: UnixSeconds) -> Result<(), StoreError> {
        let swept = self.0.cellar.ask(move |store| async move {
            store.sweep_revocations(now).await?;
            store.sweep_used_tokens(now).await
        });
        self.0.used.forget(swept.await?);
        Ok(())
    }

    /// Ends the store's connections, after what was begun.
    pub async fn close(&self) {
        self.0.cellar.close().await;
    }
}

impl std::fmt::Display for NotOpened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Records(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NotOpened {}
