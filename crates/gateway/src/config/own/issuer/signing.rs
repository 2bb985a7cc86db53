//! Keys that sign, here or in files, and templates of what they sign.

use std::collections::BTreeMap;

use vestibule_auth::issue::{Claim, Claims, Head, Issuer, SigningKey, Template};
use vestibule_auth::{Algorithm, Secret};

use super::options::{IssuerOptions, KeyOptions, TemplateOptions};
use crate::api::Signing;
use crate::config::own::realm::{content, secret};
use crate::config::written::outline::join;
use crate::config::written::{Notes, suggestion};

/// The texts of private keys.
pub(super) struct KeyTexts<'a> {
    pub(super) inline: &'a Option<Secret>,
    pub(super) file: &'a str,
    /// Files with those before it.
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
    let mut keys = vec![read(&join(at, &name), &text, algorithm, notes)?];
    for (index, path) in texts.previous.iter().enumerate() {
        let key = join(at, &format!("previous_key_files[{index}]"));
        let text = content(path, &key, notes).map(Secret::from);
        keys.extend(text.and_then(|text| read(&key, &text, algorithm, notes)));
    }
    Issuer::new(keys)
}

/// An issuer with a shared secret.
pub(super) fn issuer_of_secret(
    at: &str,
    inline: &Option<Secret>,
    file: &str,
    notes: &mut Notes,
) -> Option<Issuer> {
    let (name, text) = secret(at, "secret", inline, file, notes)?;
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
