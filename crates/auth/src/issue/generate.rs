//! New keys, and the forms in which they are written down.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::key::{Pair, SigningKey, curve, members};
use crate::key::{KeyKind, pem};
use crate::{Algorithm, Secret};

/// What kind of key is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenerateKind {
    /// RSA of so many bits.
    Rsa2048,
    /// RSA of 3072 bits.
    Rsa3072,
    /// RSA of 4096 bits.
    Rsa4096,
    /// The curve P-256.
    P256,
    /// The curve P-384.
    P384,
    /// The curve P-521.
    P521,
    /// Ed25519.
    Ed25519,
    /// A secret for HMAC. Of this randomness it takes as many bytes as the algorithm's hash has: a shorter secret is less
    /// than RFC 7518, 3.2 asks for.
    Hmac([u8; 64]),
}

/// A key that was just made.
#[derive(Debug)]
pub struct GeneratedKey {
    key: SigningKey,
    /// The text of a secret.
    secret: Option<Secret>,
}

impl GeneratedKey {
    /// Makes one, which signs by that algorithm or by the usual one of its kind. The randomness of key pairs is the
    /// system's.
    ///
    /// # Errors
    ///
    /// An algorithm that does not work with that kind of key.
    pub fn new(kind: GenerateKind, algorithm: Option<Algorithm>) -> Result<Self, super::SigningKeyFault> {
        const NO_RANDOMNESS: &str = "the system has randomness";
        let ec = |kind| {
            let curve = curve(kind).expect("the kind of a curve");
            Pair::Ec(Box::new(EcdsaKeyPair::generate(curve).expect(NO_RANDOMNESS)))
        };
        let rsa = |size| Pair::Rsa(Box::new(RsaKeyPair::generate(size).expect(NO_RANDOMNESS)));
        let pair = match kind {
            GenerateKind::Rsa2048 => rsa(KeySize::Rsa2048),
            GenerateKind::Rsa3072 => rsa(KeySize::Rsa3072),
            GenerateKind::Rsa4096 => rsa(KeySize::Rsa4096),
            GenerateKind::P256 => ec(KeyKind::P256),
            GenerateKind::P384 => ec(KeyKind::P384),
            GenerateKind::P521 => ec(KeyKind::P521),
            GenerateKind::Ed25519 => {
                Pair::Ed25519(Box::new(Ed25519KeyPair::generate().expect(NO_RANDOMNESS)))
            }
            GenerateKind::Hmac(bytes) => return Self::secret_of(&bytes, algorithm),
        };
        Ok(Self { key: SigningKey::of_pair(pair, algorithm, None)?, secret: None })
    }

    /// A secret, named by its thumbprint (RFC 7638), which tells nothing of one that is random.
    fn secret_of(bytes: &[u8; 64], algorithm: Option<Algorithm>) -> Result<Self, super::SigningKeyFault> {
        let algorithm = algorithm.unwrap_or(Algorithm::Hs256);
        let mac = algorithm.mac().ok_or(super::SigningKeyFault::WrongAlgorithm(algorithm))?;
        let secret = Secret::from(URL_SAFE_NO_PAD.encode(&bytes[..mac.digest_algorithm().output_len()]));
        let made = Self { key: SigningKey::secret(&secret, Some(algorithm))?, secret: Some(secret) };
        let thumbprint = digest(&SHA256, made.bare_private_jwk().reveal().as_bytes());
        Ok(Self { key: made.key.named(&URL_SAFE_NO_PAD.encode(thumbprint)), ..made })
    }

