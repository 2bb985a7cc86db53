//! Keys from the texts in which they are passed around: PEM, JWK, and JWK in base64.

use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::{PemObject, SectionKind};

use super::pair::curve;
use super::{Pair, SigningKey, SigningKeyFault, der, jwk};
use crate::Algorithm;
use crate::key::{KeyKind, Numbers, PublicKey};
use crate::token::Object;

impl SigningKey {
    /// Reads a private key: PEM (PKCS#8, PKCS#1 or SEC1), a JWK, or a JWK in base64. Without an algorithm it signs by
    /// the usual one of its kind: RS256, the one of its curve, or EdDSA; a JWK may name its own.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(text: &str, algorithm: Option<Algorithm>) -> Result<Self, SigningKeyFault> {
        let text = text.trim();
        // Programs write attributes before the key, and parameters of its curve.
        if text.contains("-----BEGIN ") {
            return Self::from_pem(text, algorithm);
        }
        if text.starts_with('{') {
            return jwk::read(text, algorithm);
        }
        let json = from_base64(text).ok_or(SigningKeyFault::Form)?;
        jwk::read(&json, algorithm)
    }

    /// The first section has to be the key: the library tells which kind it is.
    fn from_pem(pem: &str, algorithm: Option<Algorithm>) -> Result<Self, SigningKeyFault> {
        let section = <(SectionKind, Vec<u8>)>::from_pem_slice(pem.as_bytes());
        let (section, der) = section.map_err(|_| match pem.contains("ENCRYPTED") {
            true => SigningKeyFault::Encrypted,
            false => SigningKeyFault::Form,
        })?;
        match section {
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {}
            SectionKind::PublicKey | SectionKind::Certificate => return Err(SigningKeyFault::Public),
            _ => return Err(SigningKeyFault::Form),
        }
        let pkcs8_or_pkcs1 = || RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).ok();
        // The library would only say that it is no key of its liking.
        if let Some([n, e, ..]) = der::rsa_numbers(&der) {
            let public = PublicKey::from_numbers(KeyKind::Rsa, &Numbers::Rsa { n, e });
            public.map_err(SigningKeyFault::Weak)?;
        }
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
}

/// The canonical JWK of a public key, whatever it is written in: PEM, a JWK, or a JWK in base64.
pub fn canonical_public_jwk(text: &str) -> Option<String> {
    let text = text.trim();
    if text.starts_with("-----") {
        return PublicKey::from_pem(text).ok().map(|key| key.to_canonical_jwk());
    }
    let json = if text.starts_with('{') { text.to_owned() } else { from_base64(text)? };
    let object = Object::read(json.as_bytes()).ok()?;
    PublicKey::from_jwk(&object).ok().map(|key| key.to_canonical_jwk())
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

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::{JwkFault, PublicKeyFault};

    macro_rules! pem {
        ($name:literal) => {
            include_str!(concat!("../../../tests/keys/", $name))
        };
    }

    fn fault(text: &str) -> SigningKeyFault {
        SigningKey::read(text, None).expect_err("no key that could sign")
    }

    #[test]
    fn a_private_key_is_read_from_every_form_of_pem_and_signs_by_the_usual_algorithm_of_its_kind() {
        for (pem, algorithm) in [
            (pem!("rsa.pem"), Algorithm::Rs256),
            (pem!("rsa.pkcs1.private.pem"), Algorithm::Rs256),
            (pem!("p256.pem"), Algorithm::Es256),
            (pem!("p256.sec1.pem"), Algorithm::Es256),
            (pem!("p384.pem"), Algorithm::Es384),
            (pem!("p521.pem"), Algorithm::Es512),
            (pem!("p521.sec1.pem"), Algorithm::Es512),
            (pem!("ed25519.pem"), Algorithm::EdDsa),
        ] {
            let key = SigningKey::read(pem, None).expect("a good key");
            assert_eq!(key.algorithm(), algorithm);
            let with_attributes = format!("Bag Attributes\n    friendlyName: ours\n{pem}");
            let read = SigningKey::read(&with_attributes, None).expect("the same key");
            assert_eq!(read.public_jwk(), key.public_jwk());
        }
    }

    #[test]
    fn one_pair_has_one_name_in_whatever_form_it_is_written() {
        let kid = |pem| SigningKey::read(pem, None).expect("a good key").kid().map(str::to_owned);
        assert_eq!(kid(pem!("rsa.pkcs1.private.pem")), kid(pem!("rsa.pem")));
        assert_eq!(kid(pem!("p256.sec1.pem")), kid(pem!("p256.pem")));
    }

    #[test]
    fn a_secret_of_a_jwk_need_not_be_a_text() {
        let jwk = |bytes: &[u8], more: &str| {
            format!(r#"{{"kty":"oct","k":"{}"{more}}}"#, URL_SAFE_NO_PAD.encode(bytes))
        };
        let key =
            SigningKey::read(&jwk(&[0xff; 64], r#","alg":"HS512","kid":"s""#), None).expect("a good secret");
        assert_eq!((key.algorithm(), key.kid(), key.public_jwk()), (Algorithm::Hs512, Some("s"), None));
        assert_eq!(fault(&jwk(&[0xff; 31], "")), SigningKeyFault::ShortSecret(31));
    }

    #[test]
    fn what_cannot_sign_is_refused_with_the_reason() {
        assert_eq!(fault(pem!("rsa.pub.pem")), SigningKeyFault::Public);
        assert_eq!(fault(pem!("rsa.crt.pem")), SigningKeyFault::Public);
        assert_eq!(fault(pem!("rsa_weak.pem")), SigningKeyFault::Weak(PublicKeyFault::RsaSize(1024)));
        assert_eq!(fault("secret"), SigningKeyFault::Form);
        let label = "ENCRYPTED PRIVATE KEY";
        let encrypted = format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        assert_eq!(fault(&encrypted), SigningKeyFault::Encrypted);
        assert_eq!(fault(r#"{"kty":"OKP"}"#), SigningKeyFault::Jwk(JwkFault::Missing("d")));
        let es256 = SigningKey::read(pem!("rsa.pem"), Some(Algorithm::Es256)).expect_err("an RSA key");
        assert_eq!(es256, SigningKeyFault::WrongAlgorithm(Algorithm::Es256));
        let short = SigningKey::secret(&"short".into(), None).expect_err("a short secret");
        assert_eq!(short, SigningKeyFault::ShortSecret(5));
    }

    #[test]
    fn what_is_wrong_with_a_text_repeats_no_part_of_it() {
        assert!(!fault("do-not-print-me").to_string().contains("print-me"));
    }
}
