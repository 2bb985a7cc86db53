//! A realm as an operator describes it: plain data, checked and consumed at start.
//!
//! All complaints come at once, each with the field that it is about, and what is legal but unwise is a
//! [`Warning`]. After start there is no configuration left to look into.

mod build;
mod complaint;
mod preset;

use std::fmt;
use std::time::Duration;

use vestibule_model::UnixSeconds;

use crate::{Algorithm, Family};

pub use complaint::{ConfigError, Fault, Warning};
pub use preset::Preset;

/// The most keys that a realm may have; each may cost one signature check per token.
pub const MAX_KEYS: usize = 16;
/// The most that clocks may be said to differ.
pub const MAX_LEEWAY: Duration = Duration::from_secs(60);
/// The shortest secret that resists guessing, in bytes: the output of the weakest hash in use (RFC 7518, 3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// All sources of tokens of a house.
#[derive(Clone, Debug)]
pub struct RealmsConfig {
    /// The realm of connection tokens.
    pub connection: RealmConfig,
    /// A realm of its own for subscription tokens; `None`: the connection realm vouches for both.
    pub subscription: Option<RealmConfig>,
    /// Whether a peer without a token is let in, as the anonymous user.
    pub allow_no_token: bool,
}

/// One source of tokens. What is `None` is decided by the preset.
#[derive(Clone, Debug)]
pub struct RealmConfig {
    /// The name under which logs, metrics and identities know it.
    pub name: String,
    /// The tenant to which all its tokens belong.
    pub organisation: String,
    /// Where the defaults come from.
    pub preset: Preset,
    /// Its keys, tried in this order.
    pub keys: Vec<KeyConfig>,
    /// The algorithms that its tokens may use.
    pub algorithms: Option<Vec<Algorithm>>,
    /// What `iss` must be.
    pub issuer: Expected,
    /// What `aud` must hold.
    pub audience: Expected,
    /// The claim that names the user, instead of `sub`: letters and `_` only.
    pub user_claim: Option<String>,
    /// How much the issuer's clock may differ from ours, at most [`MAX_LEEWAY`].
    pub leeway: Option<Duration>,
    /// The longest time between `iat` (or now) and `exp`.
    pub longest_lifetime: Option<Duration>,
    /// Refuse tokens without `exp`.
    pub require_expiry: Option<bool>,
    /// Let tokens speak about channels, info, meta and the connection's own expiry, and grant subscriptions.
    pub gateway_claims: Option<bool>,
    /// Accept connection tokens that name no user.
    pub anonymous_tokens: Option<bool>,
}

/// What a claim must be: one of a list, or found by a pattern; nothing given, nothing demanded.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Accepted texts, compared byte for byte.
    pub exact: Vec<String>,
    /// A regular expression, not anchored unless it says so. Not together with `exact`.
    pub pattern: Option<String>,
}

/// One key.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// Tokens must name the key by this `kid`; `None`: their `kid` does not matter.
    pub kid: Option<String>,
    /// The last second in which the key is in use; `None`: for ever.
    pub usable_until: Option<UnixSeconds>,
    /// The key.
    pub material: KeyMaterial,
}

/// What a key is made of.
#[derive(Clone, Debug)]
pub enum KeyMaterial {
    /// A secret that issuer and gateway share.
    Secret(Secret),
    /// A PEM text with a public key or a certificate.
    PublicKey {
        /// The text.
        pem: String,
        /// The family that it has to be of, when the operator said so.
        family: Option<Family>,
    },
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl RealmConfig {
    /// A realm without keys, in the default organisation, as the preset has it.
    pub fn new(name: &str, preset: Preset) -> Self {
        Self {
            name: name.into(),
            organisation: "default".into(),
            preset,
            keys: Vec::new(),
            algorithms: None,
            issuer: Expected::default(),
            audience: Expected::default(),
            user_claim: None,
            leeway: None,
            longest_lifetime: None,
            require_expiry: None,
            gateway_claims: None,
            anonymous_tokens: None,
        }
    }

    /// The same realm with one more key.
    #[must_use]
    pub fn with_key(mut self, key: KeyConfig) -> Self {
        self.keys.push(key);
        self
    }
}

impl KeyConfig {
    /// A secret for HMAC.
    pub fn secret(secret: impl Into<Secret>) -> Self {
        Self { kid: None, usable_until: None, material: KeyMaterial::Secret(secret.into()) }
    }

    /// A public key of whatever family the PEM text holds.
    pub fn public_key(pem: impl Into<String>) -> Self {
        let material = KeyMaterial::PublicKey { pem: pem.into(), family: None };
        Self { kid: None, usable_until: None, material }
    }

    /// A public key that has to be of that family.
    pub fn public_key_of(family: Family, pem: impl Into<String>) -> Self {
        let material = KeyMaterial::PublicKey { pem: pem.into(), family: Some(family) };
        Self { kid: None, usable_until: None, material }
    }
}

impl Expected {
    /// Exactly that text.
    pub fn exactly(text: &str) -> Self {
        Self { exact: vec![text.into()], pattern: None }
    }

    /// Whatever that regular expression finds.
    pub fn matching(pattern: &str) -> Self {
        Self { exact: Vec::new(), pattern: Some(pattern.into()) }
    }
}

impl Secret {
    /// The text, for those who sign with it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
