//! What a broker brings to its tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vestibule_model::{Delivery, Now};

use crate::{Broker, Courier, WorkerId};

/// A broker with its surroundings, as one behaviour needs them.
pub trait Harness {
    /// The broker.
    type Broker: Broker;

    /// The broker, which delivers into [`inboxes`](Self::inboxes).
    fn broker(&self) -> &Self::Broker;

    /// Where its deliveries arrive.
    fn inboxes(&self) -> &Inboxes;

    /// The time.
    fn now(&self) -> Now;

    /// Lets time pass, for this broker and for everything behind it that counts time itself.
    fn pass(&mut self, time: Duration) -> impl Future<Output = ()>;

    /// Waits until everything that was accepted has been delivered.
    fn settle(&self) -> impl Future<Output = ()>;
}

/// A courier that records what it is given. Every worker has room until it is filled.
#[derive(Debug, Default)]
pub struct Inboxes(Mutex<BTreeMap<WorkerId, Inbox>>);

#[derive(Debug, Default)]
struct Inbox {
    full: bool,
    deliveries: Vec<Delivery>,
}

impl Inboxes {
    /// From now on the worker has no room.
    pub fn fill(&self, worker: WorkerId) {
        self.lock().entry(worker).or_default().full = true;
    }

    /// From now on the worker has room.
    pub fn drain(&self, worker: WorkerId) {
        self.lock().entry(worker).or_default().full = false;
    }

    /// What the worker got since it was last asked.
    pub fn take(&self, worker: WorkerId) -> Vec<Delivery> {
        std::mem::take(&mut self.lock().entry(worker).or_default().deliveries)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<WorkerId, Inbox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Courier for Inboxes {
    fn has_room(&self, worker: WorkerId) -> bool {
        !self.lock().entry(worker).or_default().full
    }

    fn deliver(&self, worker: WorkerId, delivery: Delivery) {
        let mut inboxes = self.lock();
        let inbox = inboxes.entry(worker).or_default();
        assert!(!inbox.full, "a delivery for a worker that has no room");
        inbox.deliveries.push(delivery);
    }
}
