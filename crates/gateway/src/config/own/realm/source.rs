//! From the options of a realm to the realm, with every complaint at the option that it is about.

use vestibule_auth::config::Fault;
use vestibule_auth::jwks::Policy;
use vestibule_auth::{
    Algorithm, AllowedOrganisations, ClaimsConfig, ConfigError, Expected, OrganisationConfig,
    PublishedConfig, RealmConfig,
};

use super::RealmOptions;
use super::material::{content, keys};
use crate::config::written::Notes;
use crate::config::written::outline::join;

/// A realm, and the option that each of its keys was written at.
pub(super) struct Source {
    pub(super) config: RealmConfig,
    at: String,
    keys: Vec<String>,
}

impl Source {
    pub(super) fn read(name: &str, options: &RealmOptions, notes: &mut Notes) -> Self {
        let at = join("realms", name);
        let (names, keys) = keys(&at, options, notes).into_iter().unzip();
        let config = RealmConfig {
            organisation: organisation(&at, options, notes),
            keys,
            published: published(&at, options, notes),
            algorithms: options.algorithms.as_ref().map(|names| algorithms(&at, names, notes)),
            issuer: expected(&options.issuers, &options.issuer_pattern),
            audience: expected(&options.audiences, &options.audience_pattern),
            client_id: given(&options.client_id),
            clients: options.clients.clone(),
            accept_tokens_made_for_any_application: options.accept_tokens_made_for_any_application,
            claims: ClaimsConfig {
                user: given(&options.user_claim),
                name: given(&options.name_claim),
                roles: options.role_claims.clone(),
                client_type: given(&options.client_claim),
                session: given(&options.session_claim),
                node_id: given(&options.node_id_claim),
                rooms: given(&options.room_claim),
            },
            required: options.required.clone(),
            forbidden: options.forbidden.clone(),
            equal: options.equal.0.clone(),
            leeway: options.leeway,
            longest_lifetime: options.longest_lifetime,
            require_expiry: options.require_expiry,
            gateway_claims: options.gateway_claims,
            show_names: options.show_names,
            anonymous_tokens: options.anonymous_tokens,
            anonymous_sign_ins: options.anonymous_sign_ins,
            unnamed_keys: options.unnamed_keys,
            single_use: options.single_use,
            profile: options.profile.into(),
            ..RealmConfig::new(name, options.preset.into())
        };
        Self { config, at, keys: names }
    }

    /// Builds it, as the house will, and says what is wrong, but for what follows from something that was said.
    pub(super) fn check(&self, notes: &mut Notes) {
        if notes.is_accused(&join(&self.at, "preset")) {
            // Any rule may come from the preset.
            return;
        }
        let without_algorithms = notes.is_accused(&join(&self.at, "algorithms"));
        let follows = |fault: &Fault| without_algorithms && *fault == Fault::IdleKey;
        match self.config.clone().build() {
            Err(errors) => {
                for error in errors.into_iter().filter(|error| !follows(&error.fault)) {
                    notes.complain(&join(&self.at, &self.option(&error)), error.fault.to_string());
                }
            }
            Ok((realm, _)) => {
                let fault = "a realm needs a key: a secret, a public key, or an address of published keys";
                let keyed = !self.config.keys.is_empty() || realm.published().is_some();
                let said = notes.is_accused(&self.at);
                notes.check(keyed || said, &join(&self.at, "secret"), fault);
            }
        }
    }

    /// The option that a fault is about.
    fn option(&self, error: &ConfigError) -> String {
        let index = error.field.strip_prefix("keys[").and_then(|rest| rest.strip_suffix(']')?.parse().ok());
        if let Some(name) = index.and_then(|index: usize| self.keys.get(index)) {
            return name.clone();
        }
        match (error.field.as_str(), &error.fault) {
            (field @ ("issuer" | "audience"), Fault::Pattern(_) | Fault::ExactAndPattern) => {
                format!("{field}_pattern")
            }
            (field @ ("issuer" | "audience"), _) => format!("{field}s"),
            (field @ ("refresh" | "cooldown" | "stale" | "timeout"), _) => format!("keys_{field}"),
            (field, _) => field.into(),
        }
    }
}

/// One tenant, or the claim that names it and what it may say.
fn organisation(at: &str, options: &RealmOptions, notes: &mut Notes) -> OrganisationConfig {
    let any = options.trust_the_provider_with_every_organisation;
    if options.organisations.is_empty() && !any {
        let fault = "which tenants may the claim name? List them in organisations";
        notes.check(options.organisation_claim.is_empty(), &join(at, "organisation_claim"), fault);
        return OrganisationConfig::Fixed(options.organisation.clone());
    }
    let fixed = join(at, "organisation");
    let fault = "cannot be used together with organisations that tokens name";
    notes.check(!notes.is_written(&fixed), &fixed, fault);
    let allowed = match any {
        true => AllowedOrganisations::Any,
        false => AllowedOrganisations::Listed(options.organisations.clone()),
    };
    OrganisationConfig::Claim { path: given(&options.organisation_claim), allowed }
}

fn published(at: &str, options: &RealmOptions, notes: &mut Notes) -> PublishedConfig {
    let authorities = given(&options.keys_ca_file);
    PublishedConfig {
        jwks_url: given(&options.jwks_url),
        discovery_url: given(&options.discovery_url),
        off: !options.fetch_keys,
        allow_unencrypted_keys_from_the_network: options.allow_unencrypted_keys_from_the_network,
        authorities: authorities.and_then(|path| content(&path, &join(at, "keys_ca_file"), notes)),
        proxy: options.keys_proxy.clone(),
        timeout: Some(options.keys_timeout),
        policy: Policy {
            refresh: options.keys_refresh,
            cooldown: options.keys_cooldown,
            stale: options.keys_stale,
        },
    }
}

fn algorithms(at: &str, names: &[String], notes: &mut Notes) -> Vec<Algorithm> {
    let mut algorithms = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match Algorithm::from_name(name) {
            Some(algorithm) => algorithms.push(algorithm),
            None => {
                let known: Vec<_> = Algorithm::ALL.iter().map(|known| known.name()).collect();
                let fault = format!("{name:?} is none of {}", known.join(", "));
                notes.complain(&join(at, &format!("algorithms[{index}]")), fault);
            }
        }
    }
    notes.check(!names.is_empty(), &join(at, "algorithms"), "must not be empty");
    algorithms
}

fn expected(exact: &[String], pattern: &str) -> Expected {
    Expected { exact: exact.to_vec(), pattern: given(pattern) }
}

/// A text that may be left out.
fn given(text: &str) -> Option<String> {
    Some(text).filter(|text| !text.is_empty()).map(Into::into)
}
