//! What a run does, checked before anything is started.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::{RunArgs, Sizes};
use crate::failure::{Doing, Failure};
use crate::generator::centrifuge::Encoding;
use crate::generator::signal::Dialect;
use crate::machine;
use crate::results::Setting;
use crate::scenario::{Scenario, Trade};
use crate::token::RoomSigner;

/// The name of the bare epoll server that sends each publication by itself.
pub(crate) const REFERENCE: &str = "reference";
/// The name of the one that sends what waits in one write.
pub(crate) const COALESCED: &str = "reference-coalesced";
/// The name of the PeerJS server.
pub(crate) const PEERJS: &str = "peerjs";

/// The key of PeerJS: a word that clients bring, and that says which of its rooms of ids they mean.
pub(crate) const PEERJS_KEY: &str = "vestibule-bench";

/// A checked run.
pub(crate) struct Plan {
    pub(crate) servers: Vec<ServerSpec>,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) rounds: u32,
    pub(crate) setting: Setting,
    pub(crate) secret: String,
    pub(crate) api_key: String,
    pub(crate) path: String,
    pub(crate) cores: Cores,
    pub(crate) out: PathBuf,
    pub(crate) logs: PathBuf,
    settle: Vec<(Option<String>, u64)>,
}

/// Who runs where.
#[derive(Clone, Copy)]
pub(crate) struct Cores {
    pub(crate) server: usize,
    pub(crate) generator: usize,
}

/// A server and how it is started.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServerSpec {
    pub(crate) name: String,
    pub(crate) command: String,
    pub(crate) kind: Kind,
    /// Added to the environment.
    pub(crate) variables: Vec<(&'static str, String)>,
}

/// What a server is in the comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A server of the Centrifuge protocol under test.
    Subject,
    /// The bare epoll server: no pings, JSON only, no tokens.
    Reference,
    /// The one that sends what waits in one write, which makes no difference to messages for one peer.
    Coalesced,
    /// A signaling server under test.
    Signal(Dialect),
}

impl ServerSpec {
    /// The command line with its port filled in.
    pub(crate) fn command_on(&self, port: u16) -> String {
        self.command.replace("{port}", &port.to_string())
    }
}

impl Plan {
    /// Checks what was asked for and fills in the rest.
    pub(crate) fn from_args(args: &RunArgs) -> crate::Result<Self> {
        let sizes = if args.quick { quick() } else { args.sizes.clone() };
        let servers = servers(args)?;
        let scenarios = scenarios(args, &servers)?;
        let most = scenarios.iter().map(|scenario| scenario.connections(&sizes)).max().unwrap_or(0);
        machine::make_room_for(most)?;
        if args.server_core == args.generator_core {
            return Err(Failure::Operator("the server and the load need a core each".to_owned()));
        }
        if let Some(name) = unknown_server(&args.settle, &servers) {
            return Err(Failure::Operator(format!("--settle names {name}, which is none of the servers")));
        }
        let logs = || std::env::temp_dir().join(format!("vestibule-bench-{}", std::process::id()));
        Ok(Self {
            servers,
            scenarios,
            rounds: if args.quick { 1 } else { args.rounds },
            setting: Setting {
                channel: args.channel.clone(),
                encoding: args.encoding,
                quick: args.quick,
                sizes,
            },
            secret: args.secret.clone(),
            api_key: args.api_key.clone(),
            path: args.path.clone(),
            cores: Cores { server: args.server_core, generator: args.generator_core },
            out: args.out.clone(),
            logs: args.logs.clone().unwrap_or_else(logs),
            settle: if args.quick { vec![(None, 1)] } else { args.settle.clone() },
        })
    }

    /// The servers that `scenario` measures, in the order of round `round` (from 1): A B, B A, A B, …
    pub(crate) fn order(&self, scenario: Scenario, round: u32) -> Vec<&ServerSpec> {
        let taking_part = self.servers.iter().filter(|server| server.kind.does(scenario));
        if round.is_multiple_of(2) { taking_part.rev().collect() } else { taking_part.collect() }
    }

    /// How long `server` is left alone before its memory is read.
    pub(crate) fn settle(&self, server: &ServerSpec) -> Duration {
        let own = self.settle.iter().rfind(|(name, _)| name.as_deref() == Some(&server.name));
        let general = self.settle.iter().rfind(|(name, _)| name.is_none());
        Duration::from_secs(own.or(general).map_or(30, |(_, seconds)| *seconds))
    }

