//! What a run does, checked before anything is started.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::{RunArgs, Sizes};
use crate::failure::{Doing, Failure};
use crate::generator::centrifuge::Encoding;
use crate::machine;
use crate::results::Setting;
use crate::scenario::Scenario;

/// The name of the bare epoll server that sends each publication by itself.
pub(crate) const REFERENCE: &str = "reference";
/// The name of the one that sends what waits in one write.
pub(crate) const COALESCED: &str = "reference-coalesced";

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
}

/// What a server is in the comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A server under test.
    Subject,
    /// The bare epoll server: no pings, JSON only, no tokens.
    Reference,
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
        let scenarios = if args.scenario.is_empty() { Scenario::ALL.to_vec() } else { args.scenario.clone() };
        let servers = servers(args)?;
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
        let taking_part =
            self.servers.iter().filter(|server| server.kind == Kind::Subject || scenario.has_reference());
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
            Kind::Reference => Encoding::Json,
        }
    }
}

fn servers(args: &RunArgs) -> crate::Result<Vec<ServerSpec>> {
    let mut servers: Vec<ServerSpec> = Vec::new();
    for (name, command) in &args.servers {
        let taken = [REFERENCE, COALESCED].contains(&name.as_str())
            || servers.iter().any(|other| other.name == *name);
        if taken {
            return Err(Failure::Operator(format!("the server name {name} is taken: choose another")));
        }
        if !command.contains("{port}") {
            return Err(Failure::Operator(format!(
                "the command of {name} does not say where its {{port}} goes"
            )));
        }
        servers.push(ServerSpec { name: name.clone(), command: command.clone(), kind: Kind::Subject });
    }
    if !args.no_reference {
        let program = std::env::current_exe().doing("finding this program's own file")?;
        let program = program.display();
        for (name, flag) in [(REFERENCE, ""), (COALESCED, " --coalesce")] {
            let command = format!("'{program}' reference --port {{port}}{flag}");
            servers.push(ServerSpec { name: name.to_owned(), command, kind: Kind::Reference });
        }
    }
    Ok(servers)
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
    fn the_server_and_the_load_do_not_share_a_core() {
        assert!(plan(&["--server", "a=a {port}", "--server-core", "1"]).is_err());
    }
}
