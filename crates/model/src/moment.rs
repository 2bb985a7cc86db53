//! Time, always as an argument.
//!
//! Two clocks matter and must not be confused: deadlines count on a clock that never steps ([`Moment`]), tokens
//! speak of the calendar ([`UnixSeconds`]). [`Now`] carries one reading of both.

use std::ops::Add;
use std::time::Duration;

/// A point on the house's monotonic clock, in milliseconds since the process started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// The start of the process's clock.
    pub const ZERO: Self = Self(0);

    /// The moment that lies `millis` milliseconds after the start.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the start.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    /// Later by `rhs`, which is rounded down to whole milliseconds; saturates instead of wrapping.
    fn add(self, rhs: Duration) -> Self {
        let millis = u64::try_from(rhs.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

/// Calendar time in whole seconds since 1970, the unit of every token claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    /// How long from `now` until this time; zero when it has passed.
    pub fn until(self, now: Self) -> Duration {
        let seconds = self.0.saturating_sub(now.0);
        Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    }
}

/// One reading of both clocks, taken once for each input that is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// For deadlines.
    pub moment: Moment,
    /// For token claims.
    pub unix: UnixSeconds,
    /// Calendar milliseconds since 1970, for time stamps that peers see.
    pub unix_millis: i64,
}

impl Now {
    /// Both clocks at once, for tests and simulated worlds: the calendar reads `unix_millis`.
    pub const fn new(moment: Moment, unix_millis: i64) -> Self {
        Self { moment, unix: UnixSeconds(unix_millis.div_euclid(1000)), unix_millis }
    }

    /// The moment at which the calendar will read `when`; now, if that has passed.
    pub fn moment_of(self, when: UnixSeconds) -> Moment {
        let millis = when.0.saturating_mul(1000).saturating_sub(self.unix_millis);
        self.moment + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_from_a_calendar_time_counts_the_milliseconds_that_are_left() {
        let now = Now::new(Moment::from_millis(5_000), 1_700_000_000_250);
        assert_eq!(now.moment_of(UnixSeconds(1_700_000_001)), Moment::from_millis(5_750));
    }

    #[test]
    fn a_calendar_time_in_the_past_is_due_at_once() {
        let now = Now::new(Moment::from_millis(5_000), 1_700_000_000_250);
        assert_eq!(now.moment_of(UnixSeconds(1)), now.moment);
    }

    #[test]
    fn adding_for_ever_saturates() {
        assert_eq!(Moment::from_millis(7) + Duration::MAX, Moment::from_millis(u64::MAX));
    }
}
