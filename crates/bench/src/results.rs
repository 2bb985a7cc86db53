//! What a run leaves behind: every round's figures, as JSON.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::Sizes;
use crate::failure::{Doing, Failure};
use crate::generator::centrifuge::Encoding;
use crate::machine::Machine;
use crate::scenario::Scenario;

/// A whole run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Results {
    /// Version of this program.
    pub(crate) program: String,
    /// When the run began, in seconds since 1970.
    pub(crate) began: u64,
    /// Where it ran.
    pub(crate) machine: Machine,
    /// What all its rounds have in common.
    pub(crate) setting: Setting,
    /// Every round of every server, in the order in which they were run.
    pub(crate) rounds: Vec<Round>,
}

/// What distinguishes one run's rounds from another's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Setting {
    /// The channel, and with it the namespace and its options.
    pub(crate) channel: String,
    /// How commands and replies were written.
    pub(crate) encoding: Encoding,
    /// Whether the sizes were those of `--quick`.
    pub(crate) quick: bool,
    /// How much was done.
    pub(crate) sizes: Sizes,
}

/// One server in one round of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Round {
    pub(crate) scenario: Scenario,
    /// Counted from 1.
    pub(crate) round: u32,
    pub(crate) server: String,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// What came of a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// Everything that was due arrived once and in order.
    Figures(BTreeMap<Figure, f64>),
    /// It did not; nothing was measured.
    Void(String),
}

/// One measured quantity, in the unit that its name says.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Figure {
    ResidentBytesPerConnection,
    CpuMicrosPerConnectionSecond,
    CpuMicrosPerConnect,
    ConnectsPerSecond,
    CpuMicrosPerDelivery,
    UserMicrosPerDelivery,
    DeliveriesPerSecond,
    SegmentsPerDelivery,
    DeliveriesPerRead,
    DeliveriesPerFrame,
    LastServedMillis,
    LatencyMedianMillis,
    Latency99Millis,
    CpuMicrosPerCall,
    CallsPerSecond,
    CpuMicrosPerMessage,
    UserMicrosPerMessage,
    /// The load's own CPU time as a share of the measured stretch, 0 to 1.
    GeneratorShare,
}

/// From this share of its core on, the load may have been the bottleneck.
pub(crate) const GENERATOR_BUSY: f64 = 0.9;

impl Figure {
    /// The heading of its column.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::ResidentBytesPerConnection => "RSS per connection, KB",
            Self::CpuMicrosPerConnectionSecond => "CPU µs per connection and second",
            Self::CpuMicrosPerConnect => "CPU µs per connect",
            Self::ConnectsPerSecond => "connects per second",
            Self::CpuMicrosPerDelivery => "CPU µs per delivery",
            Self::UserMicrosPerDelivery => "user-mode CPU µs per delivery",
            Self::DeliveriesPerSecond => "deliveries per second",
            Self::SegmentsPerDelivery => "TCP segments per delivery",
            Self::DeliveriesPerRead => "publications per read()",
            Self::DeliveriesPerFrame => "publications per frame",
            Self::LastServedMillis => "last receiver served after, ms",
            Self::LatencyMedianMillis => "latency p50, ms",
            Self::Latency99Millis => "latency p99, ms",
            Self::CpuMicrosPerCall => "CPU µs per call",
            Self::CallsPerSecond => "calls per second",
            Self::CpuMicrosPerMessage => "CPU µs per message",
            Self::UserMicrosPerMessage => "user-mode CPU µs per message",
            Self::GeneratorShare => "load's own CPU, %",
        }
    }

    /// The number as its column shows it.
    pub(crate) fn shown(self, value: f64) -> f64 {
        match self {
            Self::ResidentBytesPerConnection => value / 1000.0,
            Self::GeneratorShare => value * 100.0,
            _ => value,
        }
    }

    /// Whether it says how fast something went; such a figure means nothing if the load was the bottleneck.
    pub(crate) fn is_rate(self) -> bool {
        matches!(self, Self::ConnectsPerSecond | Self::DeliveriesPerSecond | Self::CallsPerSecond)
    }
}

impl Outcome {
    /// A figure that holds: not of a void round, and no rate of a round in which the load was the bottleneck.
    pub(crate) fn figure(&self, figure: Figure) -> Option<f64> {
        let Self::Figures(figures) = self else { return None };
        let busy = figures.get(&Figure::GeneratorShare).is_some_and(|share| *share >= GENERATOR_BUSY);
        if busy && figure.is_rate() { None } else { figures.get(&figure).copied() }
    }
}

impl Results {
    /// Writes the results to `path`.
    pub(crate) fn write(&self, path: &Path) -> crate::Result<()> {
        let json = serde_json::to_string_pretty(self)
            .map_err(|error| Failure::Operator(format!("the results cannot be written as JSON: {error}")))?;
        fs::write(path, json + "\n").doing("writing the results")
    }

    /// Reads results that [`Results::write`] wrote.
    pub(crate) fn read(path: &Path) -> crate::Result<Self> {
        let refuse =
            |error: &dyn std::fmt::Display| Failure::Operator(format!("{}: {error}", path.display()));
        let json = fs::read_to_string(path).map_err(|error| refuse(&error))?;
        serde_json::from_str(&json).map_err(|error| refuse(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(share: f64) -> Outcome {
        Outcome::Figures(BTreeMap::from([
            (Figure::CpuMicrosPerDelivery, 6.0),
            (Figure::DeliveriesPerSecond, 100_000.0),
            (Figure::GeneratorShare, share),
        ]))
    }

    #[test]
    fn a_busy_load_leaves_only_cpu_per_operation() {
        assert_eq!(outcome(0.95).figure(Figure::DeliveriesPerSecond), None);
        assert_eq!(outcome(0.95).figure(Figure::CpuMicrosPerDelivery), Some(6.0));
        assert_eq!(outcome(0.5).figure(Figure::DeliveriesPerSecond), Some(100_000.0));
    }

    #[test]
    fn a_void_round_has_no_figures() {
        assert_eq!(Outcome::Void("lost".to_owned()).figure(Figure::CpuMicrosPerDelivery), None);
    }

    #[test]
    fn a_round_reads_back_as_it_was_written() {
        for outcome in [outcome(0.5), Outcome::Void("connection 3: doubled".to_owned())] {
            let round = Round { scenario: Scenario::Rate1000, round: 2, server: "a".to_owned(), outcome };
            let json = serde_json::to_string(&round).unwrap();
            assert_eq!(serde_json::from_str::<Round>(&json).unwrap(), round, "{json}");
        }
    }
}
