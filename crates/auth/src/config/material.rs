//! From key material to slots of a key set.

use aws_lc_rs::hmac;

use super::build::Notes;
use super::{Fault, KeyConfig, KeyMaterial, MAX_KEYS, MIN_SECRET_BYTES, RealmConfig, Secret, Warning};
use crate::key::{Check, KeyKind, KeySet, PublicKey};
use crate::{Algorithm, Family};

impl RealmConfig {
    /// The fixed keys in their slots, and the algorithms that they serve.
    pub(super) fn fixed_keys(&self, notes: &mut Notes<'_>) -> (KeySet, Vec<Algorithm>) {
        notes.check("keys", self.keys.len() <= MAX_KEYS, Fault::TooManyKeys(self.keys.len()));
        let mut keys = KeySet::default();
        let mut served = Vec::new();
        for (index, config) in self.keys.iter().enumerate() {
            match self.slots(index, config, notes) {
                Ok(slots) if slots.is_empty() => notes.error(&format!("keys[{index}]"), Fault::IdleKey),
                Ok(slots) => {
                    for (algorithm, check) in slots {
                        keys.add(algorithm, config.kid.as_deref(), config.usable_until, check);
                        served.push(algorithm);
                    }
                }
                Err(fault) => notes.error(&format!("keys[{index}]"), fault),
            }
        }
        (keys, served)
    }

    /// A key, prepared for each algorithm that it may serve.
    fn slots(
        &self,
        index: usize,
        config: &KeyConfig,
        notes: &mut Notes<'_>,
    ) -> Result<Vec<(Algorithm, Check)>, Fault> {
        match &config.material {
            KeyMaterial::Secret(secret) => {
                self.check_secret(index, secret, notes)?;
                let allowed = self.allowed(KeyKind::Hmac);
                let key = |mac| Check::Mac(Box::new(hmac::Key::new(mac, secret.reveal().as_bytes())));
                let slot = |algorithm: Algorithm| Some((algorithm, key(algorithm.mac()?)));
                Ok(allowed.filter_map(slot).collect())
            }
            KeyMaterial::PublicKey { pem, family } => {
                let key = public_key(pem, *family)?;
                let allowed = self.allowed(key.kind());
                let slot = |algorithm| Some((algorithm, Check::Signature(key.prepare(algorithm)?)));
                Ok(allowed.filter_map(slot).collect())
            }
        }
    }

    fn check_secret(&self, index: usize, secret: &Secret, notes: &mut Notes<'_>) -> Result<(), Fault> {
        match secret.reveal().len() {
            0 => Err(Fault::Empty),
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

fn public_key(pem: &str, family: Option<Family>) -> Result<PublicKey, Fault> {
    let key = PublicKey::from_pem(pem).map_err(Fault::PublicKey)?;
    match (family, key.kind().family()) {
        (Some(expected), Some(found)) if expected != found => Err(Fault::WrongFamily { expected, found }),
        _ => Ok(key),
    }
}
