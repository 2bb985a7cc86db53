//! From key material to slots of a key set.

use aws_lc_rs::hmac;

use super::build::Notes;
use super::{Fault, KeyConfig, KeyMaterial, MAX_KEYS, MIN_SECRET_BYTES, RealmConfig, Secret, Warning};
use crate::key::jwk::Jwk;
use crate::key::{Check, KeyKind, KeySet, PublicKey};
use crate::token::Object;
use crate::{Algorithm, Family, JwkFault};

impl RealmConfig {
    /// The fixed keys in their slots, and the algorithms that they serve.
    pub(super) fn fixed_keys(&self, notes: &mut Notes<'_>) -> (KeySet, Vec<Algorithm>) {
        notes.check("keys", self.keys.len() <= MAX_KEYS, Fault::TooManyKeys(self.keys.len()));
        let mut keys = KeySet::default();
        let mut served = Vec::new();
        for (index, config) in self.keys.iter().enumerate() {
            match self.slots(index, config, notes) {
                Ok(slots) if slots.checks.is_empty() => {
                    notes.error(&format!("keys[{index}]"), Fault::IdleKey)
                }
                Ok(Slots { kid, checks }) => {
                    for (algorithm, check) in checks {
                        keys.add(algorithm, kid.as_deref(), config.usable_until, check);
                        served.push(algorithm);
                    }
                }
                Err(fault) => notes.error(&format!("keys[{index}]"), fault),
            }
        }
        (keys, served)
    }

    /// A key, prepared for each algorithm that it may serve.
    fn slots(&self, index: usize, config: &KeyConfig, notes: &mut Notes<'_>) -> Result<Slots, Fault> {
        let kid = config.kid.as_deref().map(Box::from);
        let signatures = |key: &PublicKey, only: Option<Algorithm>| {
            let allowed =
                self.allowed(key.kind()).filter(|algorithm| only.is_none_or(|only| only == *algorithm));
            allowed
                .filter_map(|algorithm| Some((algorithm, Check::Signature(key.prepare(algorithm)?))))
                .collect()
        };
        match &config.material {
            KeyMaterial::Secret(secret) => {
                self.check_secret(index, secret, notes)?;
                let key = |mac| Check::Mac(Box::new(hmac::Key::new(mac, secret.reveal().as_bytes())));
                let slot = |algorithm: Algorithm| Some((algorithm, key(algorithm.mac()?)));
                Ok(Slots { kid, checks: self.allowed(KeyKind::Hmac).filter_map(slot).collect() })
            }
            KeyMaterial::PublicKey { pem, family } => {
                let key = public_key(pem, *family)?;
                Ok(Slots { kid, checks: signatures(&key, None) })
            }
            KeyMaterial::Jwk(text) => {
                let object =
                    Object::read(text.as_bytes()).map_err(|fault| Fault::Jwk(JwkFault::Json(fault)))?;
                let jwk = Jwk::read(&object).map_err(Fault::Jwk)?;
                Ok(Slots { kid: kid.or(jwk.kid), checks: signatures(&jwk.key, jwk.algorithm) })
            }
        }
    }

    fn check_secret(&self, index: usize, secret: &Secret, notes: &mut Notes<'_>) -> Result<(), Fault> {
        match secret.reveal().len() {
            0 => Err(Fault::Empty),
            _ if is_key(secret.reveal()) => Err(Fault::KeyForSecret),
            MIN_SECRET_BYTES.. => Ok(()),
            bytes if !self.preset.accepts_short_secrets() => Err(Fault::ShortSecret(bytes)),
            bytes => {
                notes.warn(Warning::ShortSecret { realm: self.name.clone(), key: index, bytes });
                Ok(())
            }
        }
    }

    /// The allowed algorithms that work with such a key.
    fn allowed(&self, kind: KeyKind) -> impl Iterator<Item = Algorithm> {
        let algorithms = self.algorithms.as_deref().unwrap_or(self.preset.algorithms(kind));
        algorithms.iter().copied().filter(move |algorithm| algorithm.key_kind() == kind)
    }
}

/// What a key comes to: its name, and itself for each algorithm.
struct Slots {
    kid: Option<Box<str>>,
    checks: Vec<(Algorithm, Check)>,
}

/// Whether the text is a key in a form of its own: PEM, as OpenSSH writes one, or a JWK. A public one in the place of a
/// secret is known to everybody.
fn is_key(text: &str) -> bool {
    let text = text.trim_start();
    let is_jwk = || Object::read(text.as_bytes()).is_ok_and(|object| object.get("kty").is_some());
    text.starts_with("-----BEGIN ") || text.starts_with("ssh-") || is_jwk()
}

fn public_key(pem: &str, family: Option<Family>) -> Result<PublicKey, Fault> {
    let key = PublicKey::from_pem(pem).map_err(Fault::PublicKey)?;
    match (family, key.kind().family()) {
        (Some(expected), Some(found)) if expected != found => Err(Fault::WrongFamily { expected, found }),
        _ => Ok(key),
    }
}