    /// How `server` is spoken to.
    pub(crate) fn encoding(&self, server: &ServerSpec) -> Encoding {
        match server.kind {
            Kind::Subject => self.setting.encoding,
            Kind::Reference | Kind::Coalesced | Kind::Signal(_) => Encoding::Json,
        }
    }
}

impl Kind {
    /// Whether such a server is measured in `scenario`.
    fn does(self, scenario: Scenario) -> bool {
        match (self, scenario.trade()) {
            (Self::Subject, trade) => trade == Trade::Channels,
            (Self::Signal(_), trade) => trade == Trade::Signal,
            (Self::Reference, _) | (Self::Coalesced, Trade::Channels) => scenario.has_reference(),
            (Self::Coalesced, Trade::Signal) => false,
        }
    }

    /// Whether it is one of those that are measured for their own sake.
    fn is_under_test(self) -> bool {
        matches!(self, Self::Subject | Self::Signal(_))
    }
}

/// The scenarios that were asked for, or all those that some server under test can do.
fn scenarios(args: &RunArgs, servers: &[ServerSpec]) -> crate::Result<Vec<Scenario>> {
    let has_a_server =
        |scenario: Scenario| servers.iter().any(|one| one.kind.is_under_test() && one.kind.does(scenario));
    if args.scenario.is_empty() {
        return Ok(Scenario::ALL.into_iter().filter(|scenario| has_a_server(*scenario)).collect());
    }
    match args.scenario.iter().find(|scenario| !has_a_server(**scenario)) {
        Some(idle) => Err(Failure::Operator(format!("none of the servers can do {}", idle.name()))),
        None => Ok(args.scenario.clone()),
    }
}

fn servers(args: &RunArgs) -> crate::Result<Vec<ServerSpec>> {
    let mut servers: Vec<ServerSpec> = Vec::new();
    let subjects = args.servers.iter().map(|given| (given, Kind::Subject));
    let signal = args.signal.iter().map(|given| (given, Kind::Signal(Dialect::Door)));
    for ((name, command), kind) in subjects.chain(signal) {
        let trade = |kind: Kind| matches!(kind, Kind::Signal(_));
        let taken = [REFERENCE, COALESCED, PEERJS].contains(&name.as_str())
            || servers.iter().any(|other| other.name == *name && trade(other.kind) == trade(kind));
        if taken {
            return Err(Failure::Operator(format!("the server name {name} is taken: choose another")));
        }
        if !command.contains("{port}") {
            return Err(Failure::Operator(format!(
                "the command of {name} does not say where its {{port}} goes"
            )));
        }
        let variables = if trade(kind) { RoomSigner::new(&args.secret, 0).variables() } else { Vec::new() };
        servers.push(ServerSpec { name: name.clone(), command: command.clone(), kind, variables });
    }
    servers.extend(args.peerjs.as_deref().map(peerjs).transpose()?);
    if !args.no_reference {
        servers.extend(references()?);
    }
    Ok(servers)
}

/// A PeerJS server that turns nobody away and otherwise does what it does by default.
fn peerjs(program: &Path) -> crate::Result<ServerSpec> {
    if !program.is_file() {
        return Err(Failure::Operator(format!("there is no {}: npm install peer", program.display())));
    }
    let program = program.display();
    let command = format!(
        "'{program}' --host 127.0.0.1 --port {{port}} --path / --key {PEERJS_KEY} --concurrent_limit 1000000"
    );
    let kind = Kind::Signal(Dialect::PeerJs);
    Ok(ServerSpec { name: PEERJS.to_owned(), command, kind, variables: Vec::new() })
}

fn references() -> crate::Result<[ServerSpec; 2]> {
    let program = std::env::current_exe().doing("finding this program's own file")?;
    let program = program.display();
    let one = |name: &str, flag: &str, kind| ServerSpec {
        name: name.to_owned(),
        command: format!("'{program}' reference --port {{port}}{flag}"),
        kind,
        variables: Vec::new(),
    };
    Ok([one(REFERENCE, "", Kind::Reference), one(COALESCED, " --coalesce", Kind::Coalesced)])
}

