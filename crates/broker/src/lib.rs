//! Ordered publications, history and presence, within a node or between nodes.
//!
//! A broker gives each publication of a channel its place in the channel's stream and hands it, in that order, to
//! every worker that has a subscriber there. It knows nothing of doors, sockets, connections or wire formats.
//!
//! - [`contract`]: what the house asks of a broker, and what a broker asks of the house;
//! - [`memory`]: the embedded default, one node, lost at restart;
//! - `suite`: the behaviour that every broker has, run by each of them; compiled for tests and with the feature
//!   `suite`.

pub mod contract;
pub mod memory;
#[cfg(any(test, feature = "suite"))]
pub mod suite;

pub use contract::{Announcement, Broker, BrokerError, Courier, WorkerId};
pub use memory::{Limits, MemoryBroker};
