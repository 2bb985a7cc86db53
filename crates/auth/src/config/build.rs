//! From configuration to realms, with all complaints at once.

use std::time::Duration;

use aws_lc_rs::hmac;
use regex::Regex;

use super::{
    ConfigError, Expected, Fault, KeyConfig, KeyMaterial, MAX_KEYS, MAX_LEEWAY, MIN_SECRET_BYTES,
    RealmConfig, RealmsConfig, Secret, Warning,
};
use crate::key::{Check, KeyKind, KeySet, PublicKey};
use crate::realm::{Accepted, Rules};
use crate::{Algorithm, Family, Realm, Realms};

impl RealmsConfig {
    /// Builds every realm.
    ///
    /// # Errors
    ///
    /// All that is wrong in any of them.
    pub fn build(self) -> Result<(Realms, Vec<Warning>), Vec<ConfigError>> {
        let stray = self.subscription.as_ref().and_then(|subscription| {
            (subscription.organisation != self.connection.organisation).then(|| ConfigError {
                realm: subscription.name.clone(),
                field: "organisation".into(),
                fault: Fault::OtherOrganisation,
            })
        });
        let connection = self.connection.build();
        let subscription = self.subscription.map(RealmConfig::build).transpose();
        match (connection, subscription, stray) {
            (Ok((connection, mut warnings)), Ok(subscription), None) => {
                let (subscription, more) = subscription.unzip();
                warnings.extend(more.unwrap_or_default());
                Ok((Realms::new(connection, subscription, self.allow_no_token), warnings))
            }
            (connection, subscription, stray) => {
                let errors = connection.err().into_iter().chain(subscription.err()).flatten();
                Err(errors.chain(stray).collect())
            }
        }
    }
}

impl RealmConfig {
    /// Builds the realm: parses its keys, compiles its patterns, settles what the preset decides.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn build(self) -> Result<(Realm, Vec<Warning>), Vec<ConfigError>> {
        let mut notes = Notes { realm: &self.name, errors: Vec::new(), warnings: Vec::new() };
        for (field, value) in [("name", &self.name), ("organisation", &self.organisation)] {
            notes.check(field, !value.is_empty(), Fault::Empty);
        }
        let (keys, served) = self.keys(&mut notes);
        for algorithm in self.algorithms.iter().flatten().filter(|algorithm| !served.contains(algorithm)) {
            notes.warnings.push(Warning::NoKeyFor { realm: self.name.clone(), algorithm: *algorithm });
        }
        let rules = self.rules(served, &mut notes);
        let Notes { errors, warnings, .. } = notes;
        if errors.is_empty() {
            return Ok((Realm::new(&self.name, &self.organisation, keys, rules), warnings));
        }
        Err(errors)
    }

    /// The keys in their slots, and the algorithms that they serve.
    fn keys(&self, notes: &mut Notes<'_>) -> (KeySet, Vec<Algorithm>) {
        notes.check("keys", self.keys.len() <= MAX_KEYS, Fault::TooManyKeys(self.keys.len()));
        if self.keys.is_empty() {
            notes.warnings.push(Warning::NoKeys { realm: self.name.clone() });
        }
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
                let warning = Warning::ShortSecret { realm: self.name.clone(), key: index, bytes };
                notes.warnings.push(warning);
                Ok(())
            }
        }
    }

    /// The allowed algorithms that work with such a key.
    fn allowed(&self, kind: KeyKind) -> impl Iterator<Item = Algorithm> {
        let algorithms = self.algorithms.as_deref().unwrap_or(self.preset.algorithms(kind));
        algorithms.iter().copied().filter(move |algorithm| algorithm.key_kind() == kind)
    }

    fn rules(&self, served: Vec<Algorithm>, notes: &mut Notes<'_>) -> Rules {
        let preset = self.preset;
        let user_claim = self.user_claim.as_deref().unwrap_or("sub");
        let is_name =
            !user_claim.is_empty() && user_claim.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
        notes.check("user_claim", is_name, Fault::ClaimName);
        let leeway = self.leeway.unwrap_or(preset.leeway());
        notes.check("leeway", leeway <= MAX_LEEWAY, Fault::LeewayTooLong);
        Rules {
            preset,
            algorithms: self.algorithms.clone().unwrap_or(served),
            issuer: accepted("issuer", &self.issuer, notes),
            audience: accepted("audience", &self.audience, notes),
            user_claim: user_claim.into(),
            leeway: seconds(leeway),
            longest_lifetime: self.longest_lifetime.or(preset.longest_lifetime()).map(seconds),
            expiry_required: self.require_expiry.unwrap_or(preset.requires_expiry()),
            gateway_claims: self.gateway_claims.unwrap_or(preset.gateway_claims()),
            anonymous_tokens: self.anonymous_tokens.unwrap_or(preset.anonymous_tokens()),
        }
    }
}

/// What was found while building one realm.
struct Notes<'c> {
    realm: &'c str,
    errors: Vec<ConfigError>,
    warnings: Vec<Warning>,
}

impl Notes<'_> {
    fn check(&mut self, field: &str, good: bool, fault: Fault) {
        if !good {
            self.error(field, fault);
        }
    }

    fn error(&mut self, field: &str, fault: Fault) {
        self.errors.push(ConfigError { realm: self.realm.into(), field: field.into(), fault });
    }
}

fn public_key(pem: &str, family: Option<Family>) -> Result<PublicKey, Fault> {
    let key = PublicKey::from_pem(pem).map_err(Fault::PublicKey)?;
    match (family, key.kind().family()) {
        (Some(expected), Some(found)) if expected != found => Err(Fault::WrongFamily { expected, found }),
        _ => Ok(key),
    }
}

fn accepted(field: &str, expected: &Expected, notes: &mut Notes<'_>) -> Accepted {
    let Some(pattern) = &expected.pattern else {
        return match expected.exact.as_slice() {
            [] => Accepted::Anything,
            texts => Accepted::Exactly(texts.to_vec()),
        };
    };
    notes.check(field, expected.exact.is_empty(), Fault::ExactAndPattern);
    if !(pattern.starts_with('^') && pattern.ends_with('$')) {
        notes.warnings.push(Warning::LoosePattern { realm: notes.realm.into(), field: field.into() });
    }
    match Regex::new(pattern) {
        Ok(regex) => Accepted::Matching(regex),
        Err(error) => {
            notes.error(field, Fault::Pattern(error.to_string()));
            Accepted::Exactly(Vec::new())
        }
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
