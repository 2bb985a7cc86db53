//! What can be asked on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::generator::centrifuge::Encoding;
use crate::scenario::Scenario;

/// Measures servers of the Centrifuge protocol, and signaling servers, over real sockets, beside a bare epoll server.
#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start servers one after the other, load each, and write down what it cost.
    Run(Box<RunArgs>),
    /// Be the bare epoll server that others are compared with.
    Reference(ReferenceArgs),
    /// Make a Markdown page from the results of runs.
    Report(ReportArgs),
}

#[derive(Args)]
pub(crate) struct RunArgs {
    /// A server under test. COMMAND is run by the shell, with {port} replaced by the port that it must listen on
    /// (127.0.0.1); it must stay in the foreground. Environment variables go through env, as in
    /// "centrifugo=env CENTRIFUGO_HTTP_SERVER_PORT={port} centrifugo --config c.json". Repeat for more servers; the
    /// names vestibule and centrifugo are those that the report compares.
    #[arg(long = "server", value_name = "NAME=COMMAND", value_parser = named)]
    #[arg(required_unless_present_any = ["signal", "peerjs"])]
    pub(crate) servers: Vec<(String, String)>,

    /// A server with a signal door, given as --server gives its own. It finds the keys of room tokens in its environment,
    /// in PRIVATE_KEY_JWK, PUBLIC_KEY_JWK and ADMIN_SECRET. The name vestibule is the one that the report compares.
    #[arg(long, value_name = "NAME=COMMAND", value_parser = named)]
    pub(crate) signal: Vec<(String, String)>,

    /// The program `peerjs` of an installed PeerJS server (npm install peer), measured where its job is that of the signal
    /// door.
    #[arg(long, value_name = "FILE")]
    pub(crate) peerjs: Option<PathBuf>,

    /// What to measure; if not given, all that the given servers can do.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST")]
    pub(crate) scenario: Vec<Scenario>,

    /// How often each server is measured in each scenario; odd rounds go through the servers forwards, even rounds
    /// backwards.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rounds: u32,

    /// Small sizes and one round, to see in seconds that everything works; the numbers mean nothing.
    #[arg(long)]
    pub(crate) quick: bool,

    /// Do not measure the bare epoll server beside the others.
    #[arg(long)]
    pub(crate) no_reference: bool,

    /// Secret that connection tokens are signed with (HS256), and that the key of room tokens (Ed25519) is made from.
    #[arg(long, default_value = "bench-token-secret-of-32-letters")]
    pub(crate) secret: String,

    /// Key of the servers' HTTP API.
    #[arg(long, default_value = "bench-api-key")]
    pub(crate) api_key: String,

    /// Channel that receivers subscribe to and that is published to.
    #[arg(long, default_value = "bench")]
    pub(crate) channel: String,

    /// Path of the WebSocket endpoint.
    #[arg(long, default_value = "/connection/websocket")]
    pub(crate) path: String,

    /// How commands and replies are written; the bare epoll server always speaks JSON.
    #[arg(long, value_enum, default_value_t = Encoding::Json)]
    pub(crate) encoding: Encoding,

    /// Core that servers run on.
    #[arg(long, default_value_t = 0)]
    pub(crate) server_core: usize,

    /// Core that the load comes from.
    #[arg(long, default_value_t = 1)]
    pub(crate) generator_core: usize,

    /// Seconds to wait with idle connections before memory is read: SECONDS for all servers, NAME=SECONDS for one. A
    /// server written in Go gives memory back late: wait 300 s for it.
    #[arg(long, value_name = "[NAME=]SECONDS", default_value = "30", value_parser = settle)]
    pub(crate) settle: Vec<(Option<String>, u64)>,

    /// File for the raw results, rewritten after every scenario.
    #[arg(long, value_name = "FILE", default_value = "bench-results.json")]
    pub(crate) out: PathBuf,

    /// Folder for the servers' output; one below the folder for temporary files if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) logs: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) sizes: Sizes,
}

