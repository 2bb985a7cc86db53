//! What can be asked for.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

const WHERE: &str = "\
It asks the house that runs: at the address and with the key that the configuration gives (--config, VESTIBULE_… \
variables), unless --url and --key-file say otherwise. VESTIBULE_API__KEY holds the key as well.

What is done is done in the default organisation, or in the one of --organisation: with its own key (api.keys), or with \
that of operators (api.operator_key, VESTIBULE_API__OPERATOR_KEY), which is good for all.";

const EXIT_CODES: &str = "\
Exit codes:
  0  it is done
  1  nobody answers, or the house failed
  2  the configuration or the command line is wrong
  3  the house refused it";

/// The verbs.
pub fn commands() -> [Command; 4] {
    [revoke(), block(), unblock(), revocations()]
}

fn revoke() -> Command {
    let kind = |name, about, argument: Option<&'static str>| {
        let mut command = asking(Command::new(name).about(about).after_help(EXIT_CODES)).args(remarks());
        if let Some(value) = argument {
            command = command.arg(name_of(value));
        }
        command
    };
    Command::new("revoke")
        .about("Ends the connections of tokens that are good no longer, and keeps them out")
        .long_about(format!(
            "Ends the connections of tokens that are good no longer within a second, and keeps these tokens out \
            until no such token can be alive any more, or as long as you say. A user who logs in again is let in; \
            to keep him out, block him.\n\n{WHERE}"
        ))
        .after_help(EXIT_CODES)
        .subcommand_required(true)
        .subcommand(kind("token", "One token, by its id (claim jti)", Some("JTI")))
        .subcommand(kind("session", "A login session, by its id (claim sid)", Some("SID")))
        .subcommand(kind("user", "All tokens of a user that were issued until now", Some("USER")).arg(before()))
        .subcommand(kind("organisation", "Everybody's tokens that were issued until now", None).arg(before()))
}

fn block() -> Command {
    asking(Command::new("block"))
        .about("Keeps a user out, whatever token he has")
        .long_about(format!(
            "Keeps a user out, whatever token he has, and ends his connections within a second. Without an end the \
            block holds until `vestibule unblock`.\n\n{WHERE}"
        ))
        .after_help(EXIT_CODES)
        .arg(name_of("USER"))
        .args(remarks())
}

fn unblock() -> Command {
    asking(Command::new("unblock"))
        .about("Lets a blocked user in again")
        .long_about(format!("Lets a blocked user in again.\n\n{WHERE}"))
        .after_help(EXIT_CODES)
        .arg(name_of("USER"))
}

fn revocations() -> Command {
    let number = |name: &'static str, help| number(name, help).conflicts_with("remove");
    asking(Command::new("revocations"))
        .about("Lists what is revoked and who is blocked, or takes one back")
        .long_about(format!("Lists what is revoked and who is blocked, or takes one back.\n\n{WHERE}"))
        .after_help(EXIT_CODES)
        .arg(number("after", "Only those after the one of this id"))
        .arg(number("limit", "At most so many [default: 100]"))
        .arg(self::number("remove", "Takes back the one of this id").value_name("ID"))
}

/// Where the house is, and how its answer is shown.
fn asking(command: Command) -> Command {
    let path = |name: &'static str, value, help| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
    };
    command
        .arg(path("config", "FILE", "The configuration: a .toml file").short('c').env("VESTIBULE_CONFIG"))
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .help("The server API, as in http://127.0.0.1:8000/api"),
        )
        .arg(path("key-file", "FILE", "A file that holds the key of the server API"))
        .arg(
            Arg::new("within")
                .long("organisation")
                .value_name("NAME")
                .help("The organisation in which it is done [default: that of the key]"),
        )
        .arg(
            Arg::new("json").long("json").action(ArgAction::SetTrue).help("The answer as JSON, for programs"),
        )
}

fn remarks() -> [Arg; 4] {
    [
        Arg::new("for")
            .long("for")
            .value_name("TIME")
            .help("How long it holds, as in 2h")
            .conflicts_with("until"),
        number("until", "Until when it holds, in seconds since 1970"),
        Arg::new("note").long("note").value_name("TEXT").help("What for; shown in the list"),
        Arg::new("by").long("by").value_name("WHO").help("Who did it; shown in the list"),
    ]
}

fn before() -> Arg {
    number("before", "Only tokens issued in this second or earlier, in seconds since 1970")
}

fn number(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("NUMBER").value_parser(value_parser!(i64)).help(help)
}

/// An id may begin with a hyphen: one of 64 of the house's own does.
fn name_of(value: &'static str) -> Arg {
    Arg::new("name").value_name(value).required(true).allow_hyphen_values(true)
}