fn unknown_server<'a>(settle: &'a [(Option<String>, u64)], servers: &[ServerSpec]) -> Option<&'a str> {
    let mut names = settle.iter().filter_map(|(name, _)| name.as_deref());
    names.find(|name| servers.iter().all(|server| server.name != *name))
}

/// Sizes that are done in seconds.
fn quick() -> Sizes {
    Sizes {
        idle_connections: 200,
        observe: 2,
        connects: 200,
        at_once: 32,
        receivers: 200,
        messages: 20,
        bursts: 5,
        burst_via: crate::cli::BurstVia::Pipeline,
        flood_messages: 100,
        rate_seconds: 1,
        calls: 1_000,
        rooms: 20,
        hall: 100,
        relay_rate: 1_000,
        relay_seconds: 1,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn plan(arguments: &[&str]) -> crate::Result<Plan> {
        let line = ["vestibule-bench", "run", "--quick"].iter().chain(arguments);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Run(args) => Plan::from_args(&args),
            Command::Reference(_) | Command::Report(_) => panic!("the arguments begin with run"),
        }
    }

    fn names(servers: &[&ServerSpec]) -> Vec<String> {
        servers.iter().map(|server| server.name.clone()).collect()
    }

    #[test]
    fn rounds_go_forwards_and_backwards_in_turn() {
        let plan = plan(&["--server", "a=a {port}", "--server", "b=b {port}"]).unwrap();
        let forwards = ["a", "b", REFERENCE, COALESCED];
        let backwards = [COALESCED, REFERENCE, "b", "a"];
        assert_eq!(names(&plan.order(Scenario::Broadcast, 1)), forwards);
        assert_eq!(names(&plan.order(Scenario::Broadcast, 2)), backwards);
        assert_eq!(names(&plan.order(Scenario::Broadcast, 3)), forwards);
    }

    #[test]
    fn the_reference_has_no_part_in_what_it_cannot_do() {
        let plan = plan(&["--server", "a=a {port}"]).unwrap();
        assert_eq!(names(&plan.order(Scenario::Idle, 1)), ["a"]);
    }

    #[test]
    fn a_command_without_a_port_or_with_a_taken_name_is_refused() {
        assert!(plan(&["--server", "a=a"]).is_err());
        assert!(plan(&["--server", "a=a {port}", "--server", "a=b {port}"]).is_err());
        assert!(plan(&["--server", "reference=a {port}"]).is_err());
    }

    #[test]
    fn a_wait_for_an_unknown_server_is_refused() {
        assert!(plan(&["--server", "a=a {port}", "--settle", "b=300"]).is_err());
    }

    #[test]
    fn each_server_is_measured_in_what_it_can_do() {
        let plan = plan(&["--server", "a=a {port}", "--signal", "s=s {port}"]).unwrap();
        assert_eq!(names(&plan.order(Scenario::RelayRooms, 1)), ["s", REFERENCE]);
        assert_eq!(names(&plan.order(Scenario::SignalIdle, 1)), ["s"]);
        assert_eq!(names(&plan.order(Scenario::Connect, 1)), ["a", REFERENCE, COALESCED]);
        assert_eq!(plan.scenarios, Scenario::ALL);
    }

    #[test]
    fn without_a_signaling_server_there_is_nothing_to_relay() {
        assert_eq!(plan(&["--server", "a=a {port}"]).unwrap().scenarios.len(), 8);
        let refusal = plan(&["--server", "a=a {port}", "--scenario", "relay-rooms"]).err().unwrap();
        assert_eq!(refusal.to_string(), "none of the servers can do relay-rooms");
        assert!(plan(&["--peerjs", "/nowhere/peerjs"]).is_err());
    }

    #[test]
    fn only_a_server_with_a_signal_door_is_given_the_keys_of_rooms() {
        let plan = plan(&["--server", "a=a {port}", "--signal", "a=s {port}"]).unwrap();
        let given: Vec<bool> = plan.servers.iter().map(|server| !server.variables.is_empty()).collect();
        assert_eq!(given, [false, true, false, false]);
    }

    #[test]
    fn the_server_and_the_load_do_not_share_a_core() {
        assert!(plan(&["--server", "a=a {port}", "--server-core", "1"]).is_err());
    }
}
