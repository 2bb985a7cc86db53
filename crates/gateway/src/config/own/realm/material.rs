//! Secrets and keys that stand in the configuration or in a file that it names.

use vestibule_auth::{KeyConfig, Secret};
use vestibule_model::UnixSeconds;

use super::RealmOptions;
use crate::config::written::Notes;
use crate::config::written::outline::join;

/// The fixed keys of a realm, each with the option that it was written at.
pub(super) fn keys(at: &str, options: &RealmOptions, notes: &mut Notes) -> Vec<(String, KeyConfig)> {
    let mut keys = Vec::new();
    let current = secret(at, "secret", &options.secret, &options.secret_file, notes);
    keys.extend(current.map(|(name, secret)| (name, KeyConfig::secret(secret))));
    let file = &options.previous_secret_file;
    let previous = secret(at, "previous_secret", &options.previous_secret, file, notes);
    let until = options.previous_secret_until;
    let usable_until = (until > 0).then_some(UnixSeconds(until));
    keys.extend(
        previous.map(|(name, secret)| (name, KeyConfig { usable_until, ..KeyConfig::secret(secret) })),
    );
    for (index, text) in options.public_keys.iter().enumerate() {
        add_public_keys(at, format!("public_keys[{index}]"), text, &mut keys, notes);
    }
    for (index, path) in options.public_key_files.iter().enumerate() {
        let name = format!("public_key_files[{index}]");
        if let Some(text) = content(path, &join(at, &name), notes) {
            add_public_keys(at, name, &text, &mut keys, notes);
        }
    }
    keys
}

fn add_public_keys(
    at: &str,
    name: String,
    text: &str,
    keys: &mut Vec<(String, KeyConfig)>,
    notes: &mut Notes,
) {
    match KeyConfig::public_keys(text) {
        Ok(more) => keys.extend(more.into_iter().map(|key| (name.clone(), key))),
        Err(fault) => notes.complain(&join(at, &name), fault.to_string()),
    }
}

/// A secret that is written here or in a file, and where; `None` when there is none, or what is wrong with it was said.
pub fn secret(
    at: &str,
    name: &str,
    inline: &Option<Secret>,
    file: &str,
    notes: &mut Notes,
) -> Option<(String, Secret)> {
    find(at, name, inline, file, notes).ok().flatten()
}

/// The same of one without which it does not work: why stands in `fault`.
pub fn needed_secret(
    at: &str,
    name: &str,
    (inline, file): (&Option<Secret>, &str),
    fault: &str,
    notes: &mut Notes,
) -> Option<(String, Secret)> {
    let found = find(at, name, inline, file, notes).ok()?.filter(|(_, secret)| !secret.reveal().is_empty());
    notes.check(found.is_some(), &join(at, name), fault);
    found
}

/// What is wrong was said already.
struct Said;

fn find(
    at: &str,
    name: &str,
    inline: &Option<Secret>,
    file: &str,
    notes: &mut Notes,
) -> Result<Option<(String, Secret)>, Said> {
    let file_name = format!("{name}_file");
    let key = join(at, &file_name);
    match (inline, file) {
        (Some(_), file) if !file.is_empty() => {
            notes.complain(&key, format!("cannot be used together with {name}"));
            Err(Said)
        }
        (Some(secret), _) => Ok(Some((name.into(), secret.clone()))),
        (None, "") => Ok(None),
        (None, path) => {
            let text = content(path, &key, notes).ok_or(Said)?;
            // Editors end a file with a line feed that is not part of the secret.
            Ok(Some((file_name, text.trim_end_matches(['\r', '\n']).into())))
        }
    }
}

/// The text of a file.
pub fn content(path: &str, key: &str, notes: &mut Notes) -> Option<String> {
    std::fs::read_to_string(path)
        .map_err(|error| notes.complain(key, format!("cannot read {path}: {error}")))
        .ok()
}
