//! Tokens that this house issues: keys that sign, and templates that say what tokens say.
//!
//! Time and the randomness of token ids are arguments. In reading order:
//!
//! - `signing_key`: a key that signs, read from PEM, JWK or a secret;
//! - `private`: private keys as JSON, in and out; `generate`: new ones; `der`: the numbers of an RSA key;
//! - `template`: what a token says, partly of its bearer;
//! - `issuer`: the keys of one issuer, the newest first, and their public document;
//! - `room`: tokens for rooms of the signal door.

mod der;
mod generate;
mod issuer;
mod private;
mod room;
mod signing_key;
mod template;

pub use generate::{GenerateKind, GeneratedKey};
pub use issuer::Issuer;
pub use room::{PairFault, RoomToken, RoomTokens};
pub use signing_key::{Head, SigningKey, SigningKeyFault};
pub use template::{Claim, Claims, Template, TokenId};
