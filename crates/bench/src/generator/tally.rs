//! What all receivers together have seen.

use std::time::Instant;

/// Counters of a generator; they only grow.
#[derive(Default)]
pub(crate) struct Tally {
    /// Receivers that are connected, and subscribed if they should be.
    pub(crate) ready: usize,
    /// Calls of `read()` that returned something.
    pub(crate) reads: u64,
    /// WebSocket messages.
    pub(crate) frames: u64,
    /// Publications, each counted once for each receiver.
    pub(crate) deliveries: u64,
    /// Pings answered.
    pub(crate) pings: u64,
    latencies: Option<Latencies>,
}

/// Times from the moment when a publication was due to be sent to its arrival.
struct Latencies {
    /// Number of the first publication that is timed.
    first: u64,
    /// When each was due, from `first` on.
    due: Vec<Instant>,
    /// One value for each delivery, in microseconds.
    micros: Vec<u32>,
}

impl Tally {
    /// Takes note of publication `number`, read from the socket `at`.
    pub(crate) fn delivered(&mut self, number: u64, at: Option<Instant>) {
        self.deliveries += 1;
        let (Some(latencies), Some(at)) = (&mut self.latencies, at) else { return };
        let due = number
            .checked_sub(latencies.first)
            .and_then(|place| latencies.due.get(usize::try_from(place).ok()?));
        if let Some(due) = due {
            let micros = at.saturating_duration_since(*due).as_micros();
            latencies.micros.push(u32::try_from(micros).unwrap_or(u32::MAX));
        }
    }

    /// Whether the time of a read is needed.
    pub(crate) fn wants_times(&self) -> bool {
        self.latencies.is_some()
    }

    /// Times the publications from number `first` on, which are due at the given moments.
    pub(crate) fn time(&mut self, first: u64, due: Vec<Instant>, deliveries: usize) {
        self.latencies = Some(Latencies { first, due, micros: Vec::with_capacity(deliveries) });
    }

    /// The times measured, in microseconds and in no order.
    pub(crate) fn take_times(&mut self) -> Vec<u32> {
        self.latencies.take().map(|latencies| latencies.micros).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock;

    #[test]
    fn a_delivery_is_timed_from_the_moment_when_it_was_due() {
        let due = clock::now();
        let mut tally = Tally::default();
        tally.time(5, vec![due, due + Duration::from_millis(10)], 2);
        tally.delivered(4, Some(due + Duration::from_millis(1)));
        tally.delivered(5, Some(due + Duration::from_millis(3)));
        tally.delivered(6, Some(due + Duration::from_millis(11)));
        assert_eq!(tally.deliveries, 3);
        assert_eq!(tally.take_times(), [3_000, 1_000]);
    }
}
