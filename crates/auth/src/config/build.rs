//! From configuration to realms, with all complaints at once.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use super::{
    AllowedOrganisations, ClaimValue, ConfigError, Expected, Fault, MAX_LEEWAY, OrganisationConfig,
    RealmConfig, RealmsConfig, Warning,
};
use crate::jwks::{KeyAddress, Place, Policy, Source};
use crate::key::KeyKind;
use crate::published::PublishedKeys;
use crate::realm::{
    Accepted, ClaimPath, Equal, Keyring, Mapping, NamedPath, Organisations, Published, Rules,
    bound_organisation,
};
use crate::{Algorithm, Realm, Realms};

impl RealmsConfig {
    /// Builds every realm.
    ///
    /// # Errors
    ///
    /// All that is wrong in any of them.
    pub fn build(self) -> Result<(Realms, Vec<Warning>), Vec<ConfigError>> {
        let (mut realms, mut warnings, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        let mut names = std::collections::HashSet::new();
        for realm in self.realms {
            if !names.insert(realm.name.clone()) {
                errors.push(ConfigError {
                    realm: realm.name.clone(),
                    field: "name".into(),
                    fault: Fault::Twice,
                });
            }
            match realm.build() {
                Ok((realm, more)) => {
                    realms.push(realm);
                    warnings.extend(more);
                }
                Err(more) => errors.extend(more),
            }
        }
        if errors.is_empty() { Ok((Realms::new(realms), warnings)) } else { Err(errors) }
    }
}

impl RealmConfig {
    /// Builds the realm: parses its keys, compiles its patterns, settles what the preset decides.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn build(mut self) -> Result<(Realm, Vec<Warning>), Vec<ConfigError>> {
        self.derive_issuers();
        let name = self.name.clone();
        let mut notes = Notes { realm: &name, errors: Vec::new(), warnings: Vec::new() };
        notes.check("name", !self.name.is_empty(), Fault::Empty);
        let has_idle_client = self.client_id.is_some() && !self.preset.client_rule().is_the_realms_own;
        notes.check("client_id", !has_idle_client, Fault::IdleClient);
        let organisations = self.organisations(&mut notes);
        let (fixed, mut served) = self.fixed_keys(&mut notes);
        let source = self.key_source(&mut notes);
        let published = if source.is_some() { self.published_algorithms() } else { Vec::new() };
        self.judge_keys(&served, &published, &mut notes);
        served.extend(&published);
        let rules = self.rules(served, &mut notes);
        let mapping = self.mapping(&mut notes);
        let fetched = if fixed.is_empty() { PublishedKeys::new } else { PublishedKeys::beside_given };
        let published = source.map(|source| Published {
            keys: fetched(&name, &published, source, self.published.policy.clone()),
            unnamed: self.unnamed_keys,
        });
        let keys = Keyring::new(fixed, published);
        let Notes { errors, warnings, .. } = notes;
        if !errors.is_empty() {
            return Err(errors);
        }
        let realm =
            Realm { name: self.name.into(), organisations, keys, rules, mapping, profile: self.profile };
        Ok((realm, warnings))
    }

    /// Issuers that are not given may follow from the client.
    fn derive_issuers(&mut self) {
        if self.issuer.exact.is_empty() && self.issuer.pattern.is_none() {
            self.issuer.exact = self.preset.issuers(self);
        }
    }

    fn organisations(&self, notes: &mut Notes<'_>) -> Organisations {
        match &self.organisation {
            OrganisationConfig::Fixed(name) => {
                notes.check("organisation", !name.is_empty(), Fault::Empty);
                Organisations::Fixed(bound_organisation(name))
            }
            OrganisationConfig::Claim { path, allowed } => {
                let listed = match allowed {
                    AllowedOrganisations::Any => None,
                    AllowedOrganisations::Listed(names) => Some(names),
                };
                let good =
                    listed.is_none_or(|names| !names.is_empty() && names.iter().all(|name| !name.is_empty()));
                notes.check("organisations", good, Fault::Empty);
                let path = path.as_deref().or(self.preset.organisation_claim());
                notes.check("organisation_claim", path.is_some(), Fault::NoOrganisationClaim);
                let path = path.and_then(|path| self.deciding_path("organisation_claim", path, notes));
                let listed = listed.map(|names| names.iter().map(|name| name.as_str().into()).collect());
                Organisations::Named { path: path.unwrap_or_else(|| ClaimPath::of("organisation")), listed }
            }
        }
    }

