//! The chores of this repository, as `cargo xtask CHORE`.
//!
//! - [`test`]: everything that must hold before a change lands, step by step: the test command of the README;
//! - [`setup`]: what those steps need on the machine, installed where that is possible;
//! - [`tidy`]: what the compiler and clippy cannot see;
//! - [`shell`]: other programs, run in the open;
//! - [`house`]: where things are.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore speaks to a person")]

mod house;
mod setup;
mod shell;
mod test;
mod tidy;

use std::process::ExitCode;

use house::House;

const USAGE: &str = "\
cargo xtask CHORE

  test [--only STEP]... [--list]   everything that must hold, or only the steps named
  setup                            installs what the steps of `test` need
  tidy                             what the compiler cannot see";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let house = House::here();
    let result = match words.as_slice() {
        ["test", options @ ..] => test::run(&house, options),
        ["setup"] => setup::everything(&house),
        ["tidy"] => tidy::run(&house),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("{complaint}");
            ExitCode::FAILURE
        }
    }
}
