//! `vestibule signal`: the signal door alone, set up by the variables of the server that it stands in for, and by its
//! `.env` file.
//!
//! - `variables`: which of our keys they are; `env_file`: how the file is written.

mod env_file;
mod variables;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::Value;
use vestibule_auth::issue::{GenerateKind, GeneratedKey};

use super::out::{Done, Failure, note, say};
use super::{ENDED, FAILED, run};
use crate::config::{Plan, Refused, Sources, own};
use variables::Variables;

/// Before everything that this verb says.
const MARK: &str = "[client-db-sync] ";

/// The house without a configuration file: one door, which is open to the world. A large office behind one address has
/// room in these bounds, and whoever floods the door from one has not.
const SETTINGS: &str = "\
[listen]
address = \"0.0.0.0\"
port = 8080
[limits]
connections_per_address = 2000
connections_per_address_per_second = 200
[metrics]
enabled = true
";

/// The verb.
pub fn command() -> Command {
    let keygen =
        Command::new("keygen").about("Makes a pair of keys, and prints the two lines for a .env file");
    Command::new("signal")
        .about("Opens the WebRTC signaling server alone")
        .long_about(
            "Opens the WebRTC signaling server alone, on port 8080 of every address. It is set up by variables, or by a \
             file .env beside it, which variables override: PRIVATE_KEY_JWK, PUBLIC_KEY_JWK and ADMIN_SECRET are needed, \
             unless AUTH_DISABLED=true; PORT, CONSUMER_PUBLIC_KEY_JWK, CONSUMER_ISSUER, CONSUMER_AUDIENCE, \
             SIGNAL_REGISTER_GRACE, SIGNAL_ROOMLESS, SIGNAL_CLOSE_ON_EXPIRY, SIGNAL_MAX_TTL, SIGNAL_TURN_SECRET and \
             SIGNAL_TURN_URLS may be given. A configuration file (--config) sets what they do not.",
        )
        .after_help("Exit codes:\n  0  it ended as it was told to\n  1  it could not start\n  2  the command line is wrong")
        .arg(
            Arg::new("config")
                .short('c')
                .long("config")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("A configuration with a section [signal]"),
        )
        .subcommand(keygen)
}

/// Opens it.
///
/// # Errors
/// When new keys cannot be written.
pub fn run(matches: &ArgMatches, given: Vec<(String, String)>) -> Done<u8> {
    if let Some(("keygen", _)) = matches.subcommand() {
        return keygen().map(|()| ENDED);
    }
    let file = matches.get_one::<PathBuf>("config").cloned();
    let opened = Variables::read(given, Path::new(".env")).and_then(|variables| {
        let plan = plan(file, &variables)?;
        Ok((variables, plan))
    });
    match opened {
        Ok((variables, plan)) => Ok(serve(plan, &variables)),
        Err(lines) => {
            for line in lines {
                note(MARK, line);
            }
            Ok(FAILED)
        }
    }
}

/// What this verb would open here, by its variables and its `.env` file alone.
///
/// # Errors
/// What is missing or wrong.
pub fn settled(given: Vec<(String, String)>) -> Result<Plan, String> {
    let plan = Variables::read(given, Path::new(".env")).and_then(|variables| plan(None, &variables));
    plan.map_err(|lines| lines.join("\n"))
}

fn serve(plan: Plan, variables: &Variables) -> u8 {
    // A file, or a variable of our own, may say otherwise than those of the original.
    let door = plan.settings.signal.as_ref();
    let is_open = door.is_some_and(|door| door.http.tokens.is_none());
    let has_consumers = door.is_some_and(|door| door.consumers.is_some());
    for warning in variables.warnings(is_open, has_consumers) {
        note(MARK, warning);
    }
    let auth = if is_open { "DISABLED" } else { "enabled" };
    run::run(plan, |address| {
        // A house whose greeting nobody hears is open all the same.
        _ = say(format_args!("{MARK}Signaling server running on port {} (auth: {auth})", address.port()));
    })
}

fn plan(file: Option<PathBuf>, variables: &Variables) -> Result<Plan, Vec<String>> {
    if file.is_none() {
        let missing = variables.missing();
        if !missing.is_empty() {
            return Err(vec![
                format!("Missing required env vars: {}", missing.join(", ")),
                "Make the keys with: vestibule signal keygen".to_owned(),
                "Or let everybody in, for development alone, with AUTH_DISABLED=true".to_owned(),
            ]);
        }
    }
    let sources = Sources { file, variables: variables.own(), named: variables.keys(), ..Sources::default() };
    let plan = match sources.file {
        Some(_) => own::load(&sources),
        None => own::parse(&[own::signal::ALONE, SETTINGS].concat(), &sources),
    };
    plan.map_err(|refused: Refused| refused.to_string().lines().map(ToOwned::to_owned).collect())
}

/// Two lines for a `.env` file, and on the standard error what is for people. The members of both keys stand in the
/// order in which they always stood.
fn keygen() -> Done<()> {
    let made = GeneratedKey::new(GenerateKind::Ed25519, None).map_err(Failure::failed)?;
    let jwk: Value = serde_json::from_str(made.bare_private_jwk().reveal()).unwrap_or_default();
    let written = |names: &[&str]| {
        let members: Vec<_> = names.iter().map(|name| format!("\"{name}\":{}", jwk[*name])).collect();
        in_base64(&format!("{{{}}}", members.join(",")))
    };
    say(format_args!("PRIVATE_KEY_JWK={}", written(&["crv", "d", "x", "kty"])))?;
    say(format_args!("PUBLIC_KEY_JWK={}", written(&["crv", "x", "kty"])))?;
    note(
        "",
        "✓ A pair of Ed25519 keys was generated. Add the two lines to your .env file; keep the private key secret.",
    );
    Ok(())
}

fn in_base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
