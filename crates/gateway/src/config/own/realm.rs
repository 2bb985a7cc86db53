//! A source of tokens, as it is written, and what it makes of realms.
//!
//! - `options`: its keys;
//! - `source`: from them to a realm, with every complaint at the key that it is about;
//! - `material`: secrets and public keys, here or in files;
//! - `equal`: what claims must say.

mod equal;
mod material;
mod options;
mod source;

use std::collections::BTreeMap;

use vestibule_auth::{Preset, RealmConfig, RealmsConfig};

use super::model::Centrifuge;
use crate::config::TrustSettings;
use crate::config::plan::check_trusts;
use crate::config::written::Notes;

pub(super) use material::content;
pub use material::{needed_secret, secret};
pub use options::RealmOptions;
use source::Source;

/// All realms, and those that the doors trust.
pub fn realms(
    written: &BTreeMap<String, RealmOptions>,
    door: &Centrifuge,
    notes: &mut Notes,
) -> (RealmsConfig, TrustSettings) {
    let allow_no_token = door.client.allow_anonymous_connect_without_token || door.client.insecure;
    let mut realms = Vec::new();
    let before = notes.complaints.len();
    for (name, options) in written {
        let mut source = Source::read(name, options, notes);
        if door.client.disallow_anonymous_connection_tokens {
            source.config.anonymous_tokens = Some(false);
        }
        source.check(notes);
        realms.push(source.config);
    }
    if realms.is_empty() && door.enabled {
        let fault = "nobody could come in: describe a realm, such as [realms.main]";
        let said = notes.is_accused("realms");
        notes.check(allow_no_token || said, "realms", fault);
        // Whoever comes as nobody comes into the default organisation.
        realms.push(RealmConfig::new("main", Preset::Static));
    }
    // Other doors may bring realms of their own, which are none of this one's.
    let all: Vec<String> = realms.iter().map(|realm| realm.name.clone()).collect();
    let chosen = if door.realms.is_empty() { &all } else { &door.realms };
    let trusts = TrustSettings::new(chosen, &door.subscription_realms, allow_no_token);
    let realms = RealmsConfig { realms };
    if door.enabled && notes.complaints.len() == before {
        check_trusts(&realms, &trusts, ["centrifuge.realms", "centrifuge.subscription_realms"], notes);
    }
    (realms, trusts)
}
