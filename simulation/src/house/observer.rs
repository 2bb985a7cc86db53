//! The courier of the simulated house.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use vestibule::worker::Inboxes;
use vestibule_broker::{Courier, WorkerId};
use vestibule_model::{ChannelEvent, Delivery};

use crate::dice::Dice;

/// Of so many publications one is lost on its way to a worker, in a house where any are.
const STOLEN_ONE_IN: usize = 40;

/// The worker that is none: what is delivered to it is written down.
pub const OBSERVER: WorkerId = WorkerId(63);

/// Carries deliveries to the inboxes, and writes down those for [`OBSERVER`].
pub struct Observer {
    inboxes: Inboxes,
    seen: Mutex<Vec<Delivery>>,
    full: AtomicBool,
    /// Decides which deliveries get lost, while any do.
    thief: Mutex<Option<Dice>>,
}

impl Observer {
    pub(super) fn new(inboxes: Inboxes) -> Self {
        Self { inboxes, seen: Mutex::default(), full: AtomicBool::new(false), thief: Mutex::default() }
    }

    /// Whether the inboxes are full from now on, so that the broker takes nothing.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    /// What was seen since the last time.
    pub fn take(&self) -> Vec<Delivery> {
        std::mem::take(&mut lock(&self.seen))
    }

    /// From now on deliveries get lost on their way to the workers, as these dice fall; `None`: no more.
    pub fn set_thief(&self, dice: Option<Dice>) {
        *lock(&self.thief) = dice;
    }

    fn is_stolen(&self, delivery: &Delivery) -> bool {
        let publication = matches!(delivery.event, ChannelEvent::Publication(_));
        publication && lock(&self.thief).as_mut().is_some_and(|dice| dice.once_in(STOLEN_ONE_IN))
    }
}

impl Courier for Observer {
    fn has_room(&self, worker: WorkerId) -> bool {
        worker == OBSERVER || !self.full.load(Ordering::Relaxed)
    }

    fn deliver(&self, worker: WorkerId, delivery: Delivery) {
        if worker == OBSERVER {
            lock(&self.seen).push(delivery);
        } else if !self.is_stolen(&delivery) {
            self.inboxes.deliver(worker, delivery);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
