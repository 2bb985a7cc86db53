//! A realm as an operator describes it: plain data, checked and consumed at start.
//!
//! All complaints come at once, each with the field that it is about, and what is legal but unwise is a
//! [`Warning`]. After start there is no configuration left to look into. In reading order:
//!
//! - `claims`: where things stand in a token, and what else it must say;
//! - `keys`: keys that are given, and where published ones are;
//! - `preset`: the defaults of known providers, one method a rule;
//! - `build`, `material`: from configuration to realms;
//! - `complaint`: what can be wrong.

mod build;
mod claims;
mod complaint;
mod keys;
mod material;
mod preset;
mod secret;

use std::collections::BTreeMap;
use std::time::Duration;

use vestibule_model::{OrganisationId, Profile};

use crate::Algorithm;

pub use claims::{AllowedOrganisations, ClaimValue, ClaimsConfig, OrganisationConfig};
pub use complaint::{ConfigError, Fault, Warning};
pub use keys::{KeyConfig, KeyMaterial, PublishedConfig};
pub use preset::Preset;
pub use secret::Secret;

/// The most keys that a realm may have; each may cost one signature check per token.
pub const MAX_KEYS: usize = 16;
/// The most that clocks may be said to differ.
pub const MAX_LEEWAY: Duration = Duration::from_secs(60);
/// The shortest secret that resists guessing, in bytes: the output of the weakest hash in use (RFC 7518, 3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// All sources of tokens of a house.
#[derive(Clone, Debug, Default)]
pub struct RealmsConfig {
    /// Each with a name of its own.
    pub realms: Vec<RealmConfig>,
}

/// The realms that a door trusts for one purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustConfig {
    /// Their names; none: every realm.
    pub realms: Vec<String>,
    /// Whether a peer without a token is let in, as the anonymous user.
    pub allow_no_token: bool,
}

/// One source of tokens. What is `None` is decided by the preset.
#[derive(Clone, Debug)]
pub struct RealmConfig {
    /// The name under which logs, metrics and identities know it.
    pub name: String,
    /// The tenant, or tenants, to which its tokens belong.
    pub organisation: OrganisationConfig,
    /// Where the defaults come from.
    pub preset: Preset,
    /// Its fixed keys, tried in this order.
    pub keys: Vec<KeyConfig>,
    /// Keys that the provider publishes.
    pub published: PublishedConfig,
    /// The algorithms that its tokens may use.
    pub algorithms: Option<Vec<Algorithm>>,
    /// What `iss` must be.
    pub issuer: Expected,
    /// What `aud` must hold.
    pub audience: Expected,
    /// The application's id at the provider. WorkOS has keys and issuers for each.
    pub client_id: Option<String>,
    /// The clients whose tokens are accepted, by the claim in which the provider names them. None: see
    /// [`Preset`].
    pub clients: Vec<String>,
    /// Take tokens that the provider made for any application, where neither audiences nor clients are listed.
    pub accept_tokens_made_for_any_application: bool,
    /// Where in a token things stand.
    pub claims: ClaimsConfig,
    /// Paths of claims that a token must have.
    pub required: Option<Vec<String>>,
    /// Paths of claims that a token must not have.
    pub forbidden: Option<Vec<String>>,
    /// Paths of claims that must have one of these values. An empty list lifts the preset's rule.
    pub equal: BTreeMap<String, Vec<ClaimValue>>,
    /// How much the issuer's clock may differ from ours, at most [`MAX_LEEWAY`].
    pub leeway: Option<Duration>,
    /// The longest time between `iat` (or now) and `exp`.
    pub longest_lifetime: Option<Duration>,
    /// Refuse tokens without `exp`.
    pub require_expiry: Option<bool>,
    /// Let tokens speak about channels, info, meta and the connection's own expiry, and grant subscriptions.
    pub gateway_claims: Option<bool>,
    /// Show the name of whoever bears a token to those in the same channels, where tokens do not speak of it themselves.
    pub show_names: bool,
    /// Accept connection tokens that name no user.
    pub anonymous_tokens: Option<bool>,
    /// Accept users who signed in to the provider without saying who they are (`is_anonymous`).
    pub anonymous_sign_ins: bool,
    /// Accept tokens without `kid` where exactly one published key could have signed them.
    pub unnamed_keys: bool,
    /// Each token opens one connection; it needs `jti` and `exp`.
    pub single_use: bool,
    /// The codes with which its clients are answered.
    pub profile: Profile,
}

/// What a claim must be: one of a list, or found by a pattern; nothing given, nothing demanded.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Accepted texts, compared byte for byte.
    pub exact: Vec<String>,
    /// A regular expression, not anchored unless it says so. Not together with `exact`.
    pub pattern: Option<String>,
}

impl RealmsConfig {
    /// One realm for everything.
    pub fn of(realm: RealmConfig) -> Self {
        Self { realms: vec![realm] }
    }
}

impl RealmConfig {
    /// A realm without keys, in the default organisation, as the preset has it.
    pub fn new(name: &str, preset: Preset) -> Self {
        Self {
            name: name.into(),
            organisation: OrganisationId::DEFAULT.into(),
            preset,
            keys: Vec::new(),
            published: PublishedConfig::default(),
            algorithms: None,
            issuer: Expected::default(),
            audience: Expected::default(),
            client_id: None,
            clients: Vec::new(),
            accept_tokens_made_for_any_application: false,
            claims: ClaimsConfig::default(),
            required: None,
            forbidden: None,
            equal: BTreeMap::new(),
            leeway: None,
            longest_lifetime: None,
            require_expiry: None,
            gateway_claims: None,
            show_names: false,
            anonymous_tokens: None,
            anonymous_sign_ins: false,
            unnamed_keys: false,
            single_use: false,
            profile: Profile::default(),
        }
    }

    /// The same realm with one more key.
    #[must_use]
    pub fn with_key(mut self, key: KeyConfig) -> Self {
        self.keys.push(key);
        self
    }
}

impl Expected {
    /// Exactly that text.
    pub fn exactly(text: &str) -> Self {
        Self { exact: vec![text.into()], pattern: None }
    }

    /// Whatever that regular expression finds.
    pub fn matching(pattern: &str) -> Self {
        Self { exact: Vec::new(), pattern: Some(pattern.into()) }
    }
}
