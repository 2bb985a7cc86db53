//! Delivery at a fixed rate: latency counts from the moment when a publication was due, not from when it was sent, so
//! a server that holds up the load does not look better for it.

use std::time::{Duration, Instant};

use super::{Figures, Stage, delivery_figures};
use crate::clock;
use crate::meter::Meter;
use crate::results::Figure;
use crate::stats::percentile;

/// How often to how many.
#[derive(Clone, Copy)]
pub(super) struct Rate {
    /// Subscribers.
    pub(super) receivers: usize,
    /// Publications a second.
    per_second: usize,
}

/// Few publications to many.
pub(super) const WIDE: Rate = Rate { receivers: 1_000, per_second: 20 };
/// Many publications to few.
pub(super) const NARROW: Rate = Rate { receivers: 100, per_second: 200 };

/// Publishes on schedule whatever the server does.
pub(super) fn run(stage: &Stage<'_>, rate: Rate) -> crate::Result<Figures> {
    let mut generator = stage.audience(rate.receivers)?;
    let before = generator.tally().deliveries;
    let count = stage.sizes().rate_seconds * rate.per_second;
    let interval = Duration::from_secs(1) / u32::try_from(rate.per_second).unwrap_or(u32::MAX);

    let meter = Meter::start(stage.server)?;
    let schedule = schedule(clock::now(), interval, count);
    let first = generator.published() + 1;
    generator.tally().time(first, schedule.clone(), count * rate.receivers);
    for due in schedule {
        generator.run_to(due)?;
        generator.publish(0)?;
    }
    generator.settle()?;
    let spent = meter.stop(stage.server)?;

    generator.expect_silence()?;
    let mut times = generator.tally().take_times();
    let deliveries = generator.tally().deliveries - before;
    let mut figures = delivery_figures(&spent, deliveries);
    figures.push((Figure::LatencyMedianMillis, f64::from(percentile(&mut times, 0.5)) / 1000.0));
    figures.push((Figure::Latency99Millis, f64::from(percentile(&mut times, 0.99)) / 1000.0));
    Ok(figures)
}

/// `count` moments, `interval` apart, the first one interval from now.
pub(super) fn schedule(now: Instant, interval: Duration, count: usize) -> Vec<Instant> {
    std::iter::successors(Some(now + interval), |due| Some(*due + interval)).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publications_are_due_at_equal_distances() {
        let now = clock::now();
        let due = schedule(now, Duration::from_millis(5), 3);
        assert_eq!(due, [5, 10, 15].map(|millis| now + Duration::from_millis(millis)));
    }
}
