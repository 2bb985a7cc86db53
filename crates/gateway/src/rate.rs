//! How often something may happen: so many times in a span, which may come all at once.
//!
//! A meter is one number, the moment at which everything that happened would have been paid for at an even pace (the
//! generic cell rate algorithm of ITU-T I.371), so taking from it needs no lock.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use vestibule_model::Moment;

/// So many times in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// What one time costs, in nanoseconds.
    cost: u64,
    /// The span, in nanoseconds: what may be owed.
    span: u64,
}

/// How far something has come against its rate.
#[derive(Debug, Default)]
pub struct Meter(AtomicU64);

/// Meters for many, in a table of a fixed size. Two that share a place share its rate; where they fall, nobody
/// outside can tell.
#[derive(Debug)]
pub struct Meters {
    rate: Rate,
    meters: Box<[Meter]>,
    seed: RandomState,
}

impl Rate {
    /// `count` times in `span`.
    pub fn new(count: NonZeroU32, span: Duration) -> Self {
        let span = nanos(span);
        Self { cost: (span / u64::from(count.get())).max(1), span }
    }

    /// `count` times in a second.
    pub fn per_second(count: NonZeroU32) -> Self {
        Self::new(count, Duration::from_secs(1))
    }

    /// `count` times in a minute.
    pub fn per_minute(count: NonZeroU32) -> Self {
        Self::new(count, Duration::from_secs(60))
    }
}

impl Meter {
    /// Whether it may happen once more now.
    pub fn take(&self, rate: Rate, now: Moment) -> bool {
        let now = now.as_millis().saturating_mul(1_000_000);
        let next = |paid: u64| {
            let owed = paid.max(now).saturating_add(rate.cost);
            (owed - now <= rate.span).then_some(owed)
        };
        self.0.try_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }

    /// How long it is until it might happen once more; `None`: it might now.
    pub fn wait(&self, rate: Rate, now: Moment) -> Option<Duration> {
        let now = now.as_millis().saturating_mul(1_000_000);
        let owed = self.0.load(Ordering::Relaxed).max(now).saturating_add(rate.cost);
        (owed - now).checked_sub(rate.span).filter(|wait| *wait > 0).map(Duration::from_nanos)
    }
}

impl Meters {
    /// `meters` meters of that rate.
    pub fn new(rate: Rate, meters: usize) -> Self {
        Self {
            rate,
            meters: (0..meters.max(1)).map(|_| Meter::default()).collect(),
            seed: RandomState::new(),
        }
    }

    /// Whether it may happen once more for whoever has that key.
    pub fn take(&self, key: impl Hash, now: Moment) -> bool {
        self.meter(key).take(self.rate, now)
    }

    /// How long it is until it might happen once more for whoever has that key; `None`: it might now.
    pub fn wait(&self, key: impl Hash, now: Moment) -> Option<Duration> {
        self.meter(key).wait(self.rate, now)
    }

    fn meter(&self, key: impl Hash) -> &Meter {
        let place = self.seed.hash_one(key) % self.meters.len() as u64;
        &self.meters[usize::try_from(place).expect("a place of the table")]
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(count: u32) -> NonZeroU32 {
        NonZeroU32::new(count).expect("more than nothing")
    }

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    #[test]
    fn the_whole_of_a_span_may_come_at_once_and_then_it_comes_evenly() {
        let (rate, meter) = (Rate::per_minute(count(3)), Meter::default());
        let taken = |millis| meter.take(rate, at(millis));
        assert_eq!([taken(5), taken(5), taken(5), taken(5)], [true, true, true, false]);
        assert_eq!(meter.wait(rate, at(5)), Some(Duration::from_secs(20)));
        assert_eq!(meter.wait(rate, at(20_005)), None);
        assert_eq!([taken(20_004), taken(20_005), taken(20_005)], [false, true, false]);
        assert!(taken(200_000));
    }

    #[test]
    fn one_who_takes_too_much_leaves_the_others_theirs() {
        let meters = Meters::new(Rate::per_second(count(1)), 1 << 16);
        assert!(meters.take("greedy", at(0)));
        assert!(!meters.take("greedy", at(0)));
        let others = (0..100).filter(|other| meters.take(other, at(0))).count();
        assert!(others >= 98, "{others}");
    }
}
