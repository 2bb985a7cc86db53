//! How many rooms of which size there are, kept up to date with each change.

use crate::telemetry::{RoomCounters, room_size};

/// Rooms by size, and members of all of them.
#[derive(Default)]
pub(super) struct Sizes {
    rooms: [usize; RoomCounters::SIZES.len() + 1],
    members: usize,
}

impl Sizes {
    /// A room had so many members, and has so many now.
    pub(super) fn changed(&mut self, before: usize, after: usize) {
        if before > 0 {
            self.rooms[room_size(before)] -= 1;
        }
        if after > 0 {
            self.rooms[room_size(after)] += 1;
        }
        self.members = self.members - before + after;
    }

    /// Writes it where others can read it.
    pub(super) fn tell(&self, counters: &RoomCounters) {
        for (gauge, count) in counters.rooms.iter().zip(&self.rooms) {
            gauge.set(*count);
        }
        counters.members.set(self.members);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_counts_where_its_size_is_and_nowhere_when_it_is_gone() {
        let (mut sizes, counters) = (Sizes::default(), RoomCounters::default());
        for (before, after) in [(0, 1), (1, 2), (0, 1), (2, 3)] {
            sizes.changed(before, after);
        }
        sizes.tell(&counters);
        let rooms: Vec<_> = counters.rooms.iter().map(|gauge| gauge.get()).collect();
        assert_eq!((&rooms[..3], counters.members.get()), (&[1, 0, 1][..], 4));
        sizes.changed(3, 0);
        sizes.changed(1, 0);
        sizes.tell(&counters);
        assert!(counters.rooms.iter().all(|gauge| gauge.get() == 0));
        assert_eq!(counters.members.get(), 0);
    }
}
