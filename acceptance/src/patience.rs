//! How long a test waits for what must happen. Nothing here is a pause that others rely on.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use vestibule_model::UnixSeconds;

/// What has not happened after this long will not happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at something that tells nobody when it changes, as whether a port is listened to.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The end of a wait.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    #[allow(
        clippy::disallowed_methods,
        reason = "real processes and sockets are waited for, which take real time"
    )]
    pub fn after(wait: Duration) -> Self {
        Self(Instant::now() + wait)
    }

    /// As long as anything may take.
    pub fn of_patience() -> Self {
        Self::after(PATIENCE)
    }

    /// What is left of the wait; `None` once it is over.
    #[allow(clippy::disallowed_methods, reason = "as above")]
    pub fn left(self) -> Option<Duration> {
        self.0.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }
}

/// Time since a moment.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[allow(clippy::disallowed_methods, reason = "what is measured is how long a real process takes")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it runs.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The calendar, for tokens.
#[allow(clippy::disallowed_methods, reason = "the house compares tokens with the real calendar")]
pub fn unix_now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UnixSeconds(since.as_secs().try_into().unwrap())
}

/// Looks until there is something to see.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Deadline::of_patience();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(deadline.left().is_some(), "in {PATIENCE:?} this did not come about: {what}");
        look_again_later();
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "what is polled has no event; a test never passes because of this pause"
)]
fn look_again_later() {
    std::thread::sleep(LOOK_AGAIN);
}
