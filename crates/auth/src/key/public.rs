//! Public keys: as operators have them, a PEM `PUBLIC KEY` or `CERTIFICATE`, or from their numbers.

use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents, RsaSubjectPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{PemObject, SectionKind};
use webpki::EndEntityCert;

use super::{Algorithm, KeyKind, spki};

/// RSA keys below this many bits can be forged by those who care to.
const MIN_RSA_BITS: usize = 2048;
/// RSA keys above this many bits cost too much to check.
const MAX_RSA_BITS: usize = 8192;
/// RSA exponents below this one have a history of broken padding checks.
const MIN_RSA_EXPONENT: u64 = 65_537;

/// A public key that is fit for use: the DER of its `SubjectPublicKeyInfo`, and what it is.
pub(crate) struct PublicKey {
    spki: Vec<u8>,
    kind: KeyKind,
}

/// The numbers that a public key consists of, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Modulus and exponent, without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// A point of a curve, both as long as the curve's field.
    Ec { x: Vec<u8>, y: Vec<u8> },
    /// An encoded point of Ed25519.
    Ed25519 { x: Vec<u8> },
}

/// What is wrong with a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicKeyFault {
    /// Not PEM, or no section that a public key could be in.
    NotPem,
    /// A private key, which has no place in the configuration of a verifier.
    PrivateKey,
    /// The certificate cannot be read.
    Certificate,
    /// Neither RSA nor one of the supported curves, or damaged.
    Unsupported,
    /// An RSA modulus of so many bits: fewer than 2048 or more than 8192.
    RsaSize(usize),
    /// An RSA exponent that is below 65537 or even.
    RsaExponent,
    /// The numbers are no key of that kind: of the wrong size, or no point of the curve.
    Numbers,
}

impl PublicKey {
    /// Reads the first section of a PEM text. A certificate only carries the key here: its dates and its issuer are
    /// not looked at, since the operator vouches for it.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, PublicKeyFault> {
        let (section, der) =
            <(SectionKind, Vec<u8>)>::from_pem_slice(pem.as_bytes()).map_err(|_| PublicKeyFault::NotPem)?;
        match section {
            SectionKind::PublicKey => Self::from_spki(der),
            SectionKind::Certificate => Self::from_certificate(der),
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {
                Err(PublicKeyFault::PrivateKey)
            }
            _ => Err(PublicKeyFault::NotPem),
        }
    }

    fn from_certificate(der: Vec<u8>) -> Result<Self, PublicKeyFault> {
        let der = CertificateDer::from(der);
        let certificate = EndEntityCert::try_from(&der).map_err(|_| PublicKeyFault::Certificate)?;
        Self::from_spki(certificate.subject_public_key_info().to_vec())
    }

    /// The key of that kind with these numbers.
    pub(crate) fn from_numbers(kind: KeyKind, numbers: &Numbers) -> Result<Self, PublicKeyFault> {
        let key = match numbers {
            Numbers::Rsa { n, e } => Self::from_rsa(n, e)?,
            Numbers::Ec { x, y } => Self::from_point(kind, &[x, y])?,
            Numbers::Ed25519 { x } => Self::from_point(kind, &[x])?,
        };
        if key.kind == kind { Ok(key) } else { Err(PublicKeyFault::Numbers) }
    }

    /// The size comes first: building a huge key already costs.
    fn from_rsa(n: &[u8], e: &[u8]) -> Result<Self, PublicKeyFault> {
        let bits = bit_length(n);
        if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
            return Err(PublicKeyFault::RsaSize(bits));
        }
        let der = RsaPublicKeyComponents { n, e }.as_der().map_err(|_| PublicKeyFault::Numbers)?;
        Self::from_spki(der.as_ref().to_vec())
    }

    fn from_point(kind: KeyKind, coordinates: &[&[u8]]) -> Result<Self, PublicKeyFault> {
        let spki = spki::of_point(kind, coordinates).ok_or(PublicKeyFault::Numbers)?;
        Self::from_spki(spki).map_err(|_| PublicKeyFault::Numbers)
    }

    /// The library knows the kinds of keys: the kind is the one under which it accepts the bytes.
    pub(crate) fn from_spki(spki: Vec<u8>) -> Result<Self, PublicKeyFault> {
        let kind = [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa]
            .into_iter()
            .find(|algorithm| parse(&spki, *algorithm).is_some())
            .map(Algorithm::key_kind)
            .ok_or(PublicKeyFault::Unsupported)?;
        match kind {
            KeyKind::Rsa => check_rsa(&spki)?,
            // The one form in which a point can be told to others.
            _ if spki::point(kind, &spki).is_none() => return Err(PublicKeyFault::Unsupported),
            _ => {}
        }
        Ok(Self { spki, kind })
    }

    /// The numbers that the key consists of.
    pub(crate) fn numbers(&self) -> Numbers {
        match spki::point(self.kind, &self.spki).as_deref() {
            Some([x]) => Numbers::Ed25519 { x: x.to_vec() },
            Some([x, y]) => Numbers::Ec { x: x.to_vec(), y: y.to_vec() },
            _ => {
                let key = RsaSubjectPublicKey::from_der(&self.spki).expect("it was read before");
                let parts = RsaPublicKeyComponents::<Vec<u8>>::from(&key);
                Numbers::Rsa { n: parts.n, e: parts.e }
            }
        }
    }

    /// The key as a PEM text.
    pub(crate) fn to_pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki)
    }

    pub(crate) const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key, ready to check signatures of one algorithm; `None` for an algorithm of another kind of key.
    pub(crate) fn prepare(&self, algorithm: Algorithm) -> Option<ParsedPublicKey> {
        if algorithm.key_kind() != self.kind {
            return None;
        }
        parse(&self.spki, algorithm)
    }
}

