//! Keys that sign, here or in files, and templates of what they sign.

use std::collections::BTreeMap;

use vestibule_auth::config::KeyMaterial;
use vestibule_auth::issue::{Claim, Claims, Head, Issuer, SigningKey, Template, VerifyingKey};
use vestibule_auth::{Algorithm, KeyConfig, Preset, RealmConfig, RealmsConfig, Secret};

use super::options::{IssuerOptions, KeyOptions, TemplateOptions};
use crate::api::Signing;
use crate::config::own::realm::{content, secret};
use crate::config::written::outline::join;
use crate::config::written::{Notes, suggestion};

/// The texts of private keys.
pub(super) struct KeyTexts<'a> {
    pub(super) inline: &'a Option<Secret>,
    pub(super) file: &'a str,
    /// Files with keys that are published beside it, private or public ones.
    pub(super) previous: &'a [String],
}

/// An issuer with these private keys; `None` when there are none, or what is wrong with them was said.
pub(super) fn issuer_of(
    at: &str,
    name: &str,
    texts: KeyTexts<'_>,
    algorithm: Option<Algorithm>,
    notes: &mut Notes,
) -> Option<Issuer> {
    let (name, text) = secret(at, name, texts.inline, texts.file, notes)?;
    let signing = read(&join(at, &name), &text, algorithm, notes)?;
    let mut others = Vec::new();
    for (index, path) in texts.previous.iter().enumerate() {
        let at = join(at, &format!("previous_key_files[{index}]"));
        let Some(text) = content(path, &at, notes) else { continue };
        match VerifyingKey::read(&text, algorithm) {
            Ok(key) => others.push(key),
            Err(fault) => notes.complain(&at, fault.to_string()),
        }
    }
    Some(Issuer::beside(signing, others))
}

/// An issuer with a secret that it shares with another service, and with no realm of this house: whoever had the one
/// could be anybody at the other. A project of Supabase has one secret for everything.
pub(super) fn issuer_of_foreign_secret(
    at: &str,
    inline: &Option<Secret>,
    file: &str,
    realms: &RealmsConfig,
    notes: &mut Notes,
) -> Option<Issuer> {
    let (name, text) = secret(at, "secret", inline, file, notes)?;
    let has_it = |realm: &&RealmConfig| {
        let same = |key: &KeyConfig| matches!(&key.material, KeyMaterial::Secret(secret) if *secret == text);
        realm.preset != Preset::Supabase && realm.keys.iter().any(same)
    };
    if let Some(realm) = realms.realms.iter().find(has_it) {
        notes.complain(&join(at, &name), format!("is the secret of realm {:?} too", realm.name));
    }
    match SigningKey::secret(&text, None) {
        Ok(key) => Issuer::new(vec![key]),
        Err(fault) => {
            notes.complain(&join(at, &name), fault.to_string());
            None
        }
    }
}

/// Variables hold line breaks as `\n`.
fn read(key: &str, text: &Secret, algorithm: Option<Algorithm>, notes: &mut Notes) -> Option<SigningKey> {
    let text = text.reveal().replace("\\n", "\n");
    SigningKey::read(&text, algorithm).map_err(|fault| notes.complain(key, fault.to_string())).ok()
}

/// All templates, each with its key.
pub(super) fn templates(written: &IssuerOptions, notes: &mut Notes) -> BTreeMap<String, Signing> {
    let mut issuers = BTreeMap::new();
    for (name, options) in &written.keys {
        if let Some(issuer) = issuer(name, options, notes) {
            issuers.insert(name.as_str(), issuer);
        }
    }
    let mut templates = BTreeMap::new();
    for (name, options) in &written.templates {
        let at = join("issuer.templates", name);
        let template = template(&at, options, notes);
        let known = written.keys.keys().map(String::as_str);
        if !written.keys.contains_key(&options.key) {
            let hint = suggestion(&options.key, known);
            notes.complain(
                &join(&at, "key"),
                format!("there is no key {:?} in issuer.keys{hint}", options.key),
            );
        }
        if let Some(issuer) = issuers.get(options.key.as_str()).cloned() {
            templates.insert(name.clone(), Signing { issuer, template });
        }
    }
    templates
}

fn issuer(name: &str, options: &KeyOptions, notes: &mut Notes) -> Option<Issuer> {
    let at = join("issuer.keys", name);
    let algorithm = match options.algorithm.as_str() {
        "" => None,
        text => {
            let found = Algorithm::from_name(text);
            notes.check(found.is_some(), &join(&at, "algorithm"), format!("{text:?} is no algorithm"));
            found
        }
    };
    let is_secret = options.secret.is_some() || !options.secret_file.is_empty();
    let is_pair = options.private_key.is_some() || !options.private_key_file.is_empty();
    notes.check(is_secret != is_pair, &at, "a key is either a private key or a secret");
    if is_secret {
        let (name, text) = secret(&at, "secret", &options.secret, &options.secret_file, notes)?;
        let lonely = options.previous_key_files.is_empty();
        notes.check(
            lonely,
            &join(&at, "previous_key_files"),
            "belongs to a private key: secrets are not published",
        );
        let key = SigningKey::secret(&text, algorithm);
        let key = key.map_err(|fault| notes.complain(&join(&at, &name), fault.to_string())).ok()?;
        return Issuer::new(vec![key]);
    }
    let texts = KeyTexts {
        inline: &options.private_key,
        file: &options.private_key_file,
        previous: &options.previous_key_files,
    };
    issuer_of(&at, "private_key", texts, algorithm, notes)
}

fn template(at: &str, options: &TemplateOptions, notes: &mut Notes) -> Template {
    notes.check(!options.lifetime.is_zero(), &join(at, "lifetime"), "must be longer than 0s");
    let mut claims: Claims = Vec::new();
    for (name, text) in [("iss", &options.issuer), ("aud", &options.audience)] {
        if !text.is_empty() {
            claims.push((name.into(), Claim::Fixed(text.as_str().into())));
        }
    }
    claims.push(("sub".into(), Claim::User));
    for (name, value) in &options.claims.0 {
        claims.push((name.as_str().into(), Claim::Fixed(value.clone())));
    }
    for (name, what) in &options.bearer.0 {
        match what.as_str().and_then(Claim::of_bearer) {
            Some(claim) => claims.push((name.as_str().into(), claim)),
            None => {
                let fault = "is none of user, name, organisation, role, roles, session";
                notes.complain(&join(&join(at, "bearer"), name), fault);
            }
        }
    }
    let own = [("iat", Claim::IssuedAt), ("exp", Claim::Expiry), ("jti", Claim::Id)];
    claims.extend(own.map(|(name, claim)| (name.into(), claim)));
    let mut seen = std::collections::HashSet::new();
    let twice = claims.iter().find(|(name, _)| !seen.insert(name.clone()));
    if let Some((name, _)) = twice {
        notes.complain(&join(at, "claims"), format!("{name} is said twice"));
    }
    Template { head: Head { typ: true, kid: true }, lifetime: options.lifetime, claims }
}
