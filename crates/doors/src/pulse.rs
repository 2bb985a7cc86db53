//! Pings and pongs: when the next ping goes, and until when its answer may take.

use std::time::Duration;

use vestibule_model::Moment;

/// How often a door pings, and how long it waits for the answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rhythm {
    /// Zero: it never pings.
    pub(crate) interval: Duration,
    /// Shorter than the interval. `None`: nobody looks.
    pub(crate) timeout: Option<Duration>,
}

/// The pings of one connection.
#[derive(Debug)]
pub(crate) struct Pulse {
    /// When the next ping goes; `None`: never.
    next: Option<Moment>,
    /// When the peer has to have been heard; `None`: nobody waits for it.
    due: Option<Moment>,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Nothing.
    Nothing,
    /// The peer is pinged.
    Ping,
    /// The peer has answered no ping: its socket is dead.
    NoPong,
}

impl Pulse {
    /// The first ping comes at random in the second half of the interval, so that connections that came together do
    /// not stay together.
    pub(crate) fn begin(rhythm: Rhythm, jitter: u64, now: Moment) -> Self {
        let next = (!rhythm.interval.is_zero()).then(|| now + spread(rhythm.interval, jitter));
        Self { next, due: None }
    }

    /// The next moment at which something is due.
    pub(crate) fn deadline(&self) -> Option<Moment> {
        self.next.into_iter().chain(self.due).min()
    }

    /// The peer was heard.
    pub(crate) fn heard(&mut self) {
        self.due = None;
    }

    /// Looks at the clock. While the session does not read, no pong can arrive, and `deaf` says so: then it is waited
    /// for anew.
    pub(crate) fn beat(&mut self, rhythm: Rhythm, deaf: bool, now: Moment) -> Beat {
        let wait = rhythm.timeout.map(|timeout| now + timeout);
        if self.due.is_some_and(|due| due <= now) {
            if !deaf {
                return Beat::NoPong;
            }
            self.due = wait;
        }
        if self.next.is_none_or(|next| next > now) {
            return Beat::Nothing;
        }
        self.next = Some(now + rhythm.interval);
        self.due = wait;
        Beat::Ping
    }
}

/// A point in the second half of the interval, chosen by a random number.
pub(crate) fn spread(interval: Duration, jitter: u64) -> Duration {
    let half = interval / 2;
    let millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
    half + Duration::from_millis(jitter % millis.saturating_add(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RHYTHM: Rhythm =
        Rhythm { interval: Duration::from_secs(20), timeout: Some(Duration::from_secs(5)) };

    fn at(seconds: u64) -> Moment {
        Moment::from_millis(seconds * 1_000)
    }

    #[test]
    fn connections_that_came_together_are_not_pinged_together() {
        let first = |jitter| Pulse::begin(RHYTHM, jitter, at(0)).deadline();
        assert_eq!((first(0), first(10_000)), (Some(at(10)), Some(at(20))));
        assert_ne!(first(77), first(5_000));
    }

    #[test]
    fn a_peer_that_is_not_heard_is_dead_unless_nobody_listened() {
        let mut pulse = Pulse::begin(RHYTHM, 0, at(0));
        assert_eq!(pulse.beat(RHYTHM, false, at(9)), Beat::Nothing);
        assert_eq!(pulse.beat(RHYTHM, false, at(10)), Beat::Ping);
        assert_eq!(pulse.deadline(), Some(at(15)));
        assert_eq!(pulse.beat(RHYTHM, true, at(15)), Beat::Nothing, "nobody listened");
        assert_eq!(pulse.deadline(), Some(at(20)));
        pulse.heard();
        assert_eq!(pulse.beat(RHYTHM, false, at(30)), Beat::Ping);
        assert_eq!(pulse.beat(RHYTHM, false, at(35)), Beat::NoPong);
    }

    #[test]
    fn who_never_pings_has_no_deadline_and_who_never_looks_waits_for_nothing() {
        let never = Rhythm { interval: Duration::ZERO, ..RHYTHM };
        assert_eq!(Pulse::begin(never, 1, at(0)).deadline(), None);
        let blind = Rhythm { timeout: None, ..RHYTHM };
        let mut pulse = Pulse::begin(blind, 0, at(0));
        assert_eq!(pulse.beat(blind, false, at(10)), Beat::Ping);
        assert_eq!(pulse.deadline(), Some(at(30)));
    }

    #[test]
    fn a_spread_interval_lies_between_its_half_and_its_whole() {
        let interval = Duration::from_secs(25);
        assert_eq!(spread(interval, 0), Duration::from_millis(12_500));
        assert_eq!(spread(interval, 12_500), interval);
        for jitter in [1, 77, 12_501, u64::MAX] {
            assert!((interval / 2..=interval).contains(&spread(interval, jitter)));
        }
    }

    #[test]
    fn an_interval_without_length_has_one_point() {
        assert_eq!(spread(Duration::ZERO, u64::MAX), Duration::ZERO);
        assert!(spread(Duration::MAX, u64::MAX) <= Duration::MAX);
    }
}
