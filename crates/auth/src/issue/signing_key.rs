//! A key that signs tokens.

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls_pki_types::pem::{PemObject, SectionKind};

use super::private;
use crate::config::MIN_SECRET_BYTES;
use crate::key::{KeyKind, Numbers, PublicKey};
use crate::token::Object;
use crate::{Algorithm, JwkFault, PublicKeyFault, Secret};

/// A key that signs tokens by one algorithm.
pub struct SigningKey {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    pub(super) pair: Pair,
    /// `None`: a secret, which has no public side.
    pub(super) public: Option<PublicKey>,
}

/// The private side.
pub(super) enum Pair {
    Secret(Box<hmac::Key>),
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// What a token's header says beside the algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `typ` is `JWT`.
    pub typ: bool,
    /// `kid` is the name of the key, if it has one.
    pub kid: bool,
}

/// Why a text is no key that could sign. No part of the text is ever repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKeyFault {
    /// Neither PEM with a private key, nor a JWK, nor a JWK in base64.
    Form,
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

impl SigningKey {
    /// Reads a private key: PEM (PKCS#8, PKCS#1 or SEC1), a JWK, or a JWK in base64. Without an algorithm it signs by
    /// the usual one of its kind: RS256, the one of its curve, or EdDSA; a JWK may name its own.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(text: &str, algorithm: Option<Algorithm>) -> Result<Self, SigningKeyFault> {
        let text = text.trim();
        if text.starts_with("-----") {
            return Self::from_pem(text, algorithm);
        }
        if text.starts_with('{') {
            return private::read(text, algorithm);
        }
        let json = from_base64(text).ok_or(SigningKeyFault::Form)?;
        private::read(&json, algorithm)
    }

    /// A secret that signs by HS256, or by the HMAC that is named.
    ///
    /// # Errors
    ///
    /// A secret that can be guessed, or an algorithm that takes none.
    pub fn secret(secret: &Secret, algorithm: Option<Algorithm>) -> Result<Self, SigningKeyFault> {
        let algorithm = algorithm.unwrap_or(Algorithm::Hs256);
        let mac = algorithm.mac().ok_or(SigningKeyFault::WrongAlgorithm(algorithm))?;
        let bytes = secret.reveal().as_bytes();
        if bytes.len() < MIN_SECRET_BYTES {
            return Err(SigningKeyFault::ShortSecret(bytes.len()));
        }
        let pair = Pair::Secret(Box::new(hmac::Key::new(mac, bytes)));
        Ok(Self { kid: None, algorithm, pair, public: None })
    }

    /// The first section has to be the key: the library tells which kind it is.
    fn from_pem(pem: &str, algorithm: Option<Algorithm>) -> Result<Self, SigningKeyFault> {
        let section = <(SectionKind, Vec<u8>)>::from_pem_slice(pem.as_bytes());
        let (section, der) = section.map_err(|_| SigningKeyFault::Form)?;
        match section {
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {}
            SectionKind::PublicKey | SectionKind::Certificate => return Err(SigningKeyFault::Public),
            _ => return Err(SigningKeyFault::Form),
        }
        let pkcs8_or_pkcs1 = || RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).ok();
        let ec = |kind: KeyKind| EcdsaKeyPair::from_private_key_der(curve(kind)?, &der).ok();
        let pair = if let Some(rsa) = pkcs8_or_pkcs1() {
            Pair::Rsa(Box::new(rsa))
        } else if let Some(ec) = [KeyKind::P256, KeyKind::P384, KeyKind::P521].into_iter().find_map(ec) {
            Pair::Ec(Box::new(ec))
        } else {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der);
            Pair::Ed25519(Box::new(pair.map_err(|_| SigningKeyFault::Unsupported)?))
        };
        Self::of_pair(pair, algorithm, None)
    }

    /// A pair with its name; without one it is named by its thumbprint (RFC 7638).
    pub(super) fn of_pair(
        pair: Pair,
        algorithm: Option<Algorithm>,
        kid: Option<Box<str>>,
    ) -> Result<Self, SigningKeyFault> {
        let public = pair.public()?;
        let algorithm = algorithm.unwrap_or(match public.kind() {
            KeyKind::P256 => Algorithm::Es256,
            KeyKind::P384 => Algorithm::Es384,
            KeyKind::P521 => Algorithm::Es512,
            KeyKind::Ed25519 => Algorithm::EdDsa,
            KeyKind::Rsa | KeyKind::Hmac => Algorithm::Rs256,
        });
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
    pub fn bare_public_jwk(&self) -> Option<String> {
        self.public.as_ref().map(PublicKey::to_bare_jwk)
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
        let signature = self.signature(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Secret(key) => hmac::sign(key, message).as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Ec(pair) => {
                let signature = pair.sign(&random, message);
                signature.expect("the system has randomness").as_ref().to_vec()
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = padding(self.algorithm).expect("an RSA key signs by an algorithm of RSA");
                pair.sign(padding, &random, message, &mut signature).expect("the key fits its padding");
                signature
            }
        }
    }
}