/// How much each scenario does. The defaults are those of the published page.
#[derive(Args, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[command(next_help_heading = "Sizes")]
pub(crate) struct Sizes {
    /// idle and signal-idle: connections, each with one subscription or in a room of ten.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) idle_connections: usize,
    /// idle and signal-idle: seconds over which CPU is read after the wait; two ping intervals.
    #[arg(long, default_value_t = 50)]
    pub(crate) observe: u64,
    /// connect and signal-connect: connections, one after the other.
    #[arg(long, default_value_t = 5_000)]
    pub(crate) connects: usize,
    /// All scenarios: connections whose handshake may be unfinished at the same time.
    #[arg(long, default_value_t = 64)]
    pub(crate) at_once: usize,
    /// broadcast and burst: subscribers.
    #[arg(long, default_value_t = 5_000)]
    pub(crate) receivers: usize,
    /// broadcast: publications, each sent when the one before has reached everybody.
    #[arg(long, default_value_t = 100)]
    pub(crate) messages: usize,
    /// burst: bursts of eight publications.
    #[arg(long, default_value_t = 25)]
    pub(crate) bursts: usize,
    /// burst: how the eight publications are handed over together.
    #[arg(long, value_enum, default_value_t = BurstVia::Pipeline)]
    pub(crate) burst_via: BurstVia,
    /// flood: publications to 1,000 subscribers, as fast as they go.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) flood_messages: usize,
    /// rate-1000 and rate-100: seconds of publishing at the fixed rate.
    #[arg(long, default_value_t = 10)]
    pub(crate) rate_seconds: usize,
    /// publish: calls of the HTTP API while nobody listens.
    #[arg(long, default_value_t = 50_000)]
    pub(crate) calls: usize,
    /// relay-rooms: rooms of ten peers.
    #[arg(long, default_value_t = ROOMS)]
    #[serde(default = "rooms")]
    pub(crate) rooms: usize,
    /// relay-hall: peers in the one room.
    #[arg(long, default_value_t = HALL)]
    #[serde(default = "hall")]
    pub(crate) hall: usize,
    /// relay-rooms and relay-hall: messages from one peer to another, each second.
    #[arg(long, default_value_t = RELAY_RATE, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    #[serde(default = "relay_rate")]
    pub(crate) relay_rate: u32,
    /// relay-rooms and relay-hall: seconds of relaying.
    #[arg(long, default_value_t = RELAY_SECONDS)]
    #[serde(default = "relay_seconds")]
    pub(crate) relay_seconds: u32,
}

const ROOMS: usize = 1_000;
const HALL: usize = 2_000;
const RELAY_RATE: u32 = 4_000;
const RELAY_SECONDS: u32 = 10;

/// For results of runs that did not know of rooms.
fn rooms() -> usize {
    ROOMS
}

fn hall() -> usize {
    HALL
}

fn relay_rate() -> u32 {
    RELAY_RATE
}

fn relay_seconds() -> u32 {
    RELAY_SECONDS
}

/// How a burst reaches the server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BurstVia {
    /// Eight requests to /api/publish in one write on one connection.
    Pipeline,
    /// One request to /api/batch that holds eight publications.
    Batch,
}

#[derive(Args)]
pub(crate) struct ReferenceArgs {
    /// Port on 127.0.0.1 to listen on.
    #[arg(long)]
    pub(crate) port: u16,
    /// Send all publications that wait together in one write, instead of one write each.
    #[arg(long)]
    pub(crate) coalesce: bool,
}

#[derive(Args)]
pub(crate) struct ReportArgs {
    /// Results of runs, as written by run --out.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

fn named(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, command)) if !name.is_empty() && !command.trim().is_empty() => {
            Ok((name.to_owned(), command.trim().to_owned()))
        }
        _ => Err("a server is given as NAME=COMMAND".to_owned()),
    }
}

fn settle(text: &str) -> Result<(Option<String>, u64), String> {
    let (name, seconds) = match text.split_once('=') {
        Some((name, seconds)) => (Some(name.to_owned()), seconds),
        None => (None, text),
    };
    let seconds = seconds.parse().map_err(|_| format!("{seconds} is not a number of seconds"))?;
    Ok((name, seconds))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_server_is_a_name_and_a_command_that_may_hold_equal_signs() {
        let server = named("centrifugo=env PORT={port} centrifugo --config=c.json").unwrap();
        assert_eq!(
            server,
            ("centrifugo".to_owned(), "env PORT={port} centrifugo --config=c.json".to_owned())
        );
        assert!(named("centrifugo").is_err());
        assert!(named("centrifugo= ").is_err());
    }

    #[test]
    fn a_wait_may_be_for_one_server() {
        assert_eq!(settle("30"), Ok((None, 30)));
        assert_eq!(settle("centrifugo=310"), Ok((Some("centrifugo".to_owned()), 310)));
        assert!(settle("soon").is_err());
    }
}
