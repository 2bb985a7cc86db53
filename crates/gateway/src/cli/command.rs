//! What can be asked for.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::flags;
use super::sessions::words;
use crate::config::{centrifugo, own};

const EXIT_CODES: &str = "\
Exit codes:
  0  it ended as it was told to, or what was asked for is so
  1  it could not start, or was told twice to end
  2  the configuration or the command line is wrong";

const EXIT_CODES_OF_CENTRIFUGO: &str = "\
Exit codes:
  0  it ended as it was told to
  1  it could not start, its configuration is wrong, or it was told twice to end
  2  the command line is wrong";

const SOURCES: &str = "\
A variable overrides the file: VESTIBULE_ and the path of a key in capitals with __ between its parts, as in \
VESTIBULE_LISTEN__PORT=9000. A flag overrides both: --listen.port 9000. Every key whose path holds no name of your own \
is a flag; --help shows them all, -h those that are used most. `vestibule config` prints every key with its meaning and \
its default.";

/// The keys that the short help shows.
const COMMON: [&str; 5] = ["listen.address", "listen.port", "workers.count", "log.level", "log.format"];

/// The same of Centrifugo.
const COMMON_OF_CENTRIFUGO: [&str; 8] = [
    "http_server.address",
    "http_server.port",
    "client.insecure",
    "http_api.insecure",
    "http_api.key",
    "health.enabled",
    "prometheus.enabled",
    "log.level",
];

/// The whole command line. Without a subcommand the house is served.
pub fn command() -> Command {
    own_sources(Command::new("vestibule"))
        .version(env!("CARGO_PKG_VERSION"))
        .about("The authenticated front door for an application's realtime traffic")
        .long_about(format!(
            "The authenticated front door for an application's realtime traffic.\n\n{SOURCES}"
        ))
        .after_help(EXIT_CODES)
        .args_conflicts_with_subcommands(true)
        .subcommand(serve())
        .subcommand(check())
        .subcommand(
            Command::new("config").about("Prints every key with its meaning and its default, as TOML"),
        )
        .subcommand(dev())
        .subcommand(of_centrifugo())
        .subcommands(words::commands())
        .subcommand(super::signal::command())
        .subcommand(super::keygen::command())
        .subcommand(super::token::command())
        .subcommand(super::realm::command())
}

fn serve() -> Command {
    own_sources(Command::new("serve"))
        .about("Opens the house; the same as no subcommand")
        .long_about(format!(
            "Opens the house, and closes it at SIGTERM or SIGINT: it tells every client to come back, \
            and waits for them to go, at most shutdown.timeout. A second signal ends it at once. SIGHUP does the same where \
            the house was started at a terminal, and nothing anywhere else: nothing is reloaded.\n\n{SOURCES}"
        ))
        .after_help(EXIT_CODES)
}

fn check() -> Command {
    own_sources(Command::new("check"))
        .about("Says everything that is wrong with a configuration, or \"ok\"")
        .long_about(format!(
            "Says everything that is wrong with a configuration, or \"ok\". It does all that the house \
            does at start, short of listening.\n\n{SOURCES}"
        ))
        .after_help(EXIT_CODES)
}

fn dev() -> Command {
    let port = Arg::new("port").short('p').long("port").value_name("PORT").help("The port [default: 8000]");
    Command::new("dev")
        .about("Opens a house for development, and prints tokens and lines to paste")
        .long_about("Opens a house for development on this machine alone, and prints tokens for two users and lines to \
            paste. Its keys are made at start unless VESTIBULE_REALMS__DEV__SECRET and VESTIBULE_API__KEY give them. \
            Nothing is kept when it ends.")
        .after_help(EXIT_CODES)
        .arg(port)
        .args(flags::args(&own::outline(), &["listen.address", "log.level"]))
}

fn of_centrifugo() -> Command {
    Command::new("centrifugo")
        .about("Opens the house from a Centrifugo v6 configuration")
        .long_about("Opens the house from a Centrifugo v6 configuration: its file (JSON or TOML), its CENTRIFUGO_… \
            variables and its flags. Variables override the file, flags override both.\n\n\
            What the house does not do is named at start, one line each; what would be unsafe to ignore is refused. \
            Every key that takes effect is a flag: --client.ping_interval 10s, --client.insecure.")
        .after_help(EXIT_CODES_OF_CENTRIFUGO)
        .arg(config("The configuration: a .json or .toml file"))
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Says what is wrong and what is ignored, or \"ok\", and opens nothing"),
        )
        .args(flags::args(&centrifugo::outline(), &COMMON_OF_CENTRIFUGO))
        .args(flags::of_centrifugo())
}

fn own_sources(command: Command) -> Command {
    command
        .arg(config("The configuration: a .toml file").env("VESTIBULE_CONFIG"))
        .args(flags::args(&own::outline(), &COMMON))
}

fn config(help: &'static str) -> Arg {
    Arg::new("config")
        .short('c')
        .long("config")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::centrifugo::foreign;

    fn given(subcommand: &str, args: &[&str]) -> Vec<(String, String)> {
        let line = ["vestibule", subcommand].into_iter().chain(args.iter().copied());
        let matches = command().try_get_matches_from(line).expect("a good command line");
        flags::given(matches.subcommand_matches(subcommand).expect("the subcommand"))
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn a_flag_is_the_path_of_a_key_and_a_switch_needs_no_value() {
        let flags = given("centrifugo", &["--client.insecure", "-p", "9000", "--health.enabled=false"]);
        for (key, value) in
            [("client.insecure", "true"), ("http_server.port", "9000"), ("health.enabled", "false")]
        {
            assert!(flags.contains(&(key.into(), value.into())), "{key} is not among {flags:?}");
        }
        assert_eq!(flags.len(), 3, "what is not given has no value");
    }

    #[test]
    fn the_port_of_the_development_house_has_a_short_name() {
        assert_eq!(given("dev", &["-p", "9000"]), [("listen.port".into(), "9000".into())]);
    }

    #[test]
    fn every_flag_of_centrifugo_takes_effect_or_is_named() {
        let known: Vec<_> = centrifugo::outline().keys().map(|(key, _)| key.to_owned()).collect();
        for flag in flags::of_centrifugo() {
            let key = flag.get_id().as_str().to_owned();
            assert!(!known.contains(&key) && foreign::key_of(&key.replace('.', "_")).is_some(), "{key}");
        }
    }
}
