//! Runs simulated worlds: one to look at, or many to find one that goes wrong.

use std::num::NonZeroU64;
use std::process::ExitCode;

use clap::Parser;
use vestibule_simulation::{run_all, run_watched};

/// Runs simulated worlds.
#[derive(Debug, Parser)]
struct Arguments {
    /// The seed of the first world.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// How many worlds.
    #[arg(long, default_value_t = NonZeroU64::new(1_000).expect("not zero"))]
    seeds: NonZeroU64,
    /// Runs this world alone and says what happens.
    #[arg(long)]
    seed: Option<u64>,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "it speaks to a person")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.seed {
        Some(seed) => run_watched(seed, true),
        None => run_all(arguments.first, arguments.seeds.get()),
    };
    match outcome {
        Ok(tally) => {
            println!("{tally}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}\nto watch it: cargo run -p vestibule-simulation -- --seed {}", failure.seed);
            ExitCode::FAILURE
        }
    }
}
