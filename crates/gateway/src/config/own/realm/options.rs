//! The keys of a realm.

use std::time::Duration;

use vestibule_auth::{Preset, Secret};
use vestibule_model::Profile;

use super::equal::EqualClaims;
use crate::config::written::choice::choice;
use crate::config::written::section::section;

choice! {
    /// Where a realm's defaults come from.
    pub enum PresetName {
        /// Keys from the configuration, one algorithm each, and tokens that expire and name a user.
        "static" => Static,
        /// Any OpenID provider.
        "oidc" => Oidc,
        /// A realm of Keycloak.
        "keycloak" => Keycloak,
        /// A project of Supabase Auth.
        "supabase" => Supabase,
        /// WorkOS AuthKit.
        "workos" => Workos,
        /// Centrifugo's contract.
        "centrifugo" => Centrifugo,
    }
}

choice! {
    /// The codes with which a realm's clients are answered.
    pub enum ProfileName {
        /// Centrifugo's.
        "centrifugo" => Centrifugo,
        /// Cadenza's.
        "cadenza" => Cadenza,
    }
}

section! {
    /// A source of tokens.
    pub struct RealmOptions {
        /// Where what is left out comes from: "static" (keys from here), "oidc" (keys by discovery), "keycloak",
        /// "supabase", "workos", or "centrifugo" (its contract: exp and sub may be missing, and tokens speak about
        /// channels).
        preset: PresetName = PresetName::Static,
        /// The tenant that all its tokens belong to.
        organisation: String = "default".into(),
        /// The claim that names the tenant instead. Empty with a list below: as the preset has it.
        organisation_claim: String = String::new(),
        /// The tenants that tokens may name. Empty: all belong to organisation.
        organisations: Vec<String> = Vec::new(),
        /// THE PROVIDER THEN RULES EVERY ORGANISATION OF THE HOUSE: tokens may name any.
        trust_the_provider_with_every_organisation: bool = false,
        /// What the claim iss must be: one of these. Empty: anything. Published keys are found by the first.
        issuers: Vec<String> = Vec::new(),
        /// What the claim iss must match, instead: a regular expression.
        issuer_pattern: String = String::new(),
        /// What the claim aud must hold: one of these. Empty: as the preset has it.
        audiences: Vec<String> = Vec::new(),
        /// What one of the claim aud must match, instead: a regular expression.
        audience_pattern: String = String::new(),
        /// The id of the application at WorkOS, from which its issuers and keys follow.
        client_id: String = String::new(),
        /// The clients of the provider whose tokens are accepted (azp; client_id of Supabase and WorkOS).
        clients: Vec<String> = Vec::new(),
        /// TOKENS FOR ANY APPLICATION OF THE PROVIDER OPEN THE DOOR: presets oidc and keycloak want audiences or clients
        /// unless this is said.
        accept_tokens_made_for_any_application: bool = false,
        /// The algorithms that tokens may use, such as "ES256". Left out: as the preset has it.
        algorithms: Option<Vec<String>> = None,
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
        /// Public keys: each a PEM text, a certificate, a JWK or a document of JWKs.
        public_keys: Vec<String> = Vec::new(),
        /// Files, each with the same.
        public_key_files: Vec<String> = Vec::new(),
        /// Fetch the keys that the provider publishes, if the preset knows where or an address is given.
        fetch_keys: bool = true,
        /// The address of the provider's key document. Empty: as the preset has it.
        jwks_url: String = String::new(),
        /// The address of the provider's discovery document, instead.
        discovery_url: String = String::new(),
        /// How often keys are fetched when the provider does not say, from 60s to 10m.
        keys_refresh: Duration = Duration::from_secs(300),
        /// How long after a fetch for an unknown key there is no other, from 10s to 30s.
        keys_cooldown: Duration = Duration::from_secs(10),
        /// How long keys are trusted while the provider cannot be reached, from 10m to 7d.
        keys_stale: Duration = Duration::from_secs(24 * 60 * 60),
        /// How long one fetch may take, from 100ms to 10s.
        keys_timeout: Duration = Duration::from_secs(2),
        /// A file with the certificates (PEM) of the authorities that vouch for the provider, instead of the public ones.
        keys_ca_file: String = String::new(),
        /// A proxy for fetching; without it none is used.
        keys_proxy: Option<Secret> = None,
        /// WHOEVER SITS IN BETWEEN CAN THEN BE ANYBODY: keys may come from other machines without TLS.
        allow_unencrypted_keys_from_the_network: bool = false,
        /// Accept tokens that name no key (kid) where exactly one published key could have signed them.
        unnamed_keys: bool = false,
        /// The claim that names the user: a path such as "sub" or "act.sub". Empty: sub.
        user_claim: String = String::new(),
        /// The claim with the name to show. Empty: as the preset has it.
        name_claim: String = String::new(),
        /// Claims with roles: a text or a list each, with * for any name on the way. Left out: as the preset has it.
        role_claims: Option<Vec<String>> = None,
        /// The claim that names the client for which a token was made. Empty: as the preset has it.
        client_claim: String = String::new(),
        /// The claim that names the login session, by which tokens are revoked. Empty: as the preset has it.
        session_claim: String = String::new(),
        /// The claim that names the only rooms of the signal door that a token opens: a text or a list. Empty: tokens are
        /// for every room.
        room_claim: String = String::new(),
        /// The claim that names the only id of the signal door that a token is for. Empty: as the preset has it.
        node_id_claim: String = String::new(),
        /// Claims that must be there. Left out: as the preset has it.
        required: Option<Vec<String>> = None,
        /// Claims that must not be there. Left out: as the preset has it.
        forbidden: Option<Vec<String>> = None,
        /// What claims must say: a text, true or false, or a list of them by claim, such as { email_verified = true }.
        /// An empty list lifts a rule of the preset.
        equal: EqualClaims = EqualClaims::default(),
        /// How much the clock of whoever mints the tokens may differ, at most 60s. Left out: as the preset has it.
        leeway: Option<Duration> = None,
        /// The longest life of a token. Left out: as the preset has it.
        longest_lifetime: Option<Duration> = None,
        /// Refuse tokens that never expire. Left out: as the preset has it.
        require_expiry: Option<bool> = None,
        /// Let tokens speak about channels, and grant subscriptions. Left out: as the preset has it.
        gateway_claims: Option<bool> = None,
        /// Show the name of a user to all who are in the same channels, as {"name": …} in presence, join and leave events
        /// and publications. What a token says itself by info, where gateway_claims are on, wins.
        show_names: bool = false,
        /// Accept connection tokens that name no user. Left out: as the preset has it.
        anonymous_tokens: Option<bool> = None,
        /// Accept users who signed in to Supabase without saying who they are.
        anonymous_sign_ins: bool = false,
        /// Each token opens one connection; it needs jti and exp.
        single_use: bool = false,
        /// The codes with which clients are answered: "centrifugo" or "cadenza".
        profile: ProfileName = ProfileName::Centrifugo,
    }
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Static => Self::Static,
            PresetName::Oidc => Self::Oidc,
            PresetName::Keycloak => Self::Keycloak,
            PresetName::Supabase => Self::Supabase,
            PresetName::Workos => Self::Workos,
            PresetName::Centrifugo => Self::Centrifugo,
        }
    }
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Centrifugo => Self::Centrifugo,
            ProfileName::Cadenza => Self::Cadenza,
        }
    }
}