    /// Where the provider publishes its keys, if it does.
    fn key_source(&self, notes: &mut Notes<'_>) -> Option<Source> {
        let preset = self.preset;
        let given = &self.published;
        let open = self.issuer.exact.is_empty() && self.issuer.pattern.is_none();
        if self.lacks_its_client(open) {
            notes.error("client_id", Fault::NoClientId);
            return None;
        }
        if preset.publishes_keys() {
            notes.check("issuer", !open, Fault::NoIssuer);
        }
        if given.off || self.published_algorithms().is_empty() {
            return None;
        }
        let (field, url, is_discovery) = match (&given.jwks_url, &given.discovery_url) {
            (Some(_), Some(_)) => {
                notes.error("discovery_url", Fault::TwoAddresses);
                return None;
            }
            (Some(url), None) => ("jwks_url", url.clone(), false),
            (None, Some(url)) => ("discovery_url", url.clone(), true),
            (None, None) => match (preset.jwks_url(self), preset.discovery_url(self)) {
                (Some(url), _) if preset.follows_from_client() => ("client_id", url, false),
                (Some(url), _) => ("issuer", url, false),
                (None, Some(url)) => ("issuer", url, true),
                (None, None) => {
                    notes.check("jwks_url", !preset.publishes_keys(), Fault::NoAddress);
                    return None;
                }
            },
        };
        let unencrypted = given.allow_unencrypted_keys_from_the_network;
        let address = match KeyAddress::parse(&url, unencrypted) {
            Ok(address) => address,
            Err(fault) => {
                notes.error(field, Fault::Address(fault));
                return None;
            }
        };
        let is_pattern = is_discovery && self.issuer.pattern.is_some();
        notes.check("discovery_url", !is_pattern, Fault::DiscoveryOfPattern);
        self.check_policy(notes);
        let place = match is_discovery {
            true => Place::Discovery { address, issuers: self.issuer.exact.clone() },
            false => Place::Keys(address),
        };
        Some(Source {
            allow_unencrypted_keys_from_the_network: unencrypted,
            authorities: given.authorities.clone(),
            proxy: given.proxy.clone(),
            timeout: given.timeout.unwrap_or(Source::TIMEOUT),
            ..Source::new(place)
        })
    }

    /// Whether the client's id is missing from which the issuers, the address of the keys, or both have to follow.
    fn lacks_its_client(&self, is_open: bool) -> bool {
        let given = &self.published;
        let nowhere = !given.off && given.jwks_url.is_none() && given.discovery_url.is_none();
        self.preset.follows_from_client() && self.client_id.is_none() && (is_open || nowhere)
    }

    fn check_policy(&self, notes: &mut Notes<'_>) {
        let Policy { refresh, cooldown, stale } = &self.published.policy;
        let mut within = |field: &str, value: &Duration, range: RangeInclusive<Duration>| {
            notes.check(field, range.contains(value), Fault::Range(range));
        };
        within("refresh", refresh, Policy::SHORTEST..=Policy::LONGEST);
        within("cooldown", cooldown, Policy::COOLDOWNS);
        within("stale", stale, Policy::LONGEST..=Policy::LONGEST_STALE);
        within("timeout", &self.published.timeout.unwrap_or(Source::TIMEOUT), Source::TIMEOUTS);
    }

    /// The algorithms that published keys may serve: never those of secrets, which are never published.
    fn published_algorithms(&self) -> Vec<Algorithm> {
        let algorithms = self.algorithms.as_deref().unwrap_or(self.preset.published_algorithms());
        algorithms.iter().copied().filter(|algorithm| algorithm.key_kind() != KeyKind::Hmac).collect()
    }

