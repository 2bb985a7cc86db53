//! What is counted of the keys that realms fetch.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use vestibule_model::Moment;

use super::{Counter, Gauge};
use crate::clock::Clock;

/// How a fetch of keys can end, as the label `result` says it.
pub const FETCH_RESULTS: [&str; 8] =
    ["ok", "connection", "timeout", "tls", "status", "redirect", "size", "document"];

/// What is counted of the keys of one realm.
#[derive(Debug)]
pub struct RealmCounters {
    realm: Box<str>,
    /// Good keys now.
    pub keys: Gauge,
    /// Questions for keys that were not there.
    pub unknown: Counter,
    /// When keys were fetched last, in milliseconds of the house's clock; [`NEVER`] until then.
    fetched: AtomicU64,
    fetches: [Counter; FETCH_RESULTS.len()],
}

const NEVER: u64 = u64::MAX;

impl RealmCounters {
    /// Counts for a realm of that name.
    pub fn new(realm: &str) -> Self {
        Self {
            realm: realm.into(),
            keys: Gauge::default(),
            unknown: Counter::default(),
            fetched: AtomicU64::new(NEVER),
            fetches: Default::default(),
        }
    }

    /// A fetch ended so; one of [`FETCH_RESULTS`].
    pub fn fetched_with(&self, result: &str) {
        let index = FETCH_RESULTS.iter().position(|known| *known == result);
        self.fetches[index.expect("every result has its name in the list")].add();
    }

    /// Good keys were fetched then.
    pub fn fetched_at(&self, now: Moment) {
        self.fetched.store(now.as_millis(), Ordering::Relaxed);
    }

    /// How old they are, in seconds; `None` when there never were any.
    fn age(&self, now: Moment) -> Option<f64> {
        let fetched = self.fetched.load(Ordering::Relaxed);
        (fetched != NEVER).then(|| now.since(Moment::from_millis(fetched)).as_secs_f64())
    }
}

/// Reads the counts of all realms that fetch keys.
#[derive(Debug)]
pub(super) struct Realms {
    pub(super) realms: Vec<Arc<RealmCounters>>,
    pub(super) clock: Clock,
}

impl Collector for Realms {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        if self.realms.is_empty() {
            return Ok(());
        }
        let help = "Good keys that the realm's provider publishes";
        let mut keys = encoder.encode_descriptor("realm_keys", help, None, MetricType::Gauge)?;
        for realm in &self.realms {
            let count = i64::try_from(realm.keys.get()).unwrap_or(i64::MAX);
            ConstGauge::new(count).encode(keys.encode_family(&[("realm", &*realm.realm)])?)?;
        }
        let help = "Seconds since the realm's keys were fetched";
        let mut ages = encoder.encode_descriptor("realm_keys_age_seconds", help, None, MetricType::Gauge)?;
        let now = self.clock.now().moment;
        for (realm, age) in self.realms.iter().filter_map(|realm| Some((realm, realm.age(now)?))) {
            ConstGauge::new(age).encode(ages.encode_family(&[("realm", &*realm.realm)])?)?;
        }
        let help = "Fetches of the realm's keys, by result";
        let mut fetches = encoder.encode_descriptor("realm_fetches", help, None, MetricType::Counter)?;
        for realm in &self.realms {
            for (result, count) in FETCH_RESULTS.iter().zip(&realm.fetches) {
                let labels = [("realm", &*realm.realm), ("result", result)];
                ConstCounter::new(count.get()).encode(fetches.encode_family(&labels)?)?;
            }
        }
        let help = "Tokens that named a key which the realm did not have";
        let mut unknown = encoder.encode_descriptor("realm_unknown_keys", help, None, MetricType::Counter)?;
        for realm in &self.realms {
            ConstCounter::new(realm.unknown.get())
                .encode(unknown.encode_family(&[("realm", &*realm.realm)])?)?;
        }
        Ok(())
    }
}
