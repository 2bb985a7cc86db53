//! How many connections a node takes, and how fast.

use std::num::NonZeroU32;
use std::sync::Arc;

use vestibule_model::Moment;

use crate::rate::{Meter, Rate};
use crate::telemetry::Counters;

/// Asked once for each connection, before it is upgraded.
pub struct Turnstile {
    connections: Option<NonZeroU32>,
    rate: Option<(Rate, Meter)>,
    workers: Vec<Arc<Counters>>,
}

/// Why a connection is not let in: come back later.
#[derive(Debug, PartialEq, Eq)]
pub struct Crowded;

impl Turnstile {
    /// At most `connections` at a time and `per_second` new ones; `None` where there is no limit. `workers` are those
    /// whose connections count.
    pub fn new(
        connections: Option<NonZeroU32>,
        per_second: Option<NonZeroU32>,
        workers: Vec<Arc<Counters>>,
    ) -> Self {
        let rate = per_second.map(|count| (Rate::per_second(count), Meter::default()));
        Self { connections, rate, workers }
    }

    /// Lets one connection in.
    ///
    /// # Errors
    /// When there are too many already, or too many came in the last second.
    pub fn admit(&self, now: Moment) -> Result<(), Crowded> {
        if self.connections.is_some_and(|limit| self.open() >= u64::from(limit.get())) {
            return Err(Crowded);
        }
        match &self.rate {
            Some((rate, meter)) if !meter.take(*rate, now) => Err(Crowded),
            _ => Ok(()),
        }
    }

    fn open(&self) -> u64 {
        self.workers.iter().map(|worker| worker.open()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    #[test]
    fn a_connection_that_ended_makes_room() {
        let worker = Arc::new(Counters::default());
        let turnstile = Turnstile::new(NonZeroU32::new(1), None, vec![Arc::clone(&worker)]);
        assert_eq!(turnstile.admit(at(0)), Ok(()));
        worker.opened.add();
        assert_eq!(turnstile.admit(at(0)), Err(Crowded));
        worker.ended.add();
        assert_eq!(turnstile.admit(at(0)), Ok(()));
    }

    #[test]
    fn the_rate_is_the_configured_one_at_every_rate() {
        for rate in [1_u32, 7, 100, 5_000] {
            let turnstile = Turnstile::new(None, NonZeroU32::new(rate), vec![]);
            let burst = (0..2 * rate).filter(|_| turnstile.admit(at(0)).is_ok()).count();
            assert_eq!(burst, rate as usize, "a second's worth at once");
            let later = (1..=10_000).filter(|millis| turnstile.admit(at(*millis)).is_ok()).count();
            assert_eq!(
                later,
                (rate as usize * 10).min(10_000),
                "then {rate} a second, asked once a millisecond"
            );
        }
    }
}
