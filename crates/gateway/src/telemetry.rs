//! What the house counts and says.
//!
//! - `counters`: what each worker counts, without sharing a cache line with another;
//! - `log`: how the log is written.

mod counters;
pub mod log;

pub use counters::{Counter, Counters, Gauge};
