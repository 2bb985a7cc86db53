//! How often an id goes from one connection to another.
//!
//! A client that comes back takes its id from the connection that it has lost. Two clients with one id take it from each
//! other instead, and the clients in the field come back after every close: only an end that outlasts both ends that.

use vestibule_model::Moment;

use super::Limits;
use crate::room::NotEntered;

/// The takeovers of one id.
#[derive(Debug)]
pub(super) struct Takeovers {
    /// Since the id rested last.
    count: u32,
    /// When somebody asked for it last, in vain or not.
    asked: Moment,
}

impl Takeovers {
    pub(super) const fn new(now: Moment) -> Self {
        Self { count: 0, asked: now }
    }

    /// Counts one more, unless there were too many since nobody asked for a while. Whoever is refused and asks again
    /// prolongs that, so the holder keeps the id for as long as the other is there.
    pub(super) fn count(&mut self, limits: Limits, now: Moment) -> Result<(), NotEntered> {
        if now.since(self.asked) >= limits.takeover_rest {
            self.count = 0;
        }
        self.asked = now;
        if self.count >= limits.takeovers {
            return Err(NotEntered::IdTaken);
        }
        self.count += 1;
        Ok(())
    }
}