    fn judge_keys(&self, served: &[Algorithm], published: &[Algorithm], notes: &mut Notes<'_>) {
        let realm = || self.name.clone();
        if self.keys.is_empty() && published.is_empty() {
            notes.warn(Warning::NoKeys { realm: realm() });
        }
        let has_key = |algorithm| served.contains(algorithm) || published.contains(algorithm);
        for algorithm in self.algorithms.iter().flatten().filter(|algorithm| !has_key(algorithm)) {
            notes.warn(Warning::NoKeyFor { realm: realm(), algorithm: *algorithm });
        }
        if self.takes_tokens_for_any_application() {
            notes.check("audience", self.accept_tokens_made_for_any_application, Fault::NoAudience);
            notes.warn(Warning::AnyClient { realm: realm() });
        }
        if matches!(&self.organisation, OrganisationConfig::Claim { allowed: AllowedOrganisations::Any, .. })
        {
            notes.warn(Warning::AnyOrganisation { realm: realm() });
        }
    }

    /// Whether tokens for other applications of the same provider would be taken for ours.
    fn takes_tokens_for_any_application(&self) -> bool {
        let audience_is_open = self.audience.exact.is_empty() && self.audience.pattern.is_none();
        self.preset.needs_audience_or_client() && audience_is_open && self.clients.is_empty()
    }

    fn rules(&self, served: Vec<Algorithm>, notes: &mut Notes<'_>) -> Rules {
        let preset = self.preset;
        let leeway = self.leeway.unwrap_or(preset.leeway());
        notes.check("leeway", leeway <= MAX_LEEWAY, Fault::LeewayTooLong);
        let mut audience = self.audience.clone();
        if audience.exact.is_empty() && audience.pattern.is_none() {
            audience.exact = preset.audiences().iter().map(|&text| text.into()).collect();
        }
        let (client, refused_client) = self.client_rules();
        let mut forbidden = self.paths("forbidden", &self.forbidden, preset.forbidden(), notes);
        forbidden.extend(refused_client);
        Rules {
            preset,
            algorithms: self.algorithms.clone().unwrap_or(served),
            issuer: accepted("issuer", &self.issuer, notes),
            audience: accepted("audience", &audience, notes),
            required: self.paths("required", &self.required, preset.required(), notes),
            forbidden,
            equal: self.equal_rules(notes),
            client,
            anonymous_sign_ins: self.anonymous_sign_ins,
            leeway: seconds(leeway),
            longest_lifetime: self.longest_lifetime.or(preset.longest_lifetime()).map(seconds),
            expiry_required: self.single_use || self.require_expiry.unwrap_or(preset.requires_expiry()),
            gateway_claims: self.gateway_claims.unwrap_or(preset.gateway_claims()),
            show_names: self.show_names,
            anonymous_tokens: self.anonymous_tokens.unwrap_or(preset.anonymous_tokens()),
            single_use: self.single_use,
        }
    }

    /// The rule about the client's claim, or the claim as a forbidden one.
    fn client_rules(&self) -> (Option<Equal>, Option<NamedPath>) {
        let rule = self.preset.client_rule();
        let claim = NamedPath { name: rule.claim.into(), path: ClaimPath::of(rule.claim) };
        let text = |client: &String| ClaimValue::Text(client.clone());
        if !self.clients.is_empty() {
            let values = self.clients.iter().map(text).collect();
            return (Some(Equal { claim, values, may_be_absent: rule.may_be_absent }), None);
        }
        match self.client_id.as_ref().filter(|_| rule.is_the_realms_own) {
            // Some of the provider's tokens do not say for which client they were made.
            Some(own) => (Some(Equal { claim, values: vec![text(own)], may_be_absent: true }), None),
            None => (None, rule.forbidden_unless_listed.then_some(claim)),
        }
    }

    fn paths(
        &self,
        field: &str,
        given: &Option<Vec<String>>,
        usual: &[&str],
        notes: &mut Notes<'_>,
    ) -> Vec<NamedPath> {
        let texts: Vec<&str> = match given {
            Some(given) => given.iter().map(String::as_str).collect(),
            None => usual.to_vec(),
        };
        texts.into_iter().filter_map(|text| named_path(field, text, notes)).collect()
    }

