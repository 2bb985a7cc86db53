//! What one worker counts. Nobody else writes here, so counting costs an uncontended addition.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn add(&self) {
        self.add_many(1);
    }

    /// So many more.
    pub fn add_many(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// How many by now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// It is this now.
    pub fn set(&self, value: usize) {
        self.0.store(value as u64, Ordering::Relaxed);
    }

    /// What it is.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many classes of sizes of rooms are told apart.
pub const SIZES: usize = 6;

/// The largest room of each class; the last one holds all larger ones. In members.
pub const LARGEST: [usize; SIZES - 1] = [1, 2, 10, 100, 1_000];

/// How long relaying may take in each class but the last, which holds all that took longer, in milliseconds.
pub const RELAY_MILLIS: [usize; 7] = [0, 1, 2, 5, 10, 50, 250];

/// The close codes that are counted one by one: those of the transport, and those of the doors.
const CODES: [u16; 35] = [
    1000, 1001, 1002, 1007, 1008, 1009, 1011, 1012, 1013, 3000, 3001, 3004, 3005, 3006, 3008, 3009, 3010,
    3011, 3012, 3013, 3014, 3500, 3501, 3502, 3503, 3504, 3505, 3506, 3507, 3508, 3509, 4001, 4002, 4003,
    4409,
];

/// Connections by close code.
#[derive(Debug)]
struct Closes([Counter; CODES.len()]);

impl Default for Closes {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Counter::default()))
    }
}

/// What one worker counts.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections that were opened.
    pub opened: Counter,
    /// Connections that are gone.
    pub ended: Counter,
    /// Connections now, as of the last turn of the clock.
    pub connections: Gauge,
    /// Subscriptions now, as of the last turn of the clock.
    pub subscriptions: Gauge,
    /// Messages of peers.
    pub messages_received: Counter,
    /// Replies and pushes that sessions sent.
    pub messages_sent: Counter,
    /// Channel events that went to a subscriber.
    pub deliveries: Counter,
    /// Bytes read from sockets.
    pub received_bytes: Counter,
    /// Bytes that sockets took.
    pub sent_bytes: Counter,
    /// Connections that were told that their token is revoked.
    pub revoked: Counter,
    /// Sessions that ran into a bug.
    pub bugs: Counter,
    /// Members of rooms that live here now, as of the last turn of the clock.
    pub members: Gauge,
    room_sizes: [Gauge; SIZES],
    relays: [Counter; RELAY_MILLIS.len() + 1],
    relay_millis: Counter,
    closes: Closes,
    other_closes: Counter,
}

impl Counters {
    /// Connections that are open at this moment.
    pub fn open(&self) -> u64 {
        // Ended first: a connection that opens and ends in between counts as open, not as less than nothing.
        let ended = self.ended.get();
        self.opened.get() - ended
    }

    /// How many members and rooms of which size there are now.
    pub fn rooms(&self, members: usize, sizes: &[usize; SIZES]) {
        self.members.set(members);
        for (gauge, size) in self.room_sizes.iter().zip(sizes) {
            gauge.set(*size);
        }
    }

    /// Rooms by size, as [`LARGEST`] tells them apart.
    pub fn room_sizes(&self) -> impl Iterator<Item = u64> {
        self.room_sizes.iter().map(Gauge::get)
    }

    /// A message was relayed, and took so long.
    pub fn relayed(&self, took: Duration) {
        let millis = usize::try_from(took.as_millis()).unwrap_or(usize::MAX);
        let class = RELAY_MILLIS.iter().position(|most| millis <= *most).unwrap_or(RELAY_MILLIS.len());
        self.relays[class].add();
        self.relay_millis.add_many(millis);
    }

    /// Relayed messages by how long they took, as [`RELAY_MILLIS`] tells them apart, and the sum of that, in milliseconds.
    pub fn relays(&self) -> (impl Iterator<Item = u64>, u64) {
        (self.relays.iter().map(Counter::get), self.relay_millis.get())
    }

    /// A connection was closed with this code.
    pub fn closed_with(&self, code: u16) {
        match CODES.binary_search(&code) {
            Ok(index) => self.closes.0[index].add(),
            Err(_) => self.other_closes.add(),
        }
    }

    /// How many were closed with which code; `None` for all codes that are not counted one by one.
    pub fn closes(&self) -> impl Iterator<Item = (Option<u16>, u64)> {
        let known = CODES.iter().zip(&self.closes.0).map(|(code, count)| (Some(*code), count.get()));
        known.chain([(None, self.other_closes.get())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_sorted_so_that_they_can_be_searched() {
        assert!(CODES.is_sorted());
    }

    #[test]
    fn a_code_of_an_application_counts_among_the_others() {
        let counters = Counters::default();
        counters.closed_with(3008);
        counters.closed_with(4100);
        let counted: Vec<_> = counters.closes().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counted, [(Some(3008), 1), (None, 1)]);
    }
}
