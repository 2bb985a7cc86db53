//! What both kinds of configuration say with the same words: the Centrifuge door under Centrifugo's names (ours below
//! `[centrifuge]`, Centrifugo's below `client` and `channel`), the log and the store.

pub mod channel;
pub mod client;
pub mod log;
pub mod namespaces;
pub mod store;

pub use channel::ChannelOptions;
pub use client::ClientOptions;
pub use namespaces::{SyntaxOptions, namespaces};
