//! The house's one clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use vestibule_model::{Moment, Now};

/// Reads both clocks. Every thread has a copy, and all copies agree.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that begins now.
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// What time it is.
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    pub fn now(self) -> Now {
        let elapsed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Now::new(Moment::from_millis(elapsed), i64::try_from(unix.as_millis()).unwrap_or(i64::MAX))
    }
}
