//! Keys that are fetched from real servers on this machine.

mod fetching;
mod keeping;
mod provider;
mod tls;

pub use provider::{Provider, Reply, document, refusing};
