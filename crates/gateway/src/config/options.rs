//! What the Centrifuge door can be told, under Centrifugo's names. Both configurations use it: ours below
//! `[centrifuge]`, and one that was written for Centrifugo below `client` and `channel`.

pub mod channel;
pub mod client;
pub mod namespaces;

pub use channel::ChannelOptions;
pub use client::ClientOptions;
pub use namespaces::{SyntaxOptions, namespaces};
