//! A key by which others check tokens: the public side of one that signs here, signed before, or will sign.

use super::key::{SigningKey, SigningKeyFault, from_base64, usual};
use crate::Algorithm;
use crate::key::PublicKey;
use crate::key::jwk::Jwk;
use crate::token::Object;

/// A public key with its name and the algorithm by which it signs.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: Box<str>,
    algorithm: Algorithm,
    public: PublicKey,
}

impl VerifyingKey {
    /// The public side of a key that signs; `None` for a secret.
    pub fn of(key: &SigningKey) -> Option<Self> {
        let public = key.public.clone()?;
        Some(Self { kid: key.kid()?.into(), algorithm: key.algorithm(), public })
    }

    /// Reads a public key, or the public side of a private one: PEM, a JWK, or a JWK in base64. A key that signs no more
    /// need not be kept: its public side is all that others ask for. The algorithm counts where it works with such a key;
    /// else it is the one that a JWK names, or the usual one.
    ///
    /// # Errors
    ///
    /// What is wrong with it. A secret has no public side.
    pub fn read(text: &str, algorithm: Option<Algorithm>) -> Result<Self, SigningKeyFault> {
        let key = match SigningKey::read(text, None) {
            Ok(key) => Self::of(&key).ok_or(SigningKeyFault::Unsupported)?,
            Err(SigningKeyFault::Public) => Self::read_public(text.trim())?,
            Err(fault) => return Err(fault),
        };
        let algorithm = algorithm.filter(|algorithm| algorithm.key_kind() == key.public.kind());
        Ok(Self { algorithm: algorithm.unwrap_or(key.algorithm), ..key })
    }

    fn read_public(text: &str) -> Result<Self, SigningKeyFault> {
        if text.contains("-----BEGIN ") {
            let public = PublicKey::from_pem(text).map_err(SigningKeyFault::Weak)?;
            let (kid, algorithm) = (public.thumbprint().into(), usual(public.kind()));
            return Ok(Self { kid, algorithm, public });
        }
        let json = if text.starts_with('{') { Some(text.to_owned()) } else { from_base64(text) };
        let json = json.ok_or(SigningKeyFault::Form)?;
        let object = Object::read(json.as_bytes()).map_err(|_| SigningKeyFault::Form)?;
        let Jwk { key, kid, algorithm } = Jwk::read(&object).map_err(SigningKeyFault::Jwk)?;
        let algorithm = algorithm.unwrap_or(usual(key.kind()));
        let kid = kid.filter(|kid| !kid.is_empty()).unwrap_or_else(|| key.thumbprint().into());
        Ok(Self { kid, algorithm, public: key })
    }

    /// Its name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The algorithm by which it signs.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// As PEM.
    pub fn pem(&self) -> String {
        self.public.to_pem()
    }

    /// As a JWK for that algorithm, or for all that work with such a key.
    pub(super) fn jwk(&self, algorithm: Option<Algorithm>) -> String {
        self.public.to_jwk(&self.kid, algorithm)
    }

    /// Whether both are one key, whatever they are called.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.public.to_canonical_jwk() == other.public.to_canonical_jwk()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: &str = include_str!("../../tests/keys/rsa.pem");
    const PUBLIC: &str = include_str!("../../tests/keys/rsa.pub.pem");

    fn read(text: &str, algorithm: Option<Algorithm>) -> VerifyingKey {
        VerifyingKey::read(text, algorithm).expect("a good key")
    }

    #[test]
    fn the_public_side_is_the_same_from_whatever_form_of_either_side() {
        let signing = SigningKey::read(PRIVATE, None).expect("a good key");
        let expected = VerifyingKey::of(&signing).expect("a pair").jwk(None);
        let jwk = signing.public_jwk().expect("a pair");
        let certificate = include_str!("../../tests/keys/rsa.crt.pem");
        for text in [PRIVATE, PUBLIC, certificate, &jwk] {
            assert_eq!(read(text, None).jwk(None), expected);
        }
    }

    #[test]
    fn an_algorithm_counts_where_it_works_with_the_key() {
        assert_eq!(read(PUBLIC, Some(Algorithm::Ps384)).algorithm(), Algorithm::Ps384);
        assert_eq!(read(PUBLIC, Some(Algorithm::Es256)).algorithm(), Algorithm::Rs256);
    }

    #[test]
    fn a_secret_and_what_is_no_key_have_no_public_side() {
        let secret = r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
        for text in [secret, "secret", include_str!("../../tests/keys/rsa_weak.pub.pem")] {
            assert!(VerifyingKey::read(text, None).is_err(), "{text}");
        }
    }
}
