//! How the log is written: to standard error, as lines for people or as JSON.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;

use crate::config::written::choice::choice;

/// How the log is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSettings {
    /// From which level on.
    pub level: Level,
    /// In which form.
    pub format: Format,
}

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

/// Starts the log. A second call changes nothing, so a program that has a log of its own keeps it.
pub fn start(settings: LogSettings) {
    let log = fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_max_level(LevelFilter::from(settings.level));
    let _already_started = match settings.format {
        Format::Text => log.with_target(false).try_init(),
        Format::Json => log.json().flatten_event(true).try_init(),
    };
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
