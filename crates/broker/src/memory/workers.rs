//! The workers that are subscribed to a channel.

use vestibule_model::{ChannelEvent, ChannelKey, Delivery};

use crate::{BrokerError, Courier, WorkerId};

/// A set of workers, one bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Workers(u64);

impl Workers {
    pub(super) fn insert(&mut self, worker: WorkerId) {
        self.0 |= bit(worker);
    }

    pub(super) fn remove(&mut self, worker: WorkerId) {
        self.0 &= !bit(worker);
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Refuses unless each of them has room for a delivery.
    pub(super) fn have_room(self, courier: &dyn Courier) -> Result<(), BrokerError> {
        match self.iter().all(|worker| courier.has_room(worker)) {
            true => Ok(()),
            false => Err(BrokerError::Overloaded),
        }
    }

    /// Delivers to each of them.
    pub(super) fn deliver(self, channel: &ChannelKey, event: &ChannelEvent, courier: &dyn Courier) {
        for worker in self.iter() {
            courier.deliver(worker, Delivery { channel: channel.clone(), event: event.clone() });
        }
    }

    fn iter(self) -> impl Iterator<Item = WorkerId> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let lowest = u8::try_from(left.trailing_zeros()).ok().filter(|_| left != 0)?;
            left &= left - 1;
            Some(WorkerId(lowest))
        })
    }
}

fn bit(worker: WorkerId) -> u64 {
    assert!(usize::from(worker.0) < WorkerId::MAX, "workers are numbered from 0, and there are at most 64");
    1 << worker.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_64_workers_fit() {
        let mut workers = Workers::default();
        (0..64).for_each(|n| workers.insert(WorkerId(n)));
        assert_eq!(workers.iter().collect::<Vec<_>>(), (0..64).map(WorkerId).collect::<Vec<_>>());
        (0..64).for_each(|n| workers.remove(WorkerId(n)));
        assert!(workers.is_empty());
        assert_eq!(workers.iter().count(), 0);
    }

    #[test]
    #[should_panic(expected = "at most 64")]
    fn a_65th_worker_is_a_bug() {
        Workers::default().insert(WorkerId(64));
    }
}