impl Pair {
    /// The public side, which has to be as good as one that others would show us.
    fn public(&self) -> Result<PublicKey, SigningKeyFault> {
        let (kind, numbers) = match self {
            Self::Secret(_) => return Err(SigningKeyFault::Unsupported),
            Self::Rsa(pair) => {
                let number = |positive: &[u8]| positive.to_vec();
                let public = pair.public_key();
                let n = number(public.modulus().big_endian_without_leading_zero());
                let e = number(public.exponent().big_endian_without_leading_zero());
                (KeyKind::Rsa, Numbers::Rsa { n, e })
            }
            Self::Ec(pair) => {
                let kinds = [KeyKind::P256, KeyKind::P384, KeyKind::P521];
                let kind = kinds.into_iter().find(|kind| curve(*kind) == Some(pair.algorithm()));
                // The uncompressed form: a mark, then both coordinates.
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let numbers = Numbers::Ec { x: x.to_vec(), y: y.to_vec() };
                (kind.ok_or(SigningKeyFault::Unsupported)?, numbers)
            }
            Self::Ed25519(pair) => {
                (KeyKind::Ed25519, Numbers::Ed25519 { x: pair.public_key().as_ref().to_vec() })
            }
        };
        PublicKey::from_numbers(kind, &numbers).map_err(SigningKeyFault::Weak)
    }
}

/// How the library signs on the curve of that kind.
pub(super) fn curve(kind: KeyKind) -> Option<&'static EcdsaSigningAlgorithm> {
    match kind {
        KeyKind::P256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        KeyKind::P384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        KeyKind::P521 => Some(&ECDSA_P521_SHA512_FIXED_SIGNING),
        KeyKind::Hmac | KeyKind::Rsa | KeyKind::Ed25519 => None,
    }
}

fn padding(algorithm: Algorithm) -> Option<&'static dyn RsaEncoding> {
    match algorithm {
        Algorithm::Rs256 => Some(&RSA_PKCS1_SHA256),
        Algorithm::Rs384 => Some(&RSA_PKCS1_SHA384),
        Algorithm::Rs512 => Some(&RSA_PKCS1_SHA512),
        Algorithm::Ps256 => Some(&RSA_PSS_SHA256),
        Algorithm::Ps384 => Some(&RSA_PSS_SHA384),
        Algorithm::Ps512 => Some(&RSA_PSS_SHA512),
        _ => None,
    }
}

/// The bare JWK of a public key, whatever it is written in: PEM, a JWK, or a JWK in base64.
pub fn bare_public_jwk(text: &str) -> Option<String> {
    let text = text.trim();
    if text.starts_with("-----") {
        return PublicKey::from_pem(text).ok().map(|key| key.to_bare_jwk());
    }
    let json = if text.starts_with('{') { text.to_owned() } else { from_base64(text)? };
    let object = Object::read(json.as_bytes()).ok()?;
    PublicKey::from_jwk(&object).ok().map(|key| key.to_bare_jwk())
}

/// Either alphabet, padded or not, with line breaks in it: as people paste it.
pub(crate) fn from_base64(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '=')
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let padded = format!("{plain}{}", "=".repeat((4 - plain.len() % 4) % 4));
    String::from_utf8(STANDARD.decode(padded).ok()?).ok()
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).field("algorithm", &self.algorithm).finish()
    }
}

impl fmt::Display for SigningKeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("neither a PEM with a private key, nor a JWK, nor a JWK in base64"),
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

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! pem {
        ($name:literal) => {
            include_str!(concat!("../../tests/keys/", $name))
        };
    }

    fn fault(text: &str) -> SigningKeyFault {
        SigningKey::read(text, None).expect_err("no key that could sign")
    }

    #[test]
    fn a_private_key_is_read_from_every_form_of_pem_and_signs_by_the_usual_algorithm_of_its_kind() {
        for (pem, algorithm) in [
            (pem!("rsa.pem"), Algorithm::Rs256),
            (pem!("p256.pem"), Algorithm::Es256),
            (pem!("p384.pem"), Algorithm::Es384),
            (pem!("p521.pem"), Algorithm::Es512),
            (pem!("ed25519.pem"), Algorithm::EdDsa),
        ] {
            let key = SigningKey::read(pem, None).expect("a good key");
            assert_eq!(key.algorithm(), algorithm);
        }
    }

    #[test]
    fn its_public_side_is_the_public_key_and_its_name_the_thumbprint_of_it() {
        let key = SigningKey::read(pem!("p256.pem"), None).expect("a good key");
        let public = PublicKey::from_pem(pem!("p256.pub.pem")).expect("a good key");
        assert_eq!(key.kid(), Some(public.thumbprint().as_str()));
        assert_eq!(key.public_pem().as_deref(), Some(pem!("p256.pub.pem")));
    }

    #[test]
    fn what_cannot_sign_is_refused_with_the_reason() {
        assert_eq!(fault(pem!("rsa.pub.pem")), SigningKeyFault::Public);
        assert_eq!(fault(pem!("rsa.crt.pem")), SigningKeyFault::Public);
        assert_eq!(fault("secret"), SigningKeyFault::Form);
        assert_eq!(fault(r#"{"kty":"OKP"}"#), SigningKeyFault::Jwk(JwkFault::Missing("d")));
        let es256 = SigningKey::read(pem!("rsa.pem"), Some(Algorithm::Es256)).expect_err("an RSA key");
        assert_eq!(es256, SigningKeyFault::WrongAlgorithm(Algorithm::Es256));
        let short = SigningKey::secret(&"short".into(), None).expect_err("a short secret");
        assert_eq!(short, SigningKeyFault::ShortSecret(5));
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
    fn neither_the_key_nor_what_is_wrong_with_it_is_printed() {
        let key = SigningKey::secret(&"do-not-print-me-do-not-print-me-at-all".into(), None).expect("long");
        assert!(!format!("{key:?}").contains("print-me"));
        assert!(!fault("do-not-print-me").to_string().contains("print-me"));
    }
}
