//! Every bound of the embedded broker, and how full each of them is.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::BrokerError;

/// What the broker may hold. What would go beyond is refused, and nothing is changed by the attempt.
///
/// Presence needs no bound here: it has one entry for each subscription, which the house bounds by its connections
/// and their channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Channels about which anything is known (subscribers, presence, a position, a remembered key). Beyond:
    /// `Overloaded`. The default, 4 Mi, is four for each socket of a full node, some 1.5 GiB when all are taken.
    pub channels: usize,
    /// The longest history that a channel may ask for. Beyond: `NotSupported`, since trying again is of no use. The
    /// default, 100,000, is far above what a client can recover, and dropping that many at once takes milliseconds.
    pub history_size: u32,
    /// Bytes of kept publications over all channels: payload, labels and some overhead for each. Beyond:
    /// `Overloaded` for publications with history, until others expire. Default 1 GiB.
    pub history_bytes: usize,
    /// Bytes of remembered idempotency keys over all channels. Beyond: `Overloaded` for publications with a key. The
    /// default, 512 MiB, holds about 2.4 million keys of 36 letters: 8,000 a second over the window of 5 minutes.
    pub repeat_bytes: usize,
    /// Steps (channels looked at, publications and keys dropped) that a sweep may take in each partition while it
    /// holds its lock. The default, 4,096, is well below a millisecond.
    pub sweep_batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            channels: 4 << 20,
            history_size: 100_000,
            history_bytes: 1 << 30,
            repeat_bytes: 512 << 20,
            sweep_batch: 4_096,
        }
    }
}

/// How much of each limit is in use; the names are those of [`Limits`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Channels about which anything is known.
    pub channels: usize,
    /// Bytes of kept publications.
    pub history_bytes: usize,
    /// Bytes of remembered idempotency keys.
    pub repeat_bytes: usize,
}

/// The bounds that all partitions draw on.
pub(super) struct Budgets {
    pub(super) channels: Budget,
    pub(super) history_bytes: Budget,
    pub(super) repeat_bytes: Budget,
}

impl Budgets {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            channels: Budget::new(limits.channels),
            history_bytes: Budget::new(limits.history_bytes),
            repeat_bytes: Budget::new(limits.repeat_bytes),
        }
    }

    pub(super) fn usage(&self) -> Usage {
        Usage {
            channels: self.channels.used.load(Relaxed),
            history_bytes: self.history_bytes.used.load(Relaxed),
            repeat_bytes: self.repeat_bytes.used.load(Relaxed),
        }
    }
}

/// A bounded amount of something. It only counts, so relaxed order is enough.
pub(super) struct Budget {
    used: AtomicUsize,
    most: usize,
}

impl Budget {
    pub(super) const fn new(most: usize) -> Self {
        Self { used: AtomicUsize::new(0), most }
    }

    /// Takes `amount`, for as long as the reservation lives or, once it is kept, until it is released.
    pub(super) fn reserve(&self, amount: usize) -> Result<Reservation<'_>, BrokerError> {
        let within = |used: usize| used.checked_add(amount).filter(|&sum| sum <= self.most);
        match self.used.fetch_update(Relaxed, Relaxed, within) {
            Ok(_) => Ok(Reservation { budget: self, amount }),
            Err(_) => Err(BrokerError::Overloaded),
        }
    }

    /// Gives back what was kept.
    pub(super) fn release(&self, amount: usize) {
        let before = self.used.fetch_sub(amount, Relaxed);
        debug_assert!(before >= amount, "more was given back than was taken");
    }
}

/// An amount that is given back unless it is kept.
#[must_use]
pub(super) struct Reservation<'a> {
    budget: &'a Budget,
    amount: usize,
}

impl Reservation<'_> {
    /// The amount is in use from now on.
    pub(super) fn keep(mut self) {
        self.amount = 0;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.budget.release(self.amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_gives_exactly_what_it_has() {
        let budget = Budget::new(3);
        budget.reserve(3).unwrap().keep();
        assert_eq!(budget.reserve(1).err(), Some(BrokerError::Overloaded));
        budget.release(1);
        assert!(budget.reserve(1).is_ok());
    }

    #[test]
    fn a_reservation_that_is_not_kept_is_given_back() {
        let budget = Budget::new(1);
        drop(budget.reserve(1).unwrap());
        assert!(budget.reserve(1).is_ok());
    }

    #[test]
    fn an_amount_beyond_all_numbers_is_refused() {
        let budget = Budget::new(usize::MAX);
        budget.reserve(1).unwrap().keep();
        assert_eq!(budget.reserve(usize::MAX).err(), Some(BrokerError::Overloaded));
    }
}
