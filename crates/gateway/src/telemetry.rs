//! What the house counts and says.
//!
//! - `counters`: what each worker counts, without sharing a cache line with another;
//! - `rooms`: what each worker counts of rooms;
//! - `realms`: what is counted of the keys that realms fetch;
//! - `refusals`: tokens that were not taken;
//! - `metrics`: what all of them count, under the names that operators know;
//! - `log`: how the log is written.

mod counters;
pub mod log;
mod metrics;
mod realms;
mod refusals;
mod rooms;

pub use counters::{Counter, Counters, Gauge};
pub use metrics::Metrics;
pub use realms::RealmCounters;
pub use refusals::{Loss, Refusals};
pub use rooms::{RoomCounters, SIZES, size_class};
