//! The rooms of one worker. Each room lives at one worker, its home; `mail` brings members on other workers to it.

mod mail;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use foldhash::fast::RandomState;
use vestibule_doors::room::NotEntered;
use vestibule_doors::signal::{Room, RoomLimits};
use vestibule_model::RoomKey;

use crate::telemetry::{SIZES, size_class};
pub(super) use mail::Letters;
pub use mail::{Address, Entering, Word, Words};

/// The rooms whose home is here.
pub(super) struct Hall {
    rooms: HashMap<RoomKey, Room<Address>, RandomState>,
    limits: HallLimits,
    /// Rooms in which something has to be told at the next turn of the clock.
    changed: Vec<RoomKey>,
    /// Rooms by size, as [`size_class`] tells them apart.
    sizes: [usize; SIZES],
    /// Members of all rooms.
    members: usize,
}

/// The bounds of rooms on one worker.
#[derive(Clone, Copy, Debug)]
pub struct HallLimits {
    /// Rooms at a time.
    pub rooms: usize,
    /// Those of each.
    pub room: RoomLimits,
}

impl Default for HallLimits {
    fn default() -> Self {
        Self { rooms: 100_000, room: RoomLimits::default() }
    }
}

/// What became of something that was to be done in a room.
pub(super) enum Visit<T> {
    /// It was done.
    Done(T),
    /// There is no such room.
    NoRoom,
    /// The room ran into a bug of ours and is no more; these were its members.
    Broken(Vec<Address>),
}

impl Hall {
    pub(super) fn new(limits: HallLimits) -> Self {
        Self { rooms: HashMap::default(), limits, changed: Vec::new(), sizes: [0; SIZES], members: 0 }
    }

    /// Makes the room be there for somebody who enters next. The visit that leaves it empty closes it.
    pub(super) fn open(&mut self, key: &RoomKey) -> Result<(), NotEntered> {
        if self.rooms.contains_key(key) {
            return Ok(());
        }
        if self.rooms.len() >= self.limits.rooms {
            return Err(NotEntered::NoMoreRooms);
        }
        self.rooms.insert(key.clone(), Room::new(self.limits.room));
        Ok(())
    }

    /// Does something in a room, which is closed behind the last one who leaves.
    pub(super) fn visit<T>(
        &mut self,
        key: &RoomKey,
        visit: impl FnOnce(&mut Room<Address>) -> T,
    ) -> Visit<T> {
        let Some(room) = self.rooms.get_mut(key) else { return Visit::NoRoom };
        let (before, wanted) = (room.len(), room.wants_tick());
        // A room that panicked is dropped, so whatever state it is in is seen by nobody.
        let Ok(done) = catch_unwind(AssertUnwindSafe(|| visit(room))) else {
            let members = room.handles().collect();
            self.rooms.remove(key);
            self.resize(before, 0);
            return Visit::Broken(members);
        };
        let after = room.len();
        if room.wants_tick() && !wanted {
            self.changed.push(key.clone());
        }
        if after == 0 {
            self.rooms.remove(key);
        }
        self.resize(before, after);
        Visit::Done(done)
    }

    /// The rooms in which something has to be told.
    pub(super) fn take_changed(&mut self) -> Vec<RoomKey> {
        std::mem::take(&mut self.changed)
    }

    /// Members of all rooms, and rooms by size.
    pub(super) const fn count(&self) -> (usize, &[usize; SIZES]) {
        (self.members, &self.sizes)
    }

    /// A room had so many members, and has so many now.
    fn resize(&mut self, before: usize, after: usize) {
        if before == after {
            return;
        }
        if before > 0 {
            self.sizes[size_class(before)] -= 1;
        }
        if after > 0 {
            self.sizes[size_class(after)] += 1;
        }
        self.members = self.members + after - before;
    }
}
