//! A source of tokens, as it is written, and what it makes of realms.

use std::collections::BTreeMap;
use std::time::Duration;

use vestibule_auth::config::Fault;
use vestibule_auth::{ConfigError, Expected, KeyConfig, Preset, RealmConfig, RealmsConfig, Secret};
use vestibule_model::UnixSeconds;

use crate::config::written::Notes;
use crate::config::written::choice::choice;
use crate::config::written::outline::join;
use crate::config::written::section::section;

choice! {
    /// Where a realm's defaults come from.
    pub enum PresetName {
        /// Keys from the configuration, one algorithm each, and tokens that expire and name a user.
        "static" => Static,
        /// Centrifugo's contract.
        "centrifugo" => Centrifugo,
    }
}

choice! {
    /// What a realm's tokens are for.
    pub enum Purpose {
        /// Connections, and subscriptions too unless another realm vouches for those.
        "connections" => Connections,
        /// Subscriptions.
        "subscriptions" => Subscriptions,
    }
}

section! {
    /// A source of tokens.
    pub struct RealmOptions {
        /// Where what is left out comes from: "static" (tokens expire and name a user, a key serves one algorithm) or
        /// "centrifugo" (its contract: exp and sub may be missing, and tokens speak about channels).
        preset: PresetName = PresetName::Static,
        /// What its tokens are for: "connections" or "subscriptions".
        tokens: Purpose = Purpose::Connections,
        /// The tenant that all its tokens belong to.
        organisation: String = "default".into(),
        /// A secret that is shared with whoever mints the tokens, of 32 bytes or more.
        secret: Option<Secret> = None,
        /// A file that holds the secret.
        secret_file: String = String::new(),
        /// The secret before the last rotation.
        previous_secret: Option<Secret> = None,
        /// A file that holds the previous secret.
        previous_secret_file: String = String::new(),
        /// The Unix time until which the previous secret is accepted. 0: for ever.
        previous_secret_until: i64 = 0,
        /// Public keys or certificates, each as a PEM text.
        public_keys: Vec<String> = Vec::new(),
        /// Files with a PEM text each.
        public_key_files: Vec<String> = Vec::new(),
        /// What the claim iss must be: one of these. Empty: anything.
        issuers: Vec<String> = Vec::new(),
        /// What the claim iss must match, instead: a regular expression.
        issuer_pattern: String = String::new(),
        /// What the claim aud must hold: one of these. Empty: anything.
        audiences: Vec<String> = Vec::new(),
        /// What one of the claim aud must match, instead: a regular expression.
        audience_pattern: String = String::new(),
        /// The claim that names the user. Empty: sub.
        user_claim: String = String::new(),
        /// How much the clock of whoever mints the tokens may differ, at most 60s. Left out: as the preset has it.
        leeway: Option<Duration> = None,
        /// The longest life of a token. Left out: as the preset has it.
        longest_lifetime: Option<Duration> = None,
        /// Refuse tokens that never expire. Left out: as the preset has it.
        require_expiry: Option<bool> = None,
        /// Let tokens speak about channels, and grant subscriptions. Left out: as the preset has it.
        gateway_claims: Option<bool> = None,
    }
}

/// All realms. `client` are the switches for those who are nobody.
pub fn realms(
    written: &BTreeMap<String, RealmOptions>,
    allow_no_token: bool,
    refuse_anonymous_tokens: bool,
    notes: &mut Notes,
) -> RealmsConfig {
    let mut connection = None;
    let mut subscription = None;
    for (name, options) in written {
        let mut realm = Source::read(name, options, notes);
        if refuse_anonymous_tokens {
            realm.config.anonymous_tokens = Some(false);
        }
        realm.check(notes);
        let place = match options.tokens {
            Purpose::Connections => &mut connection,
            Purpose::Subscriptions => &mut subscription,
        };
        let fault =
            "there is another realm for the same tokens; one of them must go, or set tokens to another value";
        notes.check(place.is_none(), &join("realms", name), fault);
        place.get_or_insert(realm.config);
    }
    if connection.is_none() && !allow_no_token {
        notes.complain("realms", "nobody could come in: describe a realm, such as [realms.main]");
    }
    let nobody = || RealmConfig::new("main", Preset::Static);
    RealmsConfig { connection: connection.unwrap_or_else(nobody), subscription, allow_no_token }
}

/// A realm, and the key that each of its keys was written at.
struct Source {
    config: RealmConfig,
    at: String,
    keys: Vec<String>,
}

