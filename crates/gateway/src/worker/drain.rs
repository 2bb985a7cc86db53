//! The node goes away: its clients are told in a paced way, so that they do not all arrive elsewhere at once.

use std::collections::VecDeque;

use vestibule_doors::contract::{Input, Notice, Order};
use vestibule_model::Now;

use super::Worker;
use super::connection::ConnectionId;
use super::link::Link;

/// Those who are still to be told.
pub(super) struct Drain {
    waiting: VecDeque<ConnectionId>,
    batch: usize,
}

impl Drain {
    /// One more who came while the node was going away already.
    pub(super) fn add(&mut self, who: ConnectionId) {
        self.waiting.push_back(who);
    }
}

impl<L: Link> Worker<L> {
    pub(super) fn begin_drain(&mut self, batch: usize) {
        let waiting = self.connections.iter().filter_map(|(slot, connection)| {
            Some(ConnectionId { slot: u32::try_from(slot).ok()?, generation: connection.generation })
        });
        self.draining = Some(Drain { waiting: waiting.collect(), batch: batch.max(1) });
    }

    /// Tells the next batch, once in each turn of the clock.
    pub(super) fn drain_some(&mut self, now: Now) {
        let Some(drain) = &mut self.draining else { return };
        let count = drain.batch.min(drain.waiting.len());
        let batch: Vec<_> = drain.waiting.drain(..count).collect();
        for who in batch {
            self.input(who, Input::Notice(Notice::Order(Order::Drain)), now);
        }
    }
}
