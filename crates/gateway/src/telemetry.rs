//! What the house counts and says.
//!
//! - `counters`: what each worker counts, without sharing a cache line with another;
//! - `metrics`: what all of them count, under the names that operators know;
//! - `log`: how the log is written.

mod counters;
pub mod log;
mod metrics;

pub use counters::{Counter, Counters, Gauge};
pub use metrics::Metrics;
