//! What can go wrong, by who is at fault.

use std::fmt;
use std::io;

/// Why a step could not be done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The person who runs the program must change something: a flag, a limit, a file.
    Operator(String),
    /// The server under test refused, closed, stalled, or delivered wrongly. It voids the round, not the run.
    Server(String),
    /// The machine refused the program something that it needs.
    Machine {
        /// What the program was doing, as in "reading /proc/net/netstat".
        doing: &'static str,
        /// The system's answer.
        source: io::Error,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(what) => f.write_str(what),
            Self::Server(what) => write!(f, "the server under test failed: {what}"),
            Self::Machine { doing, source } => write!(f, "{doing}: {source}"),
        }
    }
}

/// Turns a system error into a [`Failure::Machine`] that says what was being done.
pub(crate) trait Doing<T> {
    /// `doing` completes the sentence "failed while …".
    fn doing(self, doing: &'static str) -> crate::Result<T>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, doing: &'static str) -> crate::Result<T> {
        self.map_err(|source| Failure::Machine { doing, source: source.into() })
    }
}
