//! Keys that a provider publishes: their documents, where they may be fetched, and when.
//!
//! Nothing here fetches. The house's back office does, as the [`Machine`] tells it; whoever verifies tokens reads what
//! was fetched last from [`PublishedKeys`](crate::PublishedKeys). In reading order:
//!
//! - `address`: from where keys may be fetched; `source`: where those of a realm are, and how often they are looked at;
//! - `discovery`: the document that names the address of the keys;
//! - `document`: the keys, each good or skipped for a reason;
//! - `lifetime`: how long an answer says that it is good;
//! - `machine`: when to fetch, and what those hear who wait for a key; `unknown`: names that nobody knows.

mod address;
mod discovery;
mod document;
mod lifetime;
mod machine;
mod source;
mod unknown;

pub use address::{AddressFault, KeyAddress};
pub use discovery::{DiscoveryFault, jwks_uri};
pub use document::{DocumentFault, KeyDocument, MAX_DOCUMENT_BYTES, MAX_PUBLISHED_KEYS, SkipReason, Skipped};
pub use lifetime::lifetime;
pub use machine::{Answer, Asked, Listed, MAX_WAITERS, Machine, Step, Wish};
pub use source::{Place, Policy, Source};
pub use unknown::MAX_UNKNOWN;
