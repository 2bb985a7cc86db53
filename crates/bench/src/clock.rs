//! The one place where this program asks for the time or waits.
//!
//! A load generator is made of time: what it measures are real durations on a real machine, so there is no other
//! clock to pass in. Whatever is computed from times is a pure function elsewhere.

#![allow(clippy::disallowed_methods, reason = "the measuring program's own clock")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

/// Now, on the monotonic clock.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Seconds since 1970, for the claims of tokens and the date of a result.
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}

/// Does nothing for `length`; only used while a server starts or stops, never while something is measured.
pub(crate) fn pause(length: Duration) {
    std::thread::sleep(length);
}

/// The CPU time that this process has used so far.
pub(crate) fn own_cpu() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), u32::try_from(used.tv_nsec).unwrap_or(0))
}
