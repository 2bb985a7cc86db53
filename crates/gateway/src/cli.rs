//! The command line.
//!
//! - [`flags`]: every key of a configuration is a flag;
//! - [`run`]: a house from its opening to its end; [`descriptors`]: how many sockets it may have.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the command line speaks to a person")]

pub mod descriptors;
pub mod flags;
pub mod run;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::config::{Refused, Sources, centrifugo};

/// It ended as it was told to.
pub const ENDED: u8 = 0;
/// It could not start, or could not go on.
pub const FAILED: u8 = 1;
/// The configuration or the command line is wrong.
pub const WRONG: u8 = 2;

const EXIT_CODES: &str = "\
Exit codes:
  0  it ended as it was told to, or what was asked for is so
  1  it could not start, or was told to end twice
  2  the configuration or the command line is wrong";

/// Runs the program.
pub fn main(
    args: impl Iterator<Item = OsString>,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let variables = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let matches = command().get_matches_from(args);
    let code = match matches.subcommand() {
        Some(("centrifugo", matches)) => from_centrifugo(matches, variables.collect()),
        _ => unreachable_subcommand(),
    };
    ExitCode::from(code)
}

fn unreachable_subcommand() -> u8 {
    WRONG
}

fn command() -> Command {
    Command::new("vestibule")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The authenticated front door for an application's realtime traffic")
        .after_help(EXIT_CODES)
        .subcommand_required(true)
        .subcommand(centrifugo_command())
}

fn centrifugo_command() -> Command {
    Command::new("centrifugo")
        .about("Starts the house from a Centrifugo v6 configuration")
        .long_about(
            "Starts the house from a Centrifugo v6 configuration: its file (JSON or TOML), its CENTRIFUGO_* variables \
             and its flags, of which variables override the file and flags override both.\n\n\
             What the house does not do is named at start, one line each; what would be unsafe to ignore is refused. \
             Every key that takes effect is a flag: --client.ping_interval 10s, --client.insecure.",
        )
        .after_help("Exit codes: 0 ended as told, 1 could not start or the configuration is wrong, 2 wrong usage")
        .arg(config_arg().help("The configuration: a .json or .toml file"))
        .args(flags::args(&centrifugo::outline(), &["http_server.address", "http_server.port", "client.insecure", "http_api.insecure", "health.enabled", "prometheus.enabled", "log.level"]))
        .args(flags::of_centrifugo())
}

fn config_arg() -> Arg {
    Arg::new("config").short('c').long("config").value_name("FILE").value_parser(value_parser!(PathBuf))
}

fn from_centrifugo(matches: &ArgMatches, variables: Vec<(String, String)>) -> u8 {
    let sources = Sources { file: matches.get_one("config").cloned(), variables, flags: flags::given(matches) };
    match centrifugo::load(&sources) {
        Ok(plan) => run::run(plan, || {}),
        Err(refused) => refuse(&refused, FAILED),
    }
}

/// Says everything that is wrong.
fn refuse(refused: &Refused, code: u8) -> u8 {
    for line in refused.to_string().lines() {
        eprintln!("error: {line}");
    }
    code
}
