//! The courier of the simulated house.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use vestibule::worker::Inboxes;
use vestibule_broker::{Courier, WorkerId};
use vestibule_model::Delivery;

/// The worker that is none: what is delivered to it is written down.
pub const OBSERVER: WorkerId = WorkerId(63);

/// Carries deliveries to the inboxes, and writes down those for [`OBSERVER`].
pub struct Observer {
    inboxes: Inboxes,
    seen: Mutex<Vec<Delivery>>,
    full: AtomicBool,
}

impl Observer {
    pub(super) fn new(inboxes: Inboxes) -> Self {
        Self { inboxes, seen: Mutex::default(), full: AtomicBool::new(false) }
    }

    /// Whether the inboxes are full from now on, so that the broker takes nothing.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    /// What was seen since the last time.
    pub fn take(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Courier for Observer {
    fn has_room(&self, worker: WorkerId) -> bool {
        worker == OBSERVER || !self.full.load(Ordering::Relaxed)
    }

    fn deliver(&self, worker: WorkerId, delivery: Delivery) {
        if worker == OBSERVER {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(delivery);
        } else {
            self.inboxes.deliver(worker, delivery);
        }
    }
}
