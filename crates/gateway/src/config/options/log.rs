//! What each kind of configuration says about the log.

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
        /// Nothing.
        "none" => Nothing,
    }
}

choice! {
    /// The same of Centrifugo.
    pub enum LevelOfCentrifugo {
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
            Level::Error => Self::ERROR,
            Level::Nothing => Self::OFF,
        }
    }
}

impl From<LevelOfCentrifugo> for LevelFilter {
    fn from(level: LevelOfCentrifugo) -> Self {
        match level {
            LevelOfCentrifugo::Trace => Self::TRACE,
            LevelOfCentrifugo::Debug => Self::DEBUG,
            LevelOfCentrifugo::Info => Self::INFO,
            LevelOfCentrifugo::Warn => Self::WARN,
            LevelOfCentrifugo::Error | LevelOfCentrifugo::Fatal => Self::ERROR,
            LevelOfCentrifugo::Nothing => Self::OFF,
        }
    }
}
