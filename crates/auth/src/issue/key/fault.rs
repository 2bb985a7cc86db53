//! Why a text is no key that could sign.

use std::fmt;

use crate::config::MIN_SECRET_BYTES;
use crate::{Algorithm, JwkFault, PublicKeyFault};

/// Why a text is no key that could sign. No part of the text is ever repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKeyFault {
    /// Neither PEM with a private key, nor a JWK, nor a JWK in base64.
    Form,
    /// It is encrypted with a passphrase, for which nobody asks here.
    Encrypted,
    /// A public key, which signs nothing.
    Public,
    /// The JWK cannot be read.
    Jwk(JwkFault),
    /// The key is damaged, or of a kind that is not supported.
    Unsupported,
    /// Its private and its public numbers do not belong together.
    Mismatch,
    /// Its public side is weak.
    Weak(PublicKeyFault),
    /// A secret of so few bytes can be guessed.
    ShortSecret(usize),
    /// That algorithm does not work with such a key.
    WrongAlgorithm(Algorithm),
}

impl fmt::Display for SigningKeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("neither a PEM with a private key, nor a JWK, nor a JWK in base64"),
            Self::Encrypted => f.write_str("the key is encrypted; write it without a passphrase"),
            Self::Public => f.write_str("this is a public key; the private key belongs here"),
            Self::Jwk(fault) => write!(f, "the JWK cannot be used: {fault}"),
            Self::Unsupported => f.write_str("neither an RSA, P-256, P-384, P-521 nor Ed25519 private key"),
            Self::Mismatch => f.write_str("its private and its public numbers do not belong together"),
            Self::Weak(fault) => fault.fmt(f),
            Self::ShortSecret(bytes) => {
                write!(f, "a secret of {bytes} bytes can be guessed; use at least {MIN_SECRET_BYTES}")
            }
            Self::WrongAlgorithm(algorithm) => write!(f, "{algorithm} does not work with such a key"),
        }
    }
}

impl std::error::Error for SigningKeyFault {}
