//! What is counted, as Prometheus reads it. Every name and label of a metric is decided here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{self, ConstCounter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::realms::Realms;
use super::{Counters, RealmCounters, Refusals, rooms};
use crate::clock::Clock;

/// All metrics of the house; their names begin with `vestibule_`.
pub struct Metrics {
    registry: Registry,
    api_calls: Family<ApiCall, counter::Counter>,
}

/// A call of the server API.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ApiCall {
    /// The method's name.
    method: &'static str,
    /// The error code that was answered; 0 when it went well.
    error: u16,
}

impl Metrics {
    /// The type of the text.
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// The metrics of a house with these workers, and with these realms that fetch keys.
    pub fn new(workers: Vec<Arc<Counters>>, realms: Vec<Arc<RealmCounters>>, clock: Clock) -> Self {
        let mut registry = Registry::with_prefix("vestibule");
        let api_calls = Family::default();
        registry.register("api_calls", "Calls of the server API", api_calls.clone());
        registry.register_collector(Box::new(Workers(workers)));
        registry.register_collector(Box::new(Realms { realms, clock }));
        Self { registry, api_calls }
    }

    /// The same, and how many revocations hold.
    #[must_use]
    pub fn with_revocations(mut self, live: impl Fn() -> usize + Send + Sync + 'static) -> Self {
        self.registry.register_collector(Box::new(Revocations(live)));
        self
    }

    /// The same, and which tokens were not taken.
    #[must_use]
    pub fn with_refusals(mut self, refusals: &Refusals) -> Self {
        self.registry.register("refused_tokens", "Tokens that were not taken", refusals.counts.clone());
        self
    }

    /// A call of the server API was answered with this error; 0 when it went well.
    pub fn api_call(&self, method: &'static str, error: u16) {
        self.api_calls.get_or_create(&ApiCall { method, error }).inc();
    }

    /// Everything, as it is now.
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes all that is written into it");
        text
    }
}

/// Asks how many revocations hold.
struct Revocations<F>(F);

impl<F: Fn() -> usize> fmt::Debug for Revocations<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Revocations({})", self.0())
    }
}

impl<F: Fn() -> usize + Send + Sync + 'static> Collector for Revocations<F> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let (name, help) = ("revocations", "Revocations and blocks that hold");
        let live = ConstGauge::new(i64::try_from(self.0()).unwrap_or(i64::MAX));
        live.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
    }
}

/// Reads the counters of all workers whenever somebody looks.
#[derive(Debug)]
struct Workers(Vec<Arc<Counters>>);

type Read = fn(&Counters) -> u64;

/// What goes up and down: name, explanation, and where it is counted.
const GAUGES: [(&str, &str, Read); 3] = [
    ("connections", "Open connections", |counters| counters.open()),
    ("subscriptions", "Subscriptions of open connections", |counters| counters.subscriptions.get()),
    ("room_members", "Members of rooms", |counters| counters.rooms.members.get()),
];

/// What only grows; `_total` is added to these names.
const COUNTERS: [(&str, &str, Read); 11] = [
    ("connections_opened", "Connections that came through a door", |counters| counters.opened.get()),
    ("messages_received", "Messages of peers", |counters| counters.messages_received.get()),
    ("messages_sent", "Replies and pushes of sessions", |counters| counters.messages_sent.get()),
    ("deliveries", "Channel events that went to a subscriber", |counters| counters.deliveries.get()),
    ("received_bytes", "Bytes read from sockets", |counters| counters.received_bytes.get()),
    ("sent_bytes", "Bytes that sockets took", |counters| counters.sent_bytes.get()),
    ("revoked_connections", "Connections whose token was revoked", |counters| counters.revoked.get()),
    ("relays_unreachable", "Messages to a member that was not there", |counters| {
        counters.rooms.unreachable.get()
    }),
    ("malformed_messages", "Messages that a door let pass as none", |counters| {
        counters.rooms.malformed.get()
    }),
    ("rooms_overloaded", "Members that ended because too much waited for a worker", |counters| {
        counters.rooms.overloaded.get()
    }),
    ("bugs", "Sessions and rooms that were lost to a bug in this program", |counters| counters.bugs.get()),
];

/// Closed connections have the close code as label `code`; `other` stands for all that are not counted one by one.
const CLOSED: (&str, &str) = ("connections_closed", "Connections that were closed, by close code");

