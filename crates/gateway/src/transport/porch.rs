//! Between the street and the worker.

use std::rc::Rc;
use std::sync::Arc;

use tokio::task::spawn_local;
use vestibule_model::ClientId;

use super::Site;
use super::socket::{LocalWorker, Socket, attend};
use super::stops::Stops;
use super::upgrade::Guest;
use crate::clock::Clock;
use crate::worker::{AddressSeat, Arrival};

/// What a thread needs to take in connections.
pub struct Porch {
    /// The worker of this thread.
    pub worker: LocalWorker,
    /// What is behind the port.
    pub site: Arc<Site>,
    /// The clock.
    pub clock: Clock,
    /// The ends of the house.
    pub stops: Stops,
}

impl Porch {
    /// Lets a connection into the worker. `early` are bytes that it sent behind the head of its request.
    pub fn enter(&self, link: Socket, guest: &Guest, seat: Option<AddressSeat>, early: &mut [u8]) {
        let now = self.clock.now();
        let client = ClientId::from_random(rand::random());
        let (session, outputs) = self.site.open(guest, client, rand::random(), now);
        let arrival =
            Arrival { link, session, outputs, client, writes_text: guest.reads_text(), address_seat: seat };
        let mut worker = self.worker.worker.borrow_mut();
        let who = worker.arrive(arrival, now);
        if let Guest::Signal(query) = guest {
            worker.greet(who, query.as_bytes(), now);
        }
        if !early.is_empty() {
            worker.received(who, early, now);
        }
        spawn_local(attend(Rc::clone(&self.worker), who, self.clock));
    }
}
