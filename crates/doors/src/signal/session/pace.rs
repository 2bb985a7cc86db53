//! How fast messages are taken: so many in a second on the average, some seconds' worth at once. Who sends faster waits
//! at its own end, and nothing is lost.

use std::num::NonZeroU32;

use vestibule_model::Moment;

use crate::signal::Rules;

/// What may still be taken.
#[derive(Debug)]
pub(super) struct Pace {
    /// In thousandths of a message, so that a millisecond adds a whole number; `None`: any number.
    per_second: Option<u64>,
    left: u64,
    filled: Moment,
}

impl Pace {
    pub(super) fn new(per_second: Option<NonZeroU32>) -> Self {
        let per_second = per_second.map(|count| u64::from(count.get()));
        Self { per_second, left: full(per_second), filled: Moment::ZERO }
    }

    /// One message was taken.
    pub(super) fn take(&mut self, now: Moment) {
        self.fill(now);
        self.left = self.left.saturating_sub(1_000);
    }

    /// Whether another one may be taken.
    pub(super) const fn is_open(&self) -> bool {
        self.per_second.is_none() || self.left >= 1_000
    }

    /// Time has passed.
    pub(super) fn fill(&mut self, now: Moment) {
        let Some(per_second) = self.per_second else { return };
        let elapsed = u64::try_from(now.since(self.filled).as_millis()).unwrap_or(u64::MAX);
        self.left = self.left.saturating_add(elapsed.saturating_mul(per_second)).min(full(self.per_second));
        self.filled = self.filled.max(now);
    }

    /// When another message may be taken, if none may now. A tenth of a second's worth has come together by then, so
    /// that a socket in a hurry is not looked at for each.
    pub(super) fn opens_at(&self) -> Option<Moment> {
        (!self.is_open()).then(|| self.filled + std::time::Duration::from_millis(100))
    }
}

fn full(per_second: Option<u64>) -> u64 {
    per_second.unwrap_or_default().saturating_mul(1_000).saturating_mul(Rules::BURST)
}
