//! The keys of room tokens, and the realm that takes them.

use std::time::Duration;

use vestibule_auth::issue::{Issuer, SigningKey, VerifyingKey};
use vestibule_auth::{Algorithm, Expected, KeyConfig, Preset, RealmConfig, RealmsConfig, Secret};

use super::SignalOptions;
use crate::api::{AUDIENCE, ISSUER};
use crate::config::own::realm::{content, needed_secret};
use crate::config::written::Notes;

/// The realm of room tokens. No realm of the operator's own can have the name.
pub const ROOM_REALM: &str = "signal";

/// The keys, the newest first; `None` when there are none, or what is wrong with them was said.
pub(super) fn issuer(written: &SignalOptions, notes: &mut Notes) -> Option<Issuer> {
    let given = (&written.private_key, written.private_key_file.as_str());
    let fault = "must be given: vestibule signal keygen makes one (or private_key_file)";
    let (name, text) = needed_secret("signal", "private_key", given, fault, notes)?;
    let key = read(&format!("signal.{name}"), &text, notes)?;
    check_public(&key, &written.public_key, notes);
    let mut others = Vec::new();
    for (index, path) in written.previous_key_files.iter().enumerate() {
        let at = format!("signal.previous_key_files[{index}]");
        let Some(text) = content(path, &at, notes) else { continue };
        match VerifyingKey::read(&text, None) {
            Ok(key) if key.algorithm() == Algorithm::EdDsa => others.push(key),
            Ok(_) => notes.complain(&at, "is no key for EdDSA"),
            Err(fault) => notes.complain(&at, fault.to_string()),
        }
    }
    Some(Issuer::beside(key, others))
}

fn read(at: &str, text: &Secret, notes: &mut Notes) -> Option<SigningKey> {
    let text = text.reveal().replace("\\n", "\n");
    let key = SigningKey::read(&text, Some(Algorithm::EdDsa));
    key.map_err(|fault| notes.complain(at, fault.to_string())).ok()
}

/// A public key of another pair would be given out, and every token refused; a private one would be given out.
fn check_public(key: &SigningKey, written: &str, notes: &mut Notes) {
    if written.is_empty() {
        return;
    }
    let at = "signal.public_key";
    if SigningKey::read(written, None).is_ok() {
        return notes.complain(at, "this is a private key; the public key belongs here");
    }
    match vestibule_auth::issue::canonical_public_jwk(written) {
        None => notes.complain(at, "neither a PEM with a public key, nor a JWK, nor a JWK in base64"),
        Some(public) => {
            let same = Some(public) == key.canonical_public_jwk();
            notes.check(same, at, "belongs to another private key than the one that is given");
        }
    }
}

/// Adds the realm that takes room tokens. Without keys it takes none.
pub(super) fn add_realm(issuer: Option<&Issuer>, longest: Duration, realms: &mut RealmsConfig) {
    // With one key tokens name none; with several the old ones that name none are tried against each.
    let keys = issuer.into_iter().flat_map(Issuer::published).map(|key| KeyConfig::public_key(key.pem()));
    realms.realms.push(RealmConfig {
        keys: keys.collect(),
        issuer: Expected::exactly(ISSUER),
        audience: Expected::exactly(AUDIENCE),
        longest_lifetime: Some(longest),
        ..RealmConfig::new(ROOM_REALM, Preset::Room)
    });
}
