//! Takes the house down without losing anything: no new connections, then the word to every client, then the end.

use std::time::Duration;

use tokio::time::{interval, timeout};

use super::House;
use crate::worker::{Mail, TICK};

/// The telling of all clients is spread over this part of the grace, so that they do not all arrive elsewhere at
/// once; the rest is for their goodbyes.
const TELLING: f64 = 0.5;

/// No worker tells fewer than this in one tick: a small house is empty at once.
const SMALLEST_BATCH: usize = 200;

impl House {
    /// Closes the doors, brings every client to go elsewhere, and waits until they have gone or the grace is over.
    pub async fn close(mut self) {
        self.stops.closing.cancel();
        let open = self.open_connections();
        tracing::info!(connections = open, grace = ?self.grace, "the house closes");
        let ticks = (self.grace.mul_f64(TELLING).as_millis() / TICK.as_millis()).max(1);
        let ticks = usize::try_from(ticks).unwrap_or(usize::MAX);
        for (inbox, counters) in self.inboxes.all().iter().zip(&self.counters) {
            let connections = usize::try_from(counters.open()).unwrap_or(usize::MAX);
            inbox.send(Mail::Drain { batch: connections.div_ceil(ticks).max(SMALLEST_BATCH) });
        }
        if timeout(self.grace, self.empty()).await.is_err() {
            tracing::warn!(connections = self.open_connections(), "the grace is over; the rest is cut off");
        }
        self.stops.ending.cancel();
        for thread in std::mem::take(&mut self.threads) {
            // A worker that panicked has said so in the log.
            let _panicked = thread.join();
        }
        self.steward.records().close().await;
    }

    async fn empty(&self) {
        let mut ticks = interval(Duration::from_millis(10));
        while self.open_connections() > 0 {
            ticks.tick().await;
        }
        self.stops.requests.close();
        self.stops.requests.wait().await;
    }

    fn open_connections(&self) -> u64 {
        self.counters.iter().map(|counters| counters.open()).sum()
    }
}
