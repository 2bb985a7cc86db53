//! Tokens that this house issues: keys that sign, and templates that say what tokens say.
//!
//! Time and the randomness of token ids are arguments. In reading order:
//!
//! - `key`: a key that signs, read from PEM, JWK or a secret;
//! - `generate`: new ones; `der`: the numbers of an RSA key;
//! - `template`: what a token says, partly of its bearer;
//! - `turn`: credentials for relays of media;
//! - `verifying_key`: a public side, for others; `issuer`: the keys of one issuer, and their public document.

mod der;
mod generate;
mod issuer;
mod key;
mod template;
mod turn;
mod verifying_key;

pub use generate::{GenerateKind, GeneratedKey};
pub use issuer::Issuer;
pub(crate) use key::from_base64;
pub use key::{Head, SigningKey, SigningKeyFault, canonical_public_jwk};
pub use template::{Claim, Claims, Template, TokenId};
pub use turn::TurnCredential;
pub use verifying_key::VerifyingKey;