impl Collector for Workers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (name, help, read) in GAUGES {
            let value = i64::try_from(self.sum(read)).unwrap_or(i64::MAX);
            ConstGauge::new(value).encode(encoder.encode_descriptor(
                name,
                help,
                None,
                MetricType::Gauge,
            )?)?;
        }
        for (name, help, read) in COUNTERS {
            let counter = ConstCounter::new(self.sum(read));
            counter.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)?;
        }
        rooms::encode(&self.0, &mut encoder)?;
        let (name, help) = CLOSED;
        let mut closed = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (code, count) in self.closes() {
            let code = code.map_or_else(|| "other".to_owned(), |code| code.to_string());
            ConstCounter::new(count).encode(closed.encode_family(&[("code", code)])?)?;
        }
        Ok(())
    }
}

impl Workers {
    fn sum(&self, read: Read) -> u64 {
        self.0.iter().map(|counters| read(counters)).sum()
    }

    fn closes(&self) -> BTreeMap<Option<u16>, u64> {
        let mut closes = BTreeMap::new();
        for (code, count) in self.0.iter().flat_map(|counters| counters.closes()) {
            *closes.entry(code).or_default() += count;
        }
        closes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(metrics: &Metrics) -> Vec<String> {
        metrics.text().lines().map(str::to_owned).collect()
    }

    fn house() -> (Arc<Counters>, Arc<Counters>, Metrics) {
        let (one, other) = (Arc::<Counters>::default(), Arc::<Counters>::default());
        let metrics = Metrics::new(vec![Arc::clone(&one), Arc::clone(&other)], Vec::new(), Clock::start());
        (one, other, metrics)
    }

    #[test]
    fn the_counts_of_all_workers_are_added_up() {
        let (one, other, metrics) = house();
        one.opened.add_many(3);
        other.opened.add_many(4);
        other.ended.add();
        let lines = lines(&metrics);
        assert!(lines.contains(&"vestibule_connections_opened_total 7".to_owned()), "{lines:#?}");
        assert!(lines.contains(&"vestibule_connections 6".to_owned()), "{lines:#?}");
    }

    #[test]
    fn closed_connections_are_told_apart_by_code() {
        let (one, other, metrics) = house();
        one.closed_with(3008);
        other.closed_with(3008);
        other.closed_with(4321);
        let lines = lines(&metrics);
        assert!(
            lines.contains(&"vestibule_connections_closed_total{code=\"3008\"} 2".to_owned()),
            "{lines:#?}"
        );
        assert!(
            lines.contains(&"vestibule_connections_closed_total{code=\"other\"} 1".to_owned()),
            "{lines:#?}"
        );
    }

    #[test]
    fn calls_of_the_api_are_told_apart_by_method_and_error() {
        let (_, _, metrics) = house();
        metrics.api_call("publish", 0);
        metrics.api_call("publish", 102);
        metrics.api_call("publish", 102);
        let lines = lines(&metrics);
        assert!(
            lines.contains(&"vestibule_api_calls_total{method=\"publish\",error=\"102\"} 2".to_owned()),
            "{lines:#?}"
        );
    }

    #[test]
    fn fetched_keys_are_told_apart_by_realm_and_result() {
        let (fetched, never) = (Arc::new(RealmCounters::new("one")), Arc::new(RealmCounters::new("other")));
        fetched.keys.set(3);
        fetched.fetched_at(Clock::start().now().moment);
        fetched.fetched_with("ok");
        never.fetched_with("timeout");
        never.unknown.add();
        let lines = lines(&Metrics::new(Vec::new(), vec![fetched, never], Clock::start()));
        for line in [
            "vestibule_realm_keys{realm=\"one\"} 3",
            "vestibule_realm_keys{realm=\"other\"} 0",
            "vestibule_realm_keys_age_seconds{realm=\"one\"} 0.0",
            "vestibule_realm_fetches_total{realm=\"one\",result=\"ok\"} 1",
            "vestibule_realm_fetches_total{realm=\"other\",result=\"ok\"} 0",
            "vestibule_realm_fetches_total{realm=\"other\",result=\"timeout\"} 1",
            "vestibule_realm_unknown_keys_total{realm=\"other\"} 1",
        ] {
            assert!(lines.iter().any(|found| found == line), "{line} is not in {lines:#?}");
        }
        let age_of_none = "vestibule_realm_keys_age_seconds{realm=\"other\"}";
        assert!(!lines.iter().any(|line| line.starts_with(age_of_none)), "{lines:#?}");
    }

    #[test]
    fn the_text_is_whole() {
        let (_, _, metrics) = house();
        assert_eq!(lines(&metrics).last().map(String::as_str), Some("# EOF"));
    }
}
