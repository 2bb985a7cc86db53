//! Turns raw results into what people read: a table for the terminal and a page for the documentation.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::report::target::TARGETS;
use crate::results::{Figure, Outcome, Results, Round, Setting};
use crate::scenario::{Scenario, Trade};
use crate::stats::Summary;
use crate::table::Table;

mod target;

/// All rounds of one scenario under one setting.
struct Section<'a> {
    scenario: Scenario,
    setting: &'a Setting,
    rounds: Vec<&'a Round>,
}

/// The page made from the results in `files`.
pub(crate) fn from_files(files: &[PathBuf]) -> crate::Result<String> {
    let results = files.iter().map(|file| Results::read(file)).collect::<crate::Result<Vec<_>>>()?;
    if results.iter().any(|results| results.setting.quick) {
        return Err(Failure::Operator("results of --quick are not for publication".to_owned()));
    }
    Ok(page(&results))
}

/// The results of one run, for a terminal.
pub(crate) fn plain(results: &Results) -> String {
    let mut text = String::new();
    for section in sections(std::slice::from_ref(results)) {
        let _ = write!(text, "\n{}\n\n{}", section.title(), section.table().plain());
        section
            .targets()
            .iter()
            .chain(&section.voided())
            .for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    text
}

fn page(results: &[Results]) -> String {
    let mut page = String::from(
        "# Measured performance\n\n\
         Made by `vestibule-bench report` from the raw results of `vestibule-bench run`; do not edit. How to measure\n\
         again is in `crates/bench/README.md`.\n\n\
         Each number is the median of all rounds, with the lowest and the highest in brackets. In every round a server\n\
         is a fresh process on one core, and the load comes from another; rounds go through the servers forwards and\n\
         backwards in turn. Every publication is checked at every receiver: one lost, doubled, changed or out of order\n\
         voids the round. Where the load used 90 % of its core or more, rates are left out, for they may be its own.\n\n",
    );
    for machine in results.iter().map(|results| describe(&results.machine)).collect::<BTreeSet<_>>() {
        let _ = writeln!(page, "Machine: {machine}.\n");
    }
    for section in sections(results) {
        let _ = write!(
            page,
            "## {}\n\n{}\n\n{}\n",
            section.title(),
            section.explained(),
            section.table().markdown()
        );
        let lines = section.targets().into_iter().chain(section.voided());
        let list: String = lines.map(|line| format!("- {line}\n")).collect();
        if !list.is_empty() {
            let _ = writeln!(page, "{list}");
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn describe(machine: &crate::machine::Machine) -> String {
    let crate::machine::Machine { processor, cores, memory_mib, kernel } = machine;
    let gib = (*memory_mib as f64 / 1024.0).round();
    let release: String =
        kernel.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    format!("{processor}, {cores} cores, {gib} GiB, Linux {}", release.trim_end_matches('.'))
}

/// Rounds that belong together, in the order of [`Scenario::ALL`] and of the files.
fn sections(results: &[Results]) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for scenario in Scenario::ALL {
        for run in results {
            let rounds = run.rounds.iter().filter(|round| round.scenario == scenario);
            let known = sections
                .iter_mut()
                .find(|section| section.scenario == scenario && *section.setting == run.setting);
            match known {
                Some(section) => section.rounds.extend(rounds),
                None => sections.push(Section { scenario, setting: &run.setting, rounds: rounds.collect() }),
            }
        }
    }
    sections.retain(|section| !section.rounds.is_empty());
    sections
}

impl Section<'_> {
    fn title(&self) -> String {
        let sizes = &self.setting.sizes;
        let rate = sizes.relay_rate;
        let what = match self.scenario {
            Scenario::Idle => format!("{} idle connections", sizes.idle_connections),
            Scenario::Connect => format!("Connect with an HS256 token, {} times", sizes.connects),
            Scenario::Broadcast => format!("One publication at a time to {} subscribers", sizes.receivers),
            Scenario::Burst => format!("Bursts of eight publications to {} subscribers", sizes.receivers),
            Scenario::Flood => "As fast as it goes to 1,000 subscribers".to_owned(),
            Scenario::Rate1000 => "20 publications a second to 1,000 subscribers".to_owned(),
            Scenario::Rate100 => "200 publications a second to 100 subscribers".to_owned(),
            Scenario::Publish => format!("{} calls of POST /api/publish, nobody listening", sizes.calls),
            Scenario::SignalConnect => {
                format!("Signaling: connect with a room token, {} times", sizes.connects)
            }
            Scenario::RelayRooms => {
                format!("Signaling: {rate} messages a second in {} rooms of 10", sizes.rooms)
            }
            Scenario::RelayHall => {
                format!("Signaling: {rate} messages a second in one room of {}", sizes.hall)
            }
            Scenario::SignalIdle => {
                format!("Signaling: {} idle peers in rooms of 10", sizes.idle_connections)
            }
        };
        let Setting { channel, encoding, .. } = self.setting;
        match self.scenario.trade() {
            Trade::Channels => format!("{what} (channel {channel}, {encoding:?})"),
            Trade::Signal => what,
        }
    }

    fn explained(&self) -> &'static str {
        match self.scenario {
            Scenario::Idle => {
                "Each has one subscription and answers the server's pings. Memory is what the server's resident size grew by."
            }
            Scenario::Connect => {
                "From a new TCP connection over the upgrade to the reply to the connect command; each client has a token of its own."
            }
            Scenario::Broadcast => {
                "128 bytes of JSON; the next publication is sent when the last receiver has the one before."
            }
            Scenario::Burst => {
                "Eight publications of 128 bytes reach the server together. Put together, they leave in one segment: 0.125 a delivery."
            }
            Scenario::Flood => "128 bytes of JSON, at most 64 publications on their way.",
            Scenario::Rate1000 | Scenario::Rate100 => {
                "128 bytes of JSON; latency counts from the moment when a publication was due."
            }
            Scenario::Publish => "16 kept-alive connections with one call on its way on each.",
            Scenario::SignalConnect => {
                "From a new TCP connection over the upgrade to the list of peers; each peer has an Ed25519 token of its own, which PeerJS and the bare epoll server do not check."
            }
            Scenario::RelayRooms | Scenario::RelayHall => {
                "A candidate of 128 bytes from one peer to another; latency counts from the moment when a message was due. PeerJS knows no rooms: there, all peers share one."
            }
            Scenario::SignalIdle => {
                "Memory is what the server's resident size grew by. Peers of the signal door answer pings; those of PeerJS say every 5 s that they are there, as its client does."
            }
        }
    }

    fn servers(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for round in &self.rounds {
            if !names.contains(&round.server.as_str()) {
                names.push(&round.server);
            }
        }
        names
    }

    fn figures(&self) -> BTreeSet<Figure> {
        let measured = self.rounds.iter().filter_map(|round| match &round.outcome {
            Outcome::Figures(figures) => Some(figures.keys().copied()),
            Outcome::Void(_) => None,
        });
        measured.flatten().collect()
    }

    fn table(&self) -> Table {
        let figures = self.figures();
        let heading = ["server", "rounds"].into_iter().chain(figures.iter().map(|figure| figure.heading()));
        let mut table = Table::new(heading);
        for server in self.servers() {
            let valid = self.of(server).filter(|round| matches!(round.outcome, Outcome::Figures(_))).count();
            let cells = figures.iter().map(|figure| {
                let values: Vec<f64> = self
                    .of(server)
                    .filter_map(|round| round.outcome.figure(*figure))
                    .map(|value| figure.shown(value))
                    .collect();
                Summary::of(&values).map_or_else(|| "–".to_owned(), cell)
            });
            table.push([server.to_owned(), valid.to_string()].into_iter().chain(cells).collect());
        }
        table
    }

    fn of<'s>(&'s self, server: &'s str) -> impl Iterator<Item = &'s Round> {
        self.rounds.iter().copied().filter(move |round| round.server == server)
    }

    fn targets(&self) -> Vec<String> {
        TARGETS
            .iter()
            .filter(|target| target.scenario == self.scenario)
            .filter_map(|target| target.judge(&self.rounds))
            .collect()
    }

    fn voided(&self) -> Vec<String> {
        let void = |round: &&Round| match &round.outcome {
            Outcome::Void(why) => Some(format!("**Void**: {} in round {}: {why}", round.server, round.round)),
            Outcome::Figures(_) => None,
        };
        self.rounds.iter().filter_map(void).collect()
    }
}

fn cell(summary: Summary) -> String {
    let Summary { median, min, max } = summary;
    format!("{} ({}–{})", number(median), number(min), number(max))
}

/// Three significant digits, but at most three decimals and no fewer than the whole number.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.9995 => format!("{value:.3}"),
        size if size < 9.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let shown: Vec<String> = [0.0, 0.0123, 0.125, 5.678, 56.78, 567.8, 45_678.9].map(number).into();
        assert_eq!(shown, ["0", "0.012", "0.125", "5.68", "56.8", "568", "45679"]);
    }

    #[test]
    fn a_kernel_release_is_cut_to_its_version() {
        let machine = crate::machine::Machine {
            processor: "CPU".to_owned(),
            cores: 2,
            memory_mib: 24_105,
            kernel: "6.18.44-vendor-v1".to_owned(),
        };
        assert_eq!(describe(&machine), "CPU, 2 cores, 24 GiB, Linux 6.18.44");
    }
}
