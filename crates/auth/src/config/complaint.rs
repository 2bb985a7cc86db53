//! What can be wrong with a realm's configuration, and what is merely unwise.

use std::fmt;

use crate::{Algorithm, Family, PublicKeyFault};

/// Something that keeps a realm from being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The realm's name.
    pub realm: String,
    /// The field of [`RealmConfig`](crate::RealmConfig) that it is about, such as `keys[0]`.
    pub field: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is empty.
    Empty,
    /// A secret of so few bytes can be guessed.
    ShortSecret(usize),
    /// The public key cannot be used.
    PublicKey(PublicKeyFault),
    /// The public key is not of the family that was asked for.
    WrongFamily {
        /// What was asked for.
        expected: Family,
        /// What the key is.
        found: Family,
    },
    /// No algorithm in the realm's list works with this key.
    IdleKey,
    /// More keys than a token's check may cost.
    TooManyKeys(usize),
    /// Exact values and a pattern exclude each other.
    ExactAndPattern,
    /// The pattern is not a regular expression; the text says where.
    Pattern(String),
    /// Not a name of letters and `_`.
    ClaimName,
    /// More than a minute.
    LeewayTooLong,
    /// The subscription realm must be of the connection realm's organisation.
    OtherOrganisation,
}

/// Something legal that an operator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The realm has no keys, so every token is refused.
    NoKeys {
        /// The realm's name.
        realm: String,
    },
    /// A secret short enough to be guessed.
    ShortSecret {
        /// The realm's name.
        realm: String,
        /// Its position in `keys`.
        key: usize,
        /// Its length in bytes.
        bytes: usize,
    },
    /// An algorithm that is allowed but for which the realm has no key.
    NoKeyFor {
        /// The realm's name.
        realm: String,
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// A pattern without `^` and `$` also accepts texts that only contain what is meant.
    LoosePattern {
        /// The realm's name.
        realm: String,
        /// The field.
        field: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "realm {:?}, {}: {}", self.realm, self.field, self.fault)
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::ShortSecret(bytes) => {
                write!(
                    f,
                    "a secret of {bytes} bytes can be guessed; use at least {}",
                    super::MIN_SECRET_BYTES
                )
            }
            Self::PublicKey(fault) => fault.fmt(f),
            Self::WrongFamily { expected, found } => {
                write!(f, "an {expected} key is expected, this is {found}")
            }
            Self::IdleKey => f.write_str("no allowed algorithm works with this key"),
            Self::TooManyKeys(count) => write!(f, "{count} keys; at most {} are tried", super::MAX_KEYS),
            Self::ExactAndPattern => f.write_str("give either exact values or a pattern"),
            Self::Pattern(message) => write!(f, "not a regular expression: {message}"),
            Self::ClaimName => f.write_str("a claim's name consists of letters and _"),
            Self::LeewayTooLong => write!(f, "at most {} s", super::MAX_LEEWAY.as_secs()),
            Self::OtherOrganisation => {
                f.write_str("subscription tokens must belong to the organisation of the connection tokens")
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKeys { realm } => write!(f, "realm {realm:?} has no keys: every token is refused"),
            Self::ShortSecret { realm, key, bytes } => write!(
                f,
                "realm {realm:?}: the secret keys[{key}] has {bytes} bytes and can be guessed; use at least {}",
                super::MIN_SECRET_BYTES
            ),
            Self::NoKeyFor { realm, algorithm } => {
                write!(f, "realm {realm:?} allows {algorithm} but has no key for it")
            }
            Self::LoosePattern { realm, field } => {
                write!(
                    f,
                    "realm {realm:?}: {field} is not anchored by ^ and $, so it accepts more than it shows"
                )
            }
        }
    }
}
