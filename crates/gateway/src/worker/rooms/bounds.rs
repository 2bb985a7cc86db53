//! How many rooms a house may have, and how many may be in each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use vestibule_doors::signal::RoomLimits;

/// The bounds of rooms, shared by the workers of a house. They are asked once for each room, when it comes into being.
#[derive(Clone, Debug)]
pub struct RoomBounds {
    most: usize,
    of_each: RoomLimits,
    open: Arc<AtomicUsize>,
}

/// A room's place in the house, which is free again when it is dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<AtomicUsize>);

impl RoomBounds {
    /// At most `most` rooms, each with these bounds.
    pub fn new(most: usize, of_each: RoomLimits) -> Self {
        Self { most, of_each, open: Arc::default() }
    }

    /// The bounds of each room.
    pub(super) const fn of_each(&self) -> RoomLimits {
        self.of_each
    }

    /// A place for one more room; `None`: there are as many as there may be.
    pub(super) fn permit(&self) -> Option<Permit> {
        let one_more = |open: usize| (open < self.most).then_some(open + 1);
        self.open.try_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Permit(Arc::clone(&self.open)))
    }
}

impl Default for RoomBounds {
    /// Room for a hundred thousand.
    fn default() -> Self {
        Self::new(100_000, RoomLimits::default())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_is_gone_makes_room_for_another() {
        let bounds = RoomBounds::new(1, RoomLimits::default());
        let first = bounds.permit();
        assert!(first.is_some());
        assert!(bounds.clone().permit().is_none(), "all workers share the bound");
        drop(first);
        assert!(bounds.permit().is_some());
    }
}
