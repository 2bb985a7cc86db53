//! Whether the store can be written. It is tried, but not as often as somebody asks.

use std::time::Duration;

use tokio::sync::Mutex;
use vestibule_model::Moment;
use vestibule_store::{Store, StoreError};

use super::Records;

/// How long an answer holds: anybody may ask, and a write costs the disk a flush.
const HOLDS: Duration = Duration::from_secs(1);

/// The last answer, and when it was asked for. Held by whoever asks, so that those who come meanwhile hear the same.
#[derive(Debug, Default)]
pub(super) struct Heartbeat(Mutex<Option<(Moment, Result<(), StoreError>)>>);

impl Records {
    /// Writes to the store. Who has none misses nothing.
    ///
    /// # Errors
    /// When the store cannot be written: nothing could be revoked.
    pub async fn ping(&self, now: Moment) -> Result<(), StoreError> {
        if self.0.cellar.is_none() {
            return Ok(());
        }
        let mut last = self.0.heartbeat.0.lock().await;
        if let Some((asked, answer)) = &*last
            && now.since(*asked) < HOLDS
        {
            return answer.clone();
        }
        let answer = self.0.cellar.ask(|store| async move { store.ping().await }).await;
        *last = Some((now, answer.clone()));
        answer
    }
}
