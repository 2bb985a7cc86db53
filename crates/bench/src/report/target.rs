//! What Vestibule promises, and whether a run shows it.

use crate::plan::{COALESCED, REFERENCE};
use crate::results::{Figure, Outcome, Round};
use crate::scenario::Scenario;
use crate::stats::Summary;

/// The server that the promises are about, by its name in a run.
const OURS: &str = "vestibule";
/// The server that it is compared with.
const OTHER: &str = "centrifugo";

/// One promise.
pub(super) struct Target {
    pub(super) scenario: Scenario,
    figure: Figure,
    promise: Promise,
}

/// What is promised of a figure.
enum Promise {
    /// At most this much, in the unit that is shown.
    Limit(f64),
    /// At most this many times another server's figure in the same round.
    AtMostTimes(f64, &'static str),
    /// At least this many times another server's figure in the same round.
    AtLeastTimes(f64, &'static str),
}

const fn target(scenario: Scenario, figure: Figure, promise: Promise) -> Target {
    Target { scenario, figure, promise }
}

/// All promises.
pub(super) const TARGETS: [Target; 18] = {
    use Figure as F;
    use Promise::{AtLeastTimes, AtMostTimes, Limit};
    use Scenario as S;
    [
        target(S::Idle, F::ResidentBytesPerConnection, Limit(2.5)),
        target(S::Idle, F::CpuMicrosPerConnectionSecond, Limit(0.7)),
        target(S::Connect, F::CpuMicrosPerConnect, Limit(40.0)),
        target(S::Connect, F::ConnectsPerSecond, AtLeastTimes(3.0, OTHER)),
        target(S::Broadcast, F::CpuMicrosPerDelivery, AtMostTimes(1.2, REFERENCE)),
        target(S::Broadcast, F::UserMicrosPerDelivery, Limit(0.6)),
        target(S::Broadcast, F::CpuMicrosPerDelivery, AtMostTimes(1.0, OTHER)),
        target(S::Burst, F::CpuMicrosPerDelivery, AtMostTimes(1.3, COALESCED)),
        target(S::Burst, F::SegmentsPerDelivery, Limit(0.15)),
        target(S::Flood, F::DeliveriesPerSecond, AtLeastTimes(4.0, OTHER)),
        target(S::Flood, F::CpuMicrosPerDelivery, AtMostTimes(0.25, OTHER)),
        target(S::Rate1000, F::CpuMicrosPerDelivery, AtMostTimes(0.5, OTHER)),
        target(S::Rate1000, F::Latency99Millis, AtMostTimes(1.2, REFERENCE)),
        target(S::Rate100, F::CpuMicrosPerDelivery, AtMostTimes(0.75, OTHER)),
        target(S::Rate100, F::Latency99Millis, AtMostTimes(1.2, REFERENCE)),
        target(S::Publish, F::CpuMicrosPerCall, Limit(10.0)),
        target(S::Publish, F::CallsPerSecond, AtLeastTimes(2.0, OTHER)),
        target(S::Publish, F::CpuMicrosPerCall, AtMostTimes(0.5, OTHER)),
    ]
};

impl Target {
    /// A sentence on what `rounds` of the target's scenario show; `None` if they show nothing of it.
    pub(super) fn judge(&self, rounds: &[&Round]) -> Option<String> {
        let heading = self.figure.heading();
        match self.promise {
            Promise::Limit(limit) => {
                let values: Vec<f64> =
                    ours(rounds, self.figure).map(|(_, value)| self.figure.shown(value)).collect();
                let median = Summary::of(&values)?.median;
                Some(format!("{}: {heading} at most {limit}, measured {median:.2}", verdict(median <= limit)))
            }
            Promise::AtMostTimes(limit, other) => {
                let ratio = self.ratio(rounds, other)?;
                let met = verdict(ratio.median <= limit);
                Some(format!("{met}: {heading} at most {limit} times {other}'s, measured {}", spread(ratio)))
            }
            Promise::AtLeastTimes(limit, other) => {
                let ratio = self.ratio(rounds, other)?;
                let met = verdict(ratio.median >= limit);
                Some(format!("{met}: {heading} at least {limit} times {other}'s, measured {}", spread(ratio)))
            }
        }
    }

    /// Ratios are taken round by round, so that a machine which slows down over time slows both.
    fn ratio(&self, rounds: &[&Round], other: &str) -> Option<Summary> {
        let theirs = |number: u32| {
            let mut theirs = rounds.iter().filter(|round| round.server == other && round.round == number);
            theirs.find_map(|round| round.outcome.figure(self.figure))
        };
        let ratios: Vec<f64> =
            ours(rounds, self.figure).filter_map(|(number, value)| Some(value / theirs(number)?)).collect();
        Summary::of(&ratios)
    }
}

fn ours<'a>(rounds: &'a [&Round], figure: Figure) -> impl Iterator<Item = (u32, f64)> + 'a {
    let ours = rounds.iter().filter(|round| round.server == OURS);
    ours.filter_map(move |round| Some((round.round, Outcome::figure(&round.outcome, figure)?)))
}

fn verdict(met: bool) -> &'static str {
    if met { "**Met**" } else { "**Missed**" }
}

fn spread(ratio: Summary) -> String {
    format!("{:.2} ({:.2}–{:.2})", ratio.median, ratio.min, ratio.max)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn round(number: u32, server: &str, cpu: f64) -> Round {
        let figures = BTreeMap::from([(Figure::CpuMicrosPerDelivery, cpu)]);
        Round {
            scenario: Scenario::Broadcast,
            round: number,
            server: server.to_owned(),
            outcome: Outcome::Figures(figures),
        }
    }

    fn judge(promise: Promise, rounds: &[Round]) -> Option<String> {
        let rounds: Vec<&Round> = rounds.iter().collect();
        target(Scenario::Broadcast, Figure::CpuMicrosPerDelivery, promise).judge(&rounds)
    }

    #[test]
    fn a_ratio_compares_the_servers_of_one_round() {
        let rounds =
            [round(1, OURS, 6.0), round(1, REFERENCE, 5.0), round(2, REFERENCE, 10.0), round(2, OURS, 11.0)];
        let sentence = judge(Promise::AtMostTimes(1.2, REFERENCE), &rounds).unwrap();
        assert!(
            sentence.starts_with("**Met**") && sentence.ends_with("measured 1.15 (1.10–1.20)"),
            "{sentence}"
        );
    }

    #[test]
    fn a_missed_promise_is_said_to_be_missed() {
        let rounds = [round(1, OURS, 6.0), round(1, OTHER, 5.0)];
        assert!(judge(Promise::Limit(5.9), &rounds).unwrap().starts_with("**Missed**"));
        assert!(judge(Promise::AtMostTimes(1.0, OTHER), &rounds).unwrap().starts_with("**Missed**"));
        assert!(judge(Promise::AtLeastTimes(1.2, OTHER), &rounds).unwrap().starts_with("**Met**"));
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        assert_eq!(judge(Promise::Limit(1.0), &[round(1, OTHER, 5.0)]), None);
        assert_eq!(judge(Promise::AtMostTimes(1.0, OTHER), &[round(1, OURS, 5.0)]), None);
    }
}
