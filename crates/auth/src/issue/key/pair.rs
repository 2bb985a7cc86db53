//! The private side of a key, as the library has it.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};

use super::SigningKeyFault;
use crate::Algorithm;
use crate::key::{KeyKind, Numbers, PublicKey};

/// The private side.
pub(in crate::issue) enum Pair {
    Secret(Box<hmac::Key>),
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl Pair {
    /// Signs by an algorithm that works with such a key.
    pub(super) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Secret(key) => hmac::sign(key, message).as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Ec(pair) => {
                let signature = pair.sign(&random, message);
                signature.expect("the system has randomness").as_ref().to_vec()
            }
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = padding(algorithm).expect("an RSA key signs by an algorithm of RSA");
                pair.sign(padding, &random, message, &mut signature).expect("the key fits its padding");
                signature
            }
        }
    }

    /// The public side, which has to be as good as one that others would show us.
    pub(super) fn public(&self) -> Result<PublicKey, SigningKeyFault> {
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

/// The algorithm by which pairs of that kind usually sign.
pub(in crate::issue) const fn usual(kind: KeyKind) -> Algorithm {
    match kind {
        KeyKind::P256 => Algorithm::Es256,
        KeyKind::P384 => Algorithm::Es384,
        KeyKind::P521 => Algorithm::Es512,
        KeyKind::Ed25519 => Algorithm::EdDsa,
        KeyKind::Rsa | KeyKind::Hmac => Algorithm::Rs256,
    }
}

/// How the library signs on the curve of that kind.
pub(in crate::issue) fn curve(kind: KeyKind) -> Option<&'static EcdsaSigningAlgorithm> {
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
