//! The courier of the simulated house.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use vestibule::worker::Inboxes;
use vestibule_broker::{Courier, WorkerId};
use vestibule_model::{ChannelEvent, ChannelKey, Delivery, Epoch};

use crate::dice::Dice;

/// Of so many publications one is lost on its way to a worker, in a house where any are.
const STOLEN_ONE_IN: usize = 40;

/// Before so many publications, once, the last ones come again.
const REPEATED_ONE_IN: usize = 10;

/// So many of the last ones.
const REMEMBERED: usize = 4;

/// The worker that is none: what is delivered to it is written down.
pub const OBSERVER: WorkerId = WorkerId(63);

/// Carries deliveries to the inboxes, and writes down those for [`OBSERVER`].
pub struct Observer {
    inboxes: Inboxes,
    seen: Mutex<Vec<Delivery>>,
    full: AtomicBool,
    /// Decides which deliveries get lost or come again, while any do.
    thief: Mutex<Option<Dice>>,
    /// The last publications that went to each worker in each channel.
    recent: Mutex<HashMap<(WorkerId, ChannelKey), Vec<Delivery>>>,
}

impl Observer {
    pub(super) fn new(inboxes: Inboxes) -> Self {
        Self {
            inboxes,
            seen: Mutex::default(),
            full: AtomicBool::new(false),
            thief: Mutex::default(),
            recent: Mutex::default(),
        }
    }

    /// Whether the inboxes are full from now on, so that the broker takes nothing.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    /// What was seen since the last time.
    pub fn take(&self) -> Vec<Delivery> {
        std::mem::take(&mut lock(&self.seen))
    }

    /// From now on deliveries get lost or come again on their way to the workers, as these dice fall; `None`: no more.
    pub fn set_thief(&self, dice: Option<Dice>) {
        *lock(&self.thief) = dice;
    }

    /// What is delivered once more, before that delivery: publications of the same epoch that came before it.
    fn repeated(&self, worker: WorkerId, delivery: &Delivery) -> Vec<Delivery> {
        let Some(now) = epoch(delivery) else { return Vec::new() };
        let mut thief = lock(&self.thief);
        let Some(dice) = thief.as_mut() else { return Vec::new() };
        let mut recent = lock(&self.recent);
        let recent = recent.entry((worker, delivery.channel.clone())).or_default();
        recent.retain(|earlier| epoch(earlier).as_ref() == Some(&now));
        let from = if dice.once_in(REPEATED_ONE_IN) { dice.pick(recent.len() + 1) } else { recent.len() };
        let again = recent[from..].to_vec();
        recent.push(delivery.clone());
        recent.drain(..recent.len().saturating_sub(REMEMBERED));
        again
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
            for again in self.repeated(worker, &delivery) {
                self.inboxes.deliver(worker, again);
            }
            self.inboxes.deliver(worker, delivery);
        }
    }
}

/// The epoch of a publication that has a position.
fn epoch(delivery: &Delivery) -> Option<Epoch> {
    match &delivery.event {
        ChannelEvent::Publication(publication) => Some(publication.position.as_ref()?.epoch.clone()),
        ChannelEvent::Join(_) | ChannelEvent::Leave(_) => None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