/// A section of PEM (RFC 7468).
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

fn parse(spki: &[u8], algorithm: Algorithm) -> Option<ParsedPublicKey> {
    ParsedPublicKey::new(algorithm.verification()?, spki).ok()
}

fn check_rsa(spki: &[u8]) -> Result<(), PublicKeyFault> {
    let key = RsaSubjectPublicKey::from_der(spki).map_err(|_| PublicKeyFault::Unsupported)?;
    let parts = RsaPublicKeyComponents::<Vec<u8>>::from(&key);
    let bits = bit_length(&parts.n);
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
        return Err(PublicKeyFault::RsaSize(bits));
    }
    let exponent = parts.e.iter().fold(0_u64, |value, byte| value.saturating_mul(256) | u64::from(*byte));
    if exponent < MIN_RSA_EXPONENT || parts.e.last().is_none_or(|last| last % 2 == 0) {
        return Err(PublicKeyFault::RsaExponent);
    }
    Ok(())
}

fn bit_length(big_endian: &[u8]) -> usize {
    let digits = big_endian.iter().skip_while(|byte| **byte == 0).collect::<Vec<_>>();
    digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

impl fmt::Display for PublicKeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NotPem => "not a PEM text with a PUBLIC KEY or CERTIFICATE section",
            Self::PrivateKey => "this is a private key; the public key belongs here",
            Self::Certificate => "the certificate cannot be read",
            Self::Unsupported => "neither an RSA, P-256, P-384, P-521 nor Ed25519 key",
            Self::RsaSize(bits) => {
                return write!(
                    f,
                    "an RSA key of {bits} bits; from {MIN_RSA_BITS} to {MAX_RSA_BITS} are accepted"
                );
            }
            Self::RsaExponent => return write!(f, "the RSA exponent is below {MIN_RSA_EXPONENT} or even"),
            Self::Numbers => "the numbers are no key of that kind",
        };
        f.write_str(text)
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

    fn kind(pem: &str) -> Result<KeyKind, PublicKeyFault> {
        PublicKey::from_pem(pem).map(|key| key.kind())
    }

    #[test]
    fn the_kind_of_a_public_key_is_found_in_the_key() {
        assert_eq!(kind(pem!("rsa.pub.pem")), Ok(KeyKind::Rsa));
        assert_eq!(kind(pem!("p256.pub.pem")), Ok(KeyKind::P256));
        assert_eq!(kind(pem!("p384.pub.pem")), Ok(KeyKind::P384));
        assert_eq!(kind(pem!("p521.pub.pem")), Ok(KeyKind::P521));
        assert_eq!(kind(pem!("ed25519.pub.pem")), Ok(KeyKind::Ed25519));
    }

    #[test]
    fn a_certificate_gives_its_key() {
        assert_eq!(kind(pem!("rsa.crt.pem")), Ok(KeyKind::Rsa));
        assert_eq!(kind(pem!("p256.crt.pem")), Ok(KeyKind::P256));
    }

    #[test]
    fn weak_foreign_and_private_keys_are_refused_with_the_reason() {
        assert_eq!(kind(pem!("rsa_weak.pub.pem")), Err(PublicKeyFault::RsaSize(1024)));
        assert_eq!(kind(pem!("rsa_exponent_3.pub.pem")), Err(PublicKeyFault::RsaExponent));
        assert_eq!(kind(pem!("secp256k1.pub.pem")), Err(PublicKeyFault::Unsupported));
        assert_eq!(kind(pem!("p256_compressed.pub.pem")), Err(PublicKeyFault::Unsupported));
        assert_eq!(kind(pem!("p256.pem")), Err(PublicKeyFault::PrivateKey));
        assert_eq!(kind("secret"), Err(PublicKeyFault::NotPem));
        assert_eq!(kind(""), Err(PublicKeyFault::NotPem));
    }

    #[test]
    fn a_key_serves_algorithms_of_its_own_kind_only() {
        let key = PublicKey::from_pem(pem!("p256.pub.pem")).expect("a P-256 key");
        for algorithm in Algorithm::ALL {
            assert_eq!(key.prepare(algorithm).is_some(), algorithm == Algorithm::Es256, "{algorithm}");
        }
    }
}
