//! `vestibule token`: what a token says, whether it is good, and new ones.
//!
//! - `inspect`: what it says, believing nothing; `verify`: whether the house would take it, and `advice`: what to do if
//!   not; `mint`: new ones;
//! - `bench`: realms with the keys that their providers publish now; `unseen`: what is said where those cannot be had.

mod advice;
pub mod bench;
mod inspect;
mod mint;
pub mod unseen;
pub mod verify;

use clap::{ArgMatches, Command};

use super::out::Done;
use super::{ENDED, WRONG};

/// The token is not good.
pub const NOT_GOOD: u8 = 3;
/// Only the time is wrong.
pub const NOT_NOW: u8 = 4;
/// It cannot be told: keys cannot be had.
pub const NO_KEYS: u8 = 5;

/// Exit codes of verbs that judge tokens.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  the token is good
  2  the configuration or the command line is wrong
  3  the token is not good
  4  only the time is wrong: it has expired, or is not valid yet
  5  it cannot be told: the provider's keys cannot be had";

/// The verb.
pub fn command() -> Command {
    Command::new("token")
        .about("Says what a token says and whether it is good, and makes new ones")
        .subcommand_required(true)
        .subcommand(inspect::command())
        .subcommand(verify::command())
        .subcommand(mint::command())
}

/// Does it.
///
/// # Errors
/// When the command line or the configuration is wrong, or the answer cannot be written.
pub fn run(matches: &ArgMatches, variables: Vec<(String, String)>) -> Done<u8> {
    match matches.subcommand() {
        Some(("inspect", matches)) => inspect::run(matches).map(|()| ENDED),
        Some(("verify", matches)) => verify::run(matches, variables),
        Some(("mint", matches)) => mint::run(matches, variables).map(|()| ENDED),
        _ => Ok(WRONG),
    }
}
