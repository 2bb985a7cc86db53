//! What one worker counts. Nobody else writes here, so counting costs an uncontended addition.

use std::sync::atomic::{AtomicU64, Ordering};

use super::RoomCounters;

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
    /// Sessions and rooms that ran into a bug.
    pub bugs: Counter,
    /// What is counted of rooms.
    pub rooms: RoomCounters,
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
    use vestibule_doors::{centrifuge, signal};

    use super::*;

    #[test]
    fn the_codes_are_sorted_so_that_they_can_be_searched() {
        assert!(CODES.is_sorted());
    }

    #[test]
    fn every_code_of_a_door_is_counted_by_itself() {
        for close in centrifuge::codes::disconnect::ALL.iter().chain(&signal::codes::ALL) {
            assert!(CODES.contains(&close.code), "{close:?}");
        }
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
