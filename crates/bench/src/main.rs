//! `vestibule-bench`: measures any server of the Centrifuge protocol from outside, over real sockets.
//!
//! It knows nothing of Vestibule's insides: a server is a command line, a port, a token secret and an API key,
//! so one run measures Vestibule, Centrifugo and a bare epoll server side by side on one machine.
//!
//! In reading order: [`cli`] what can be asked; [`plan`] what is run in which order; [`run`] carries it out;
//! [`process`] the server under test with its CPU and memory; [`generator`] the load; [`scenario`] one job a file;
//! [`reference`] the bare epoll server; [`results`] what is kept; [`report`] the page made from it.
//!
//! What they stand on: [`token`]s for clients, the [`clock`], the [`meter`] of latencies, [`stats`] over rounds, the
//! [`machine`]'s cores and limits, [`table`]s for the eye, and every [`failure`].

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program speaks to the person who runs it"
)]

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::failure::Failure;

mod cli;
mod clock;
mod failure;
mod generator;
mod machine;
mod meter;
mod plan;
mod process;
mod reference;
mod report;
mod results;
mod run;
mod scenario;
mod stats;
mod table;
mod token;

/// Exit codes: 0 all rounds valid, 1 the program could not do its work, 2 it did, but some rounds are void.
fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(args) => plan::Plan::from_args(&args).and_then(|plan| run::run(&plan)),
        Command::Reference(args) => reference::serve(args.port, args.coalesce).map(|never| match never {}),
        Command::Report(args) => report::from_files(&args.files).map(|page| {
            print!("{page}");
            run::Verdict::Valid
        }),
    };
    match outcome {
        Ok(run::Verdict::Valid) => ExitCode::SUCCESS,
        Ok(run::Verdict::SomeVoid) => ExitCode::from(2),
        Err(failure) => {
            eprintln!("vestibule-bench: {failure}");
            ExitCode::from(1)
        }
    }
}

/// What every fallible step of this program returns.
type Result<T> = std::result::Result<T, Failure>;
