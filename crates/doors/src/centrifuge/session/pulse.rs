//! Pings and pongs.

use std::time::Duration;

use vestibule_model::{Close, Moment};

use super::turn::Turn;
use crate::centrifuge::codes::disconnect;

/// The pings of one connection.
#[derive(Debug)]
pub(super) struct Pulse {
    /// When the next ping goes; `None`: never.
    next: Option<Moment>,
    /// How many pings the peer has not answered: so many pongs may come.
    owed: u32,
    /// When a pong has to be there; `None`: nobody waits for one.
    due: Option<Moment>,
}

impl Pulse {
    /// The first ping comes at random in the second half of the interval, so that connections that came together do
    /// not stay together.
    pub(super) fn begin(turn: &Turn<'_>) -> Self {
        let interval = turn.rules.client.ping_interval;
        let next = (!interval.is_zero()).then(|| turn.now.moment + spread(interval, turn.peer.jitter));
        Self { next, owed: 0, due: None }
    }

    /// The next moment at which something is due.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.next.into_iter().chain(self.due).min()
    }

    /// A pong of the protocol arrived.
    pub(super) fn pong(&mut self) -> Result<(), Close> {
        self.owed = self.owed.checked_sub(1).ok_or(disconnect::BAD_REQUEST)?;
        self.due = None;
        Ok(())
    }

    /// A pong of the transport arrived: peers may send those uncalled for.
    pub(super) fn transport_pong(&mut self, turn: &Turn<'_>) {
        if turn.peer.frame_pings {
            self.due = None;
        }
    }

    /// Checks the pong and sends the ping that are due. While the session does not read, a pong cannot arrive, and
    /// `deaf` says so: then it is waited for anew.
    pub(super) fn beat(&mut self, deaf: bool, turn: &mut Turn<'_>) -> Result<(), Close> {
        let now = turn.now.moment;
        let timeout = turn.rules.client.pong_timeout;
        if self.due.is_some_and(|due| due <= now) {
            if !deaf {
                return Err(disconnect::NO_PONG);
            }
            self.due = timeout.map(|timeout| now + timeout);
        }
        if self.next.is_some_and(|next| next <= now) {
            turn.ping();
            self.next = Some(now + turn.rules.client.ping_interval);
            self.due = timeout.map(|timeout| now + timeout);
            if !turn.peer.frame_pings {
                self.owed = self.owed.saturating_add(1);
            }
        }
        Ok(())
    }
}

/// A point in the second half of the interval, chosen by a random number.
pub(super) fn spread(interval: Duration, jitter: u64) -> Duration {
    let half = interval / 2;
    let millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
    half + Duration::from_millis(jitter % millis.saturating_add(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

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