impl Source {
    fn read(name: &str, options: &RealmOptions, notes: &mut Notes) -> Self {
        let preset = match options.preset {
            PresetName::Static => Preset::Static,
            PresetName::Centrifugo => Preset::Centrifugo,
        };
        let mut config = RealmConfig::new(name, preset);
        config.organisation.clone_from(&options.organisation);
        config.issuer = expected(&options.issuers, &options.issuer_pattern);
        config.audience = expected(&options.audiences, &options.audience_pattern);
        config.user_claim = (!options.user_claim.is_empty()).then(|| options.user_claim.clone());
        config.leeway = options.leeway;
        config.longest_lifetime = options.longest_lifetime;
        config.require_expiry = options.require_expiry;
        config.gateway_claims = options.gateway_claims;
        let mut source = Self { config, at: join("realms", name), keys: Vec::new() };
        source.add_secrets(options, notes);
        source.add_public_keys(options, notes);
        let at = join(&source.at, "secret");
        notes.check(!source.config.keys.is_empty(), &at, "a realm needs a key: a secret or a public key");
        source
    }

    fn add_secrets(&mut self, options: &RealmOptions, notes: &mut Notes) {
        let current = secret(&self.at, "secret", &options.secret, &options.secret_file, notes);
        if let Some((name, secret)) = current {
            self.add(name, KeyConfig::secret(secret));
        }
        let file = &options.previous_secret_file;
        if let Some((name, secret)) =
            secret(&self.at, "previous_secret", &options.previous_secret, file, notes)
        {
            let until = options.previous_secret_until;
            let usable_until = (until > 0).then_some(UnixSeconds(until));
            self.add(name, KeyConfig { usable_until, ..KeyConfig::secret(secret) });
        }
    }

    fn add_public_keys(&mut self, options: &RealmOptions, notes: &mut Notes) {
        for (index, pem) in options.public_keys.iter().enumerate() {
            self.add(format!("public_keys[{index}]"), KeyConfig::public_key(pem));
        }
        for (index, path) in options.public_key_files.iter().enumerate() {
            let name = format!("public_key_files[{index}]");
            match std::fs::read_to_string(path) {
                Ok(pem) => self.add(name, KeyConfig::public_key(pem)),
                Err(error) => notes.complain(&join(&self.at, &name), format!("cannot read {path}: {error}")),
            }
        }
    }

    fn add(&mut self, name: String, key: KeyConfig) {
        self.keys.push(name);
        self.config.keys.push(key);
    }

    /// Builds it, as the house will, and says what is wrong.
    fn check(&self, notes: &mut Notes) {
        for error in self.config.clone().build().err().into_iter().flatten() {
            notes.complain(&join(&self.at, &self.option(&error)), error.fault.to_string());
        }
    }

    /// The option that a fault is about.
    fn option(&self, error: &ConfigError) -> String {
        let index = error.field.strip_prefix("keys[").and_then(|rest| rest.strip_suffix(']')?.parse().ok());
        match (index, error.field.as_str(), &error.fault) {
            (Some(index), field, _) => self.keys.get::<usize>(index).cloned().unwrap_or_else(|| field.into()),
            (None, field @ ("issuer" | "audience"), Fault::Pattern(_) | Fault::ExactAndPattern) => {
                format!("{field}_pattern")
            }
            (None, field, _) => field.into(),
        }
    }
}

/// A secret that is written here or in a file, and where.
pub fn secret(
    at: &str,
    name: &str,
    inline: &Option<Secret>,
    file: &str,
    notes: &mut Notes,
) -> Option<(String, Secret)> {
    let file_name = format!("{name}_file");
    let key = join(at, &file_name);
    match (inline, file) {
        (Some(_), file) if !file.is_empty() => {
            notes.complain(&key, format!("cannot be used together with {name}"));
            None
        }
        (Some(secret), _) => Some((name.into(), secret.clone())),
        (None, "") => None,
        (None, path) => match std::fs::read_to_string(path) {
            // Editors end a file with a line feed that is not part of the secret.
            Ok(text) => Some((file_name, text.trim_end_matches(['\r', '\n']).into())),
            Err(error) => {
                notes.complain(&key, format!("cannot read {path}: {error}"));
                None
            }
        },
    }
}

fn expected(exact: &[String], pattern: &str) -> Expected {
    Expected { exact: exact.to_vec(), pattern: Some(pattern).filter(|text| !text.is_empty()).map(Into::into) }
}
