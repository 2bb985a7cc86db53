//! What both kinds of configuration say about the log.

use crate::config::written::choice::choice;
use crate::telemetry::log::LevelFilter;

choice! {
    /// From which level on something is said.
    pub enum Level {
        /// What an operator should see.
        "info" => Info,
        /// Every step.
        "trace" => Trace,
        /// What helps to find faults.
        "debug" => Debug,
        /// What should not be.
        "warn" => Warn,
        /// What went wrong.
        "error" => Error,
        /// What ends the process, which is said as an error.
        "fatal" => Fatal,
        /// Nothing.
        "none" => Nothing,
    }
}

choice! {
    /// The form of a line.
    pub enum Format {
        /// For people.
        "text" => Text,
        /// For machines.
        "json" => Json,
    }
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Trace => Self::TRACE,
            Level::Debug => Self::DEBUG,
            Level::Info => Self::INFO,
            Level::Warn => Self::WARN,
            Level::Error | Level::Fatal => Self::ERROR,
            Level::Nothing => Self::OFF,
        }
    }
}
