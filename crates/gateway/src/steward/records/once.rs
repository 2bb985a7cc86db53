//! Tokens that can be used once.

use std::sync::atomic::{AtomicU64, Ordering};

use vestibule_model::UnixSeconds;
use vestibule_store::{StoreError, UsedTokenStore};

use super::Records;

/// How many used tokens are remembered at a time: with tokens of a minute, ten thousand connections in a second. Past
/// it nobody comes in with such a token until others have run out.
pub const MOST_USED_TOKENS: u64 = 600_000;

/// How many used tokens are in the store.
pub(super) struct Used(pub(super) AtomicU64);

impl Used {
    pub(super) fn new(count: u64) -> Self {
        Self(AtomicU64::new(count))
    }

    pub(super) fn forget(&self, count: u64) {
        self.0.fetch_sub(count, Ordering::Relaxed);
    }
}

impl Records {
    /// Uses a token of that realm, which can be used until then at the latest. True for exactly one of all who try,
    /// also after a restart.
    ///
    /// # Errors
    /// When it cannot be told whether it was used: then it must not be taken, but may be tried again.
    pub async fn use_once(&self, realm: &str, token: &str, until: UnixSeconds) -> Result<bool, StoreError> {
        let used = &self.0.used.0;
        if used.load(Ordering::Relaxed) >= MOST_USED_TOKENS {
            return Err(StoreError::Unavailable("too many tokens are remembered as used".into()));
        }
        let (realm, token) = (realm.to_owned(), token.to_owned());
        let answer = self.0.cellar.ask(|store| async move { store.use_token(&realm, &token, until).await });
        let first = answer.await?;
        if first {
            used.fetch_add(1, Ordering::Relaxed);
        }
        Ok(first)
    }
}