    /// The key.
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The text of a secret; `None` for a pair.
    pub const fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    /// The private key as PEM (PKCS#8); `None` for a secret.
    pub fn private_pem(&self) -> Option<Secret> {
        let der = match &self.key.pair {
            Pair::Secret(_) => return None,
            Pair::Rsa(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(&**pair).ok()?.as_ref().to_vec(),
            Pair::Ec(pair) => pair.to_pkcs8v1().ok()?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().ok()?.as_ref().to_vec(),
        };
        Some(pem("PRIVATE KEY", &der).into())
    }

    /// The private key as a JWK with its name and its algorithm, members in the order of the alphabet.
    pub fn private_jwk(&self) -> Secret {
        let mut members: Vec<(&str, String)> = vec![("alg", self.key.algorithm().name().into())];
        members.extend(self.key.kid().map(|kid| ("kid", kid.to_owned())));
        members.extend(self.numbers());
        object(members).into()
    }

    /// The private key as a JWK of its numbers and nothing else.
    pub fn bare_private_jwk(&self) -> Secret {
        object(self.numbers()).into()
    }

    /// The bare private JWK in base64, as it stands in environment variables.
    pub fn base64_private_jwk(&self) -> Secret {
        STANDARD.encode(self.bare_private_jwk().reveal()).into()
    }

    /// The bare public JWK in base64; `None` for a secret.
    pub fn base64_public_jwk(&self) -> Option<String> {
        self.key.canonical_public_jwk().map(|jwk| STANDARD.encode(jwk))
    }

    fn numbers(&self) -> Vec<(&'static str, String)> {
        match (&self.secret, &self.key.public) {
            (Some(secret), _) => {
                vec![("kty", "oct".into()), ("k", URL_SAFE_NO_PAD.encode(secret.reveal()))]
            }
            (None, Some(public)) => {
                let public = public.members().into_iter().map(|(name, value)| (name, value.into_owned()));
                public.chain(members(&self.key.pair).into_iter().flatten()).collect()
            }
            (None, None) => Vec::new(),
        }
    }
}

fn object(mut members: Vec<(&str, String)>) -> String {
    members.sort_unstable();
    let quoted = |text: String| serde_json::Value::from(text).to_string();
    let members: Vec<_> =
        members.into_iter().map(|(name, value)| format!("\"{name}\":{}", quoted(value))).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::{Head, SigningKeyFault};

    const KINDS: [GenerateKind; 6] = [
        GenerateKind::Rsa2048,
        GenerateKind::P256,
        GenerateKind::P384,
        GenerateKind::P521,
        GenerateKind::Ed25519,
        GenerateKind::Hmac([7; 64]),
    ];

    #[test]
    fn a_key_reads_back_from_every_form_in_which_it_is_written() {
        for kind in KINDS {
            let made = GeneratedKey::new(kind, None).expect("a new key");
            let forms = [made.private_pem(), Some(made.private_jwk()), Some(made.base64_private_jwk())];
            for form in forms.iter().flatten() {
                let read = SigningKey::read(form.reveal(), None).expect("the same key");
                assert_eq!(read.public_jwk(), made.key().public_jwk(), "{kind:?}");
                assert_eq!(read.algorithm(), made.key().algorithm());
            }
        }
    }

    #[test]
    fn the_same_text_is_signed_alike_by_what_was_made_and_what_was_read() {
        for kind in [GenerateKind::Ed25519, GenerateKind::Rsa2048, GenerateKind::Hmac([7; 64])] {
            let made = GeneratedKey::new(kind, None).expect("a new key");
            let read = SigningKey::read(made.private_jwk().reveal(), None).expect("the same key");
            let head = Head::default();
            assert_eq!(read.sign(head, "{}"), made.key().sign(head, "{}"), "{kind:?}");
        }
    }

    #[test]
    fn a_secret_is_as_long_as_the_hash_of_its_algorithm_and_has_a_name() {
        for (algorithm, bytes) in [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)] {
            let made = GeneratedKey::new(GenerateKind::Hmac([7; 64]), Some(algorithm)).expect("a secret");
            let random = URL_SAFE_NO_PAD.decode(made.secret().expect("a text").reveal()).expect("base64url");
            assert_eq!(random, vec![7; bytes], "{algorithm}");
            let read = SigningKey::read(made.private_jwk().reveal(), None).expect("the same secret");
            assert_eq!((read.algorithm(), read.kid()), (algorithm, made.key().kid()));
            assert_eq!(made.key().kid().map(str::len), Some(43), "SHA-256 in base64url");
        }
        let wrong =
            GeneratedKey::new(GenerateKind::Hmac([7; 64]), Some(Algorithm::Rs256)).expect_err("RS256");
        assert_eq!(wrong, SigningKeyFault::WrongAlgorithm(Algorithm::Rs256));
    }

    #[test]
    fn a_private_key_with_another_public_one_is_refused() {
        let [one, other] = [(); 2].map(|()| GeneratedKey::new(GenerateKind::Ed25519, None).expect("a key"));
        let x = |key: &GeneratedKey| {
            let jwk = key.key().canonical_public_jwk().expect("a public side");
            jwk.split("\"x\":\"").nth(1).expect("x").trim_end_matches("\"}").to_owned()
        };
        let mixed = one.private_jwk().reveal().replace(&x(&one), &x(&other));
        assert_eq!(SigningKey::read(&mixed, None).expect_err("a mixed pair"), SigningKeyFault::Mismatch);
    }

    #[test]
    fn an_environment_variable_holds_the_numbers_and_nothing_else() {
        let made = GeneratedKey::new(GenerateKind::Ed25519, None).expect("a new key");
        let text = STANDARD.decode(made.base64_private_jwk().reveal()).expect("base64");
        let jwk: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&text).expect("a JSON object");
        assert_eq!(jwk.keys().collect::<Vec<_>>(), ["crv", "d", "kty", "x"]);
    }

    #[test]
    fn no_private_part_is_printed() {
        let made = GeneratedKey::new(GenerateKind::Hmac([7; 64]), None).expect("a new key");
        assert!(!format!("{made:?}").contains(made.secret().expect("a secret").reveal()));
    }
}