    /// The preset's rules, each of which the operator may replace or lift, and the operator's own.
    fn equal_rules(&self, notes: &mut Notes<'_>) -> Vec<Equal> {
        let replaced = |claim: &str| self.equal.keys().any(|given| given == claim);
        let usual = self.preset.equal().into_iter().filter(|(claim, _)| !replaced(claim));
        let usual: Vec<_> = usual.map(|(claim, value)| (claim.to_owned(), vec![value])).collect();
        let given = self.equal.iter().filter(|(_, values)| !values.is_empty());
        let given = given.map(|(claim, values)| (claim.clone(), values.clone()));
        let mut rules = Vec::new();
        for (claim, values) in usual.into_iter().chain(given) {
            let path = self.deciding_path("equal", &claim, notes);
            let claim = path.map(|path| NamedPath { name: claim.into(), path });
            rules.extend(claim.map(|claim| Equal { claim, values, may_be_absent: false }));
        }
        rules
    }

    fn mapping(&self, notes: &mut Notes<'_>) -> Mapping {
        let (claims, preset) = (&self.claims, self.preset);
        let mut decides = |field: &str, given: &Option<String>, usual: Option<&str>| {
            given.as_deref().or(usual).and_then(|path| self.deciding_path(field, path, notes))
        };
        let user = decides("user_claim", &claims.user, None);
        let client_type = decides("client_claim", &claims.client_type, preset.client_type_claim());
        let session = decides("session_claim", &claims.session, Some(preset.session_claim()));
        let node_id = decides("node_id_claim", &claims.node_id, preset.node_id_claim());
        let rooms = decides("room_claim", &claims.rooms, None);
        let name = claims.name.as_deref().or(preset.name_claim());
        let name = name.and_then(|path| single_path("name_claim", path, notes));
        let usual = || preset.role_claims().iter().map(|&path| path.into()).collect();
        let mut roles = Vec::new();
        for (index, text) in claims.roles.clone().unwrap_or_else(usual).iter().enumerate() {
            let field = format!("role_claims[{index}]");
            match ClaimPath::parse(text) {
                None => notes.error(&field, Fault::ClaimPath),
                Some(path) => {
                    self.check_editable(&field, &path, notes);
                    roles.push(path);
                }
            }
        }
        Mapping { user, name, roles, client_type, node_id, rooms, session }
    }

    /// A path by which something is decided, which users must not be able to write.
    fn deciding_path(&self, field: &str, text: &str, notes: &mut Notes<'_>) -> Option<ClaimPath> {
        let path = single_path(field, text, notes)?;
        self.check_editable(field, &path, notes);
        Some(path)
    }

    fn check_editable(&self, field: &str, path: &ClaimPath, notes: &mut Notes<'_>) {
        let editable = self.preset.user_editable_claim();
        let touches = editable.is_some_and(|claim| path.root().is_none_or(|root| root == claim));
        notes.check(field, !touches, Fault::UserEditable);
    }
}

/// What was found while building one realm.
pub(super) struct Notes<'c> {
    realm: &'c str,
    errors: Vec<ConfigError>,
    warnings: Vec<Warning>,
}

impl Notes<'_> {
    pub(super) fn check(&mut self, field: &str, good: bool, fault: Fault) {
        if !good {
            self.error(field, fault);
        }
    }

    pub(super) fn error(&mut self, field: &str, fault: Fault) {
        self.errors.push(ConfigError { realm: self.realm.into(), field: field.into(), fault });
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }
}

/// A path to one thing.
fn single_path(field: &str, text: &str, notes: &mut Notes<'_>) -> Option<ClaimPath> {
    let path = ClaimPath::parse(text).filter(|path| !path.is_several());
    notes.check(field, path.is_some(), Fault::ClaimPath);
    path
}

fn named_path(field: &str, text: &str, notes: &mut Notes<'_>) -> Option<NamedPath> {
    single_path(field, text, notes).map(|path| NamedPath { name: Arc::from(text), path })
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
        notes.warn(Warning::LoosePattern { realm: notes.realm.into(), field: field.into() });
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
