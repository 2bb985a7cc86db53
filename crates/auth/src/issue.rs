//! Tokens that this house issues: keys that sign, and templates that say what tokens say.
//!
//! Time and the randomness of token ids are arguments. In reading order:
//!
//! - `signing_key`: a key that signs, read from PEM, JWK or a secret;
//! - `private`: private keys as JSON, in and out; `generate`: new ones; `der`: the numbers of an RSA key;
//! - `template`: what a token says, partly of its bearer;
//! - `turn`: credentials for relays of media;
//! - `issuer`: the keys of one issuer, the newest first, and their public document.

mod der;
mod generate;
mod issuer;
mod private;
mod signing_key;
mod template;
mod turn;

pub use generate::{GenerateKind, GeneratedKey};
pub use issuer::Issuer;
pub(crate) use signing_key::from_base64;
pub use signing_key::{Head, SigningKey, SigningKeyFault, bare_public_jwk};
pub use template::{Claim, Claims, Template, TokenId};
pub use turn::TurnCredential;
