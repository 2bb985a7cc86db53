//! The command line.
//!
//! - [`command`]: what can be asked for; [`flags`]: every key of a configuration is a flag;
//! - [`run`]: a house from its opening to its end; [`descriptors`]: how many sockets it may have;
//! - [`sessions`]: what is asked of a house that runs;
//! - [`signal`]: the signal door alone, set up by the variables of the server that it stands in for;
//! - [`keygen`], [`token`], [`realm`]: keys, tokens and realms, without a house; [`words`]: what they have in common;
//! - [`out`]: what verbs say and how they end. Nothing else here writes to the standard output or the standard error.

pub mod command;
pub mod descriptors;
pub mod flags;
pub mod keygen;
pub mod out;
pub mod realm;
pub mod run;
pub mod sessions;
pub mod signal;
pub mod token;
pub mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::ArgMatches;

use crate::clock::Clock;
use crate::config::{Plan, Refused, Sources, centrifugo, own};
use crate::dev;
use out::{Done, Failure};

/// It ended as it was told to, or what was asked for is so.
pub const ENDED: u8 = 0;
/// It could not start, or could not go on.
pub const FAILED: u8 = 1;
/// The configuration or the command line is wrong.
pub const WRONG: u8 = 2;

/// Runs the program.
pub fn main(
    args: impl Iterator<Item = OsString>,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    let variables = variables.filter_map(text).collect();
    let matches = command::command().get_matches_from(args);
    let done = match matches.subcommand() {
        Some(("centrifugo", matches)) if matches.get_flag("check") => {
            check(centrifugo::load(&sources(matches, variables)))
        }
        Some(("centrifugo", matches)) => Ok(serve_centrifugo(&sources(matches, variables))),
        Some(("dev", matches)) => Ok(develop(sources(matches, variables))),
        Some(("check", matches)) => check(own::load(&sources(matches, variables))),
        Some((verb @ ("revoke" | "block" | "unblock" | "revocations"), matches)) => {
            sessions::run(verb, matches, variables)
        }
        Some(("signal", matches)) => signal::run(matches, variables),
        Some(("keygen", matches)) => keygen::run(matches).map(|()| ENDED),
        Some(("token", matches)) => token::run(matches, variables),
        Some(("realm", matches)) => realm::run(matches, variables),
        Some(("config", _)) => out::put(own::print::defaults()).map(|()| ENDED),
        Some((_, matches)) => Ok(serve(&sources(matches, variables))),
        None => Ok(serve(&sources(&matches, variables))),
    };
    ExitCode::from(done.unwrap_or_else(Failure::tell))
}

fn sources(matches: &ArgMatches, variables: Vec<(String, String)>) -> Sources {
    let file = matches.try_get_one("config").ok().flatten().cloned();
    Sources { file, variables, flags: flags::given(matches), ..Sources::default() }
}

fn serve(sources: &Sources) -> u8 {
    match own::load(sources) {
        Ok(plan) => run::run(plan, |_| {}),
        Err(refused) => refuse(&refused, WRONG),
    }
}

/// Centrifugo ends with 1 when its configuration is wrong, and whoever watches it expects that.
fn serve_centrifugo(sources: &Sources) -> u8 {
    match centrifugo::load(sources) {
        Ok(plan) => run::run(plan, |_| {}),
        Err(refused) => refuse(&refused, FAILED),
    }
}

fn develop(sources: Sources) -> u8 {
    match dev::set_up(sources, Clock::start().now().unix, &mut rand::rng()) {
        // A house whose greeting nobody hears is open all the same.
        Ok(development) => run::run(development.plan, |_| _ = out::say(development.greeting)),
        Err(refused) => refuse(&refused, WRONG),
    }
}

/// Everything short of opening the house.
fn check(result: Result<Plan, Refused>) -> Done<u8> {
    let plan = match result {
        Ok(plan) => plan,
        Err(refused) => return Ok(refuse(&refused, WRONG)),
    };
    let realms = plan.settings.realms.build().map_or_else(|_| Vec::new(), |(_, warnings)| warnings);
    let realms = realms.iter().map(ToString::to_string);
    for warning in plan.warnings.into_iter().chain(realms) {
        out::warn(warning);
    }
    out::say("ok").map(|()| ENDED)
}

/// Says everything that is wrong.
fn refuse(refused: &Refused, code: u8) -> u8 {
    out::complain(refused);
    code
}
