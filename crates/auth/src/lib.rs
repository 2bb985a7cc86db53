//! Who may come in: tokens in, identities out.
//!
//! A door asks for an identity and never sees a key. The crate knows realms, keys and claims; it knows no door, no
//! broker, no socket and no clock (time is an argument), and verification does no I/O. In reading order:
//!
//! - [`trust`]: what a door calls: the realms that it trusts, and the choice between them;
//! - [`realms`]: all realms of a house;
//! - [`realm`]: one trusted source of tokens, and the order in which its checks are made;
//! - `token`: a token taken apart, well formed but not believed;
//! - [`key`]: keys tied to algorithms, and the one question that they answer;
//! - [`revocations`]: tokens that are good no longer, although they verify;
//! - [`published`]: keys that a provider publishes, as they were fetched last; [`jwks`]: how they are read, and when;
//! - [`refusal`]: why a token is not accepted;
//! - [`config`]: a realm as an operator describes it, checked and consumed at start;
//! - [`issue`]: tokens that this house issues; [`mint`]: tokens for development and tests.

pub mod config;
pub mod issue;
pub mod jwks;
pub mod key;
pub mod mint;
pub mod published;
pub mod realm;
pub mod realms;
pub mod refusal;
pub mod revocations;
mod token;
pub mod trust;

pub use config::{
    AllowedOrganisations, ClaimValue, ClaimsConfig, ConfigError, Expected, KeyConfig, OrganisationConfig,
    Preset, PublishedConfig, RealmConfig, RealmsConfig, Secret, TrustConfig, Warning,
};
pub use key::{Algorithm, Family, JwkFault, PublicKeyFault};
pub use mint::{DevelopmentKey, TokenDraft};
pub use published::{KeyWish, PublishedKeys, PublishedState};
pub use realm::{ClaimPath, Realm, Verified};
pub use realms::Realms;
pub use refusal::{JsonFault, Reason, Refusal, Rejection};
pub use revocations::Revocations;
pub use token::check_syntax;
pub use token::compact::MAX_TOKEN_BYTES;
pub use token::json::MAX_JSON_DEPTH;
pub use trust::{Trust, Verdict};
