//! How many connections a node takes, and how fast.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use vestibule_model::Moment;

use crate::telemetry::Counters;

/// Asked once for each connection, before it is upgraded.
pub struct Admission {
    connections: Option<NonZeroU32>,
    rate: Option<Mutex<Bucket>>,
    workers: Vec<Arc<Counters>>,
}

/// Why a connection is not let in: come back later.
#[derive(Debug, PartialEq, Eq)]
pub struct Crowded;

/// Tokens for connections; it holds those of one second.
struct Bucket {
    per_second: u32,
    /// In thousandths of a connection, so that a millisecond adds a whole number.
    level: u64,
    filled: Moment,
}

impl Admission {
    /// At most `connections` at a time and `per_second` new ones; `None` where there is no limit. `workers` are those
    /// whose connections count.
    pub fn new(
        connections: Option<NonZeroU32>,
        per_second: Option<NonZeroU32>,
        workers: Vec<Arc<Counters>>,
    ) -> Self {
        let bucket = |per_second: NonZeroU32| {
            let per_second = per_second.get();
            Mutex::new(Bucket { per_second, level: u64::from(per_second) * 1000, filled: Moment::ZERO })
        };
        Self { connections, rate: per_second.map(bucket), workers }
    }

    /// Lets one connection in.
    ///
    /// # Errors
    /// When there are too many already, or too many came in the last second.
    pub fn admit(&self, now: Moment) -> Result<(), Crowded> {
        if self.connections.is_some_and(|limit| self.open() >= u64::from(limit.get())) {
            return Err(Crowded);
        }
        match &self.rate {
            Some(bucket) if !bucket.lock().unwrap_or_else(PoisonError::into_inner).take(now) => Err(Crowded),
            _ => Ok(()),
        }
    }

    fn open(&self) -> u64 {
        self.workers.iter().map(|worker| worker.open()).sum()
    }
}

impl Bucket {
    fn take(&mut self, now: Moment) -> bool {
        let full = u64::from(self.per_second) * 1000;
        let elapsed = u64::try_from(now.since(self.filled).as_millis()).unwrap_or(u64::MAX);
        self.level = self.level.saturating_add(elapsed.saturating_mul(u64::from(self.per_second))).min(full);
        self.filled = self.filled.max(now);
        let Some(level) = self.level.checked_sub(1000) else { return false };
        self.level = level;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    #[test]
    fn a_connection_that_ended_makes_room() {
        let worker = Arc::new(Counters::default());
        let admission = Admission::new(NonZeroU32::new(1), None, vec![Arc::clone(&worker)]);
        assert_eq!(admission.admit(at(0)), Ok(()));
        worker.opened.add();
        assert_eq!(admission.admit(at(0)), Err(Crowded));
        worker.ended.add();
        assert_eq!(admission.admit(at(0)), Ok(()));
    }

    #[test]
    fn the_rate_is_the_configured_one_at_every_rate() {
        for rate in [1_u32, 7, 100, 5_000] {
            let admission = Admission::new(None, NonZeroU32::new(rate), vec![]);
            let burst = (0..2 * rate).filter(|_| admission.admit(at(0)).is_ok()).count();
            assert_eq!(burst, rate as usize, "a second's worth at once");
            let later = (1..=10_000).filter(|millis| admission.admit(at(*millis)).is_ok()).count();
            assert_eq!(
                later,
                (rate as usize * 10).min(10_000),
                "then {rate} a second, asked once a millisecond"
            );
        }
    }
}
