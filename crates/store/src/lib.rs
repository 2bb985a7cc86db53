//! What is kept: the store contracts by noun, and SQLite.
//!
//! A store keeps what must outlive the process. It decides nothing: what a revocation means is the model's to say, and
//! what happens because of one is the house's. It knows nothing of doors, brokers, connections or tokens' texts, and
//! it reads no clock.
//!
//! - [`contract`]: what the house asks of a store, noun by noun;
//! - [`any`]: the store that an operator has chosen;
//! - [`sqlite`]: the embedded default, in a file or in memory;
//! - `suite`: the behaviour that every store has, run by each of them; compiled for tests and with the feature
//!   `suite`.

pub mod any;
pub mod contract;
pub mod sqlite;
#[cfg(any(test, feature = "suite"))]
pub mod suite;

pub use any::{AnyStore, Location};
pub use contract::{
    Kept, KeptRevocation, OpenError, Page, RevocationId, RevocationStore, Store, StoreError, UsedTokenStore,
};
pub use sqlite::SqliteStore;
