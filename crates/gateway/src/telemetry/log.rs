//! How the log is written: to standard error, as lines for people or as JSON.

use std::io::{self, IsTerminal};

use tracing_subscriber::fmt;

pub use tracing_subscriber::filter::LevelFilter;

/// How the log is written.
#[derive(Clone, Copy, Debug)]
pub struct LogSettings {
    /// From which level on.
    pub level: LevelFilter,
    /// As JSON, for machines, instead of text for people.
    pub json: bool,
}

/// Starts the log. A second call changes nothing, so a program that has a log of its own keeps it.
pub fn start(settings: LogSettings) {
    let log = fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_max_level(settings.level)
        // A line that cannot be written would be complained of on the same standard error, by a panic.
        .log_internal_errors(false);
    let _already_started = if settings.json {
        log.json().flatten_event(true).try_init()
    } else {
        log.with_target(false).try_init()
    };
}
