//! What one worker counts of rooms and of what is relayed in them, and how all of it is told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use vestibule_doors::room::NotEntered;

use super::{Counter, Counters, Gauge};

/// How many classes of sizes of rooms are told apart.
pub const SIZES: usize = 6;

/// The largest room of each class; the last one holds all larger ones. In members.
const LARGEST: [usize; SIZES - 1] = [1, 2, 10, 100, 1_000];

/// How long relaying may take in each class but the last, which holds all that took longer, in milliseconds.
const RELAY_MILLIS: [u64; 8] = [0, 1, 2, 5, 10, 50, 250, 1_000];

/// Why somebody does not enter a room, in words for labels.
const REASONS: [&str; 3] = ["id_taken", "room_full", "no_more_rooms"];

/// Of the rooms that live at a worker, and of its connections that are in rooms.
#[derive(Debug, Default)]
pub struct RoomCounters {
    /// Members of rooms that live here now.
    pub members: Gauge,
    sizes: [Gauge; SIZES],
    relays: [Counter; RELAY_MILLIS.len() + 1],
    relay_millis: Counter,
    /// Messages whose receiver was not there.
    pub unreachable: Counter,
    /// Messages of peers that were none.
    pub malformed: Counter,
    /// How often a member ended because too much waited for a worker.
    pub overloaded: Counter,
    not_entered: [Counter; REASONS.len()],
}

/// The class of a room with so many members.
pub fn size_class(members: usize) -> usize {
    LARGEST.partition_point(|largest| *largest < members)
}

impl RoomCounters {
    /// How many members and rooms of which size there are now.
    pub fn set(&self, members: usize, sizes: &[usize; SIZES]) {
        self.members.set(members);
        for (gauge, size) in self.sizes.iter().zip(sizes) {
            gauge.set(*size);
        }
    }

    /// A message is in its receiver's queue, and took so long.
    pub fn relayed(&self, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.relays[RELAY_MILLIS.partition_point(|most| *most < millis)].add();
        self.relay_millis.add_many(usize::try_from(millis).unwrap_or(usize::MAX));
    }

    /// How many rooms there are now.
    pub fn rooms(&self) -> u64 {
        self.sizes.iter().map(Gauge::get).sum()
    }

    /// How many messages were relayed.
    pub fn relays(&self) -> u64 {
        self.relays.iter().map(Counter::get).sum()
    }

    /// Somebody did not enter a room.
    pub fn not_entered(&self, why: NotEntered) {
        let index = match why {
            NotEntered::IdTaken => 0,
            NotEntered::RoomFull => 1,
            NotEntered::NoMoreRooms => 2,
        };
        self.not_entered[index].add();
    }
}

/// Writes what all workers counted.
pub(super) fn encode(workers: &[Arc<Counters>], encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let help = "Rooms that have members, by the largest size of their class";
    let mut rooms = encoder.encode_descriptor("rooms", help, None, MetricType::Gauge)?;
    let largest = LARGEST.iter().map(ToString::to_string).chain(["more".to_owned()]);
    for (class, largest) in largest.enumerate() {
        let count = i64::try_from(sum(workers, |rooms| rooms.sizes[class].get())).unwrap_or(i64::MAX);
        ConstGauge::new(count).encode(rooms.encode_family(&[("members", largest)])?)?;
    }
    let help = "Who did not enter a room, by reason";
    let mut refused = encoder.encode_descriptor("rooms_not_entered", help, None, MetricType::Counter)?;
    for (index, reason) in REASONS.into_iter().enumerate() {
        let count = sum(workers, |rooms| rooms.not_entered[index].get());
        ConstCounter::new(count).encode(refused.encode_family(&[("reason", reason)])?)?;
    }
    let help = "Seconds from the arrival of a message at the house to its receiver's queue";
    let relays = Relays {
        counts: std::array::from_fn(|class| sum(workers, |rooms| rooms.relays[class].get())),
        millis: sum(workers, |rooms| rooms.relay_millis.get()),
    };
    relays.encode(encoder.encode_descriptor("relay_seconds", help, None, MetricType::Histogram)?)
}

fn sum(workers: &[Arc<Counters>], read: impl Fn(&RoomCounters) -> u64) -> u64 {
    workers.iter().map(|worker| read(&worker.rooms)).sum()
}

/// Relayed messages by how long they took.
struct Relays {
    counts: [u64; RELAY_MILLIS.len() + 1],
    millis: u64,
}

#[expect(clippy::cast_precision_loss, reason = "a sum of milliseconds is exact enough for a mean")]
impl EncodeMetric for Relays {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let seconds = |millis: u64| millis as f64 / 1_000.0;
        let bounds = RELAY_MILLIS.into_iter().map(seconds).chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(self.counts).collect();
        let count = self.counts.iter().sum();
        encoder.encode_histogram::<NoLabelSet>(seconds(self.millis), count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::telemetry::Metrics;

    #[test]
    fn rooms_are_counted_by_their_size() {
        let classes: Vec<_> = [1, 2, 3, 10, 11, 1_000, 1_001].map(size_class).into();
        assert_eq!(classes, [0, 1, 2, 2, 3, 4, 5]);
    }

    #[test]
    fn what_workers_counted_is_told_together() {
        let workers = [Arc::<Counters>::default(), Arc::<Counters>::default()];
        workers[0].rooms.set(3, &[1, 1, 0, 0, 0, 0]);
        workers[1].rooms.set(2, &[0, 1, 0, 0, 0, 0]);
        for (worker, millis) in [(0, 0), (1, 3), (1, 90_000)] {
            workers[worker].rooms.relayed(Duration::from_millis(millis));
        }
        workers[1].rooms.not_entered(NotEntered::RoomFull);
        let text = Metrics::new(workers.to_vec(), Vec::new(), Clock::start()).text();
        for line in [
            "vestibule_room_members 5",
            "vestibule_rooms{members=\"2\"} 2",
            "vestibule_rooms_not_entered_total{reason=\"room_full\"} 1",
            "vestibule_relay_seconds_bucket{le=\"0.0\"} 1",
            "vestibule_relay_seconds_bucket{le=\"0.005\"} 2",
            "vestibule_relay_seconds_bucket{le=\"+Inf\"} 3",
            "vestibule_relay_seconds_count 3",
            "vestibule_relay_seconds_sum 90.003",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
