//! From the names of realms to a trust, with all complaints at once.

use std::collections::HashMap;
use std::sync::Arc;

use vestibule_model::Identity;

use super::cache::Cache;
use super::{Inner, Trust, nobody};
use crate::config::{ConfigError, Fault, TrustConfig};
use crate::{Realm, Realms};

impl Trust {
    pub(crate) fn build(all: &Realms, config: &TrustConfig) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let realms = named(all, &config.realms, &mut errors);
        let mut by_issuer: HashMap<Box<str>, usize> = HashMap::new();
        let mut others: Option<usize> = None;
        for (index, realm) in realms.iter().enumerate() {
            let Some(issuers) = realm.exact_issuers() else {
                match others {
                    Some(other) => errors.push(clash(realm, realms[other].name(), Fault::OpenIssuers)),
                    None => others = Some(index),
                }
                continue;
            };
            for issuer in issuers {
                match by_issuer.insert(issuer.as_str().into(), index) {
                    Some(other) if other != index => {
                        errors.push(clash(realm, realms[other].name(), Fault::SharedIssuer));
                    }
                    _ => {}
                }
            }
        }
        let nobody = config
            .allow_no_token
            .then(|| anonymous(&realms))
            .and_then(|found| found.map_err(|error| errors.push(error)).ok());
        if !errors.is_empty() {
            return Err(errors);
        }
        let (connections, subscriptions) = (Cache::new(), Cache::new());
        Ok(Self(Arc::new(Inner { realms, by_issuer, others, nobody, connections, subscriptions })))
    }
}

/// The realms of these names; all of them when none is named.
fn named(all: &Realms, names: &[String], errors: &mut Vec<ConfigError>) -> Vec<Arc<Realm>> {
    if names.is_empty() {
        return all.iter().cloned().collect();
    }
    let mut realms: Vec<Arc<Realm>> = Vec::new();
    for name in names {
        match all.get(name) {
            Some(realm) if realms.iter().any(|other| Arc::ptr_eq(other, realm)) => {}
            Some(realm) => realms.push(Arc::clone(realm)),
            None => errors.push(error(name, Fault::NoSuchRealm)),
        }
    }
    realms
}

/// As whom peers without a token come in: in the one organisation that all realms with a fixed one have.
fn anonymous(realms: &[Arc<Realm>]) -> Result<Identity, ConfigError> {
    let mut fixed = realms.iter().filter_map(|realm| Some((realm, realm.organisation()?)));
    let Some((realm, organisation)) = fixed.next() else {
        let name = realms.first().map_or("", |realm| realm.name());
        return Err(error(name, Fault::NobodysOrganisation));
    };
    match fixed.find(|(_, other)| *other != organisation) {
        Some((other, _)) => Err(error(other.name(), Fault::NobodysOrganisation)),
        None => Ok(nobody(realm, organisation)),
    }
}

fn clash(realm: &Realm, other: &str, fault: fn(String) -> Fault) -> ConfigError {
    ConfigError { realm: realm.name().into(), field: "issuer".into(), fault: fault(other.into()) }
}

fn error(realm: &str, fault: Fault) -> ConfigError {
    ConfigError { realm: realm.into(), field: "realms".into(), fault }
}
