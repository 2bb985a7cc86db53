//! Whole houses in simulated worlds.
//!
//! A world is made from one number, its seed: a house with several workers, clients that behave like the official
//! ones, a network that delays, tears and cuts, and a clock that moves only when the world says so. Everything
//! happens in one thread, in an order that the seed decides, so a world that goes wrong can be watched again.
//!
//! - [`dice`]: where chance comes from;
//! - [`wire`]: a connection's two directions, and what can happen to them;
//! - [`house`]: workers, broker and steward, without a socket or a thread;
//! - [`ledger`]: what was really published, and what a client may be told of it;
//! - [`client`]: a client, and what it insists on;
//! - [`world`]: what happens next, and what has to be true when it is over.

pub mod client;
pub mod dice;
pub mod house;
pub mod ledger;
pub mod wire;
pub mod world;

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub use world::{Tally, World};

/// Something that must not happen has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

/// What is left of a check.
pub type Checked<T = ()> = Result<T, Broken>;

/// Insists on something.
#[macro_export]
macro_rules! insist {
    ($condition:expr, $($said:tt)+) => {
        if !$condition {
            return Err($crate::Broken(format!($($said)+)));
        }
    };
}

/// A world that went wrong: the seed is the whole report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The seed of that world.
    pub seed: u64,
    /// What must not have happened.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "world {}: {}", self.seed, self.what)
    }
}

/// Runs the world of that seed to its end.
///
/// # Errors
/// When something happened that must not.
pub fn run(seed: u64) -> Result<Tally, Failure> {
    run_watched(seed, false)
}

/// The same, and says on standard error what happens.
///
/// # Errors
/// When something happened that must not.
pub fn run_watched(seed: u64, watched: bool) -> Result<Tally, Failure> {
    let failed = |what| Failure { seed, what };
    match catch_unwind(AssertUnwindSafe(|| World::new(seed, watched).run())) {
        Ok(outcome) => outcome.map_err(|Broken(what)| failed(what)),
        Err(panic) => Err(failed(format!("panicked: {}", message_of(&*panic)))),
    }
}

/// Runs the worlds of `count` seeds from `first` on, on all cores, until one of them goes wrong.
///
/// # Errors
/// The first that went wrong.
///
/// # Panics
/// Never: panics are caught in each world.
pub fn run_all(first: u64, count: u64) -> Result<Tally, Failure> {
    let (next, over) = (AtomicU64::new(first), AtomicBool::new(false));
    let work = || {
        let mut sum = Tally::default();
        while !over.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                break;
            }
            match run(seed) {
                Ok(tally) => sum += &tally,
                Err(failure) => {
                    over.store(true, Ordering::Relaxed);
                    return Err(failure);
                }
            }
        }
        Ok(sum)
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let mut sum = Tally::default();
        for thread in threads {
            sum += &thread.join().expect("panics are caught in each world")?;
        }
        Ok(sum)
    })
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}
