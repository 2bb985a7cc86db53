//! A key that signs tokens.
//!
//! - `pair`: its private side, as the library has it;
//! - `read`: from the texts in which keys are passed around; `jwk`: private keys as JSON, in and out;
//! - `fault`: why a text is no such key.

mod fault;
mod jwk;
mod pair;
mod read;

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::der;
use crate::config::MIN_SECRET_BYTES;
use crate::key::PublicKey;
use crate::{Algorithm, Secret};

pub use fault::SigningKeyFault;
pub(super) use jwk::members;
pub(super) use pair::{Pair, curve, usual};
pub use read::canonical_public_jwk;
pub(crate) use read::from_base64;

/// A key that signs tokens by one algorithm.
pub struct SigningKey {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    pub(super) pair: Pair,
    /// `None`: a secret, which has no public side.
    pub(super) public: Option<PublicKey>,
}

/// What a token's header says beside the algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `typ` is `JWT`.
    pub typ: bool,
    /// `kid` is the name of the key, if it has one.
    pub kid: bool,
}

impl SigningKey {
    /// A secret that signs by HS256, or by the HMAC that is named.
    ///
    /// # Errors
    ///
    /// A secret that can be guessed, or an algorithm that takes none.
    pub fn secret(secret: &Secret, algorithm: Option<Algorithm>) -> Result<Self, SigningKeyFault> {
        Self::of_secret(secret.reveal().as_bytes(), algorithm)
    }

    /// The same with a secret that need not be a text.
    pub(super) fn of_secret(bytes: &[u8], algorithm: Option<Algorithm>) -> Result<Self, SigningKeyFault> {
        if bytes.len() < MIN_SECRET_BYTES {
            return Err(SigningKeyFault::ShortSecret(bytes.len()));
        }
        let algorithm = algorithm.unwrap_or(Algorithm::Hs256);
        Self::of_any_secret(bytes, algorithm).ok_or(SigningKeyFault::WrongAlgorithm(algorithm))
    }

    /// The same with a secret of any length, for development and tests; `None` for an algorithm that takes none.
    pub(crate) fn of_any_secret(bytes: &[u8], algorithm: Algorithm) -> Option<Self> {
        let pair = Pair::Secret(Box::new(hmac::Key::new(algorithm.mac()?, bytes)));
        Some(Self { kid: None, algorithm, pair, public: None })
    }

    /// A pair with its name; without one it is named by its thumbprint (RFC 7638).
    pub(super) fn of_pair(
        pair: Pair,
        algorithm: Option<Algorithm>,
        kid: Option<Box<str>>,
    ) -> Result<Self, SigningKeyFault> {
        let public = pair.public()?;
        let algorithm = algorithm.unwrap_or(usual(public.kind()));
        if algorithm.key_kind() != public.kind() {
            return Err(SigningKeyFault::WrongAlgorithm(algorithm));
        }
        let kid = Some(kid.unwrap_or_else(|| public.thumbprint().into()));
        Ok(Self { kid, algorithm, pair, public: Some(public) })
    }

    /// The same key under another name.
    #[must_use]
    pub fn named(mut self, kid: &str) -> Self {
        self.kid = Some(kid.into());
        self
    }

    /// Its name; secrets have none unless they are given one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithm by which it signs.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public side as a JWK, for others to check signatures with; `None` for a secret.
    pub fn public_jwk(&self) -> Option<String> {
        let kid = self.kid.as_deref().unwrap_or_default();
        self.public.as_ref().map(|key| key.to_jwk(kid, Some(self.algorithm)))
    }

    /// The public side as PEM; `None` for a secret.
    pub fn public_pem(&self) -> Option<String> {
        self.public.as_ref().map(PublicKey::to_pem)
    }

    /// The public numbers as a JWK and nothing else, its members in the order of the alphabet; `None` for a secret.
    pub fn canonical_public_jwk(&self) -> Option<String> {
        self.public.as_ref().map(PublicKey::to_canonical_jwk)
    }

    /// A token with this payload, which is taken as it is.
    pub fn sign(&self, head: Head, payload: &str) -> String {
        let mut header = format!(r#"{{"alg":"{}""#, self.algorithm);
        if head.typ {
            header.push_str(r#","typ":"JWT""#);
        }
        if let Some(kid) = self.kid.as_deref().filter(|_| head.kid) {
            header.push_str(r#","kid":"#);
            header.push_str(&serde_json::Value::from(kid).to_string());
        }
        header.push('}');
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self.pair.sign(self.algorithm, token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).field("algorithm", &self.algorithm).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! pem {
        ($name:literal) => {
            include_str!(concat!("../../tests/keys/", $name))
        };
    }

    #[test]
    fn its_public_side_is_the_public_key_and_its_name_the_thumbprint_of_it() {
        let key = SigningKey::read(pem!("p256.pem"), None).expect("a good key");
        let public = PublicKey::from_pem(pem!("p256.pub.pem")).expect("a good key");
        assert_eq!(key.kid(), Some(public.thumbprint().as_str()));
        assert_eq!(key.public_pem().as_deref(), Some(pem!("p256.pub.pem")));
    }

    #[test]
    fn the_header_says_no_more_than_it_should() {
        let key = SigningKey::read(pem!("ed25519.pem"), None).expect("a good key").named("a\"b");
        let header = |head| {
            let token = key.sign(head, "{}");
            let bytes = URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header")).expect("base64");
            String::from_utf8(bytes).expect("UTF-8")
        };
        assert_eq!(header(Head::default()), r#"{"alg":"EdDSA"}"#);
        assert_eq!(header(Head { typ: true, kid: true }), r#"{"alg":"EdDSA","typ":"JWT","kid":"a\"b"}"#);
    }

    #[test]
    fn the_key_is_not_printed() {
        let key = SigningKey::secret(&"do-not-print-me-do-not-print-me-at-all".into(), None).expect("long");
        assert!(!format!("{key:?}").contains("print-me"));
    }
}
