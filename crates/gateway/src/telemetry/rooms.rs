//! What one worker counts of rooms and of what is relayed in them.

use std::time::Duration;

use vestibule_doors::room::NotEntered;

use super::{Counter, Gauge};

/// Of the rooms whose home is this worker, and of the connections of this worker that are in rooms.
#[derive(Debug, Default)]
pub struct RoomCounters {
    /// Rooms now, by size; the last one counts those above all sizes.
    pub rooms: [Gauge; Self::SIZES.len() + 1],
    /// Members of all rooms now.
    pub members: Gauge,
    /// Messages that reached their receiver's queue.
    pub relays: Counter,
    /// The same by how long they took, as in [`RoomCounters::LATENCIES`]; the last one counts all that took longer.
    pub latencies: [Counter; Self::LATENCIES.len() + 1],
    /// How long they took altogether, in milliseconds.
    pub latency_sum: Counter,
    /// Messages whose receiver was not there.
    pub unreachable: Counter,
    /// Messages that were no messages.
    pub malformed: Counter,
    /// Members that ended because more waited for a worker than it may hold.
    pub overloaded: Counter,
    not_entered: [Counter; 3],
}

impl RoomCounters {
    /// Up to how many members a room counts as one of a size.
    pub const SIZES: [usize; 8] = [1, 2, 5, 10, 50, 200, 1_000, 5_000];
    /// Up to how many milliseconds a relay counts as one of a class.
    pub const LATENCIES: [u64; 10] = [0, 1, 2, 5, 10, 25, 50, 100, 250, 1_000];
    /// Why a connection does not enter a room, in words for labels.
    pub const REASONS: [&str; 3] = ["id_taken", "room_full", "no_more_rooms"];

    /// A message has reached its receiver's queue.
    pub fn relayed(&self, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.relays.add();
        self.latencies[Self::LATENCIES.partition_point(|most| *most < millis)].add();
        self.latency_sum.add_many(usize::try_from(millis).unwrap_or(usize::MAX));
    }

    /// A connection did not enter a room.
    pub fn refused(&self, why: NotEntered) {
        let index = match why {
            NotEntered::IdTaken => 0,
            NotEntered::RoomFull => 1,
            NotEntered::NoMoreRooms => 2,
        };
        self.not_entered[index].add();
    }

    /// How many did not enter, by reason.
    pub fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Self::REASONS.into_iter().zip(self.not_entered.iter().map(Counter::get))
    }
}

/// The size that a room of so many members counts as: an index into [`RoomCounters::rooms`].
pub fn room_size(members: usize) -> usize {
    RoomCounters::SIZES.partition_point(|most| *most < members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_and_every_time_has_its_place() {
        let places: Vec<_> = [1, 2, 3, 5, 6, 5_000, 5_001].map(room_size).into();
        assert_eq!(places, [0, 1, 2, 2, 3, 7, 8]);
        let counters = RoomCounters::default();
        for millis in [0, 1, 3, 1_000, 90_000] {
            counters.relayed(Duration::from_millis(millis));
        }
        let counted: Vec<_> = counters.latencies.iter().map(Counter::get).collect();
        assert_eq!(counted, [1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!((counters.relays.get(), counters.latency_sum.get()), (5, 91_004));
    }
}
