//! Where a realm's defaults come from: one method a rule, so that presets can be compared line by line.

use std::time::Duration;

use super::{ClaimValue, RealmConfig};
use crate::Algorithm;
use crate::key::KeyKind;

/// A named set of defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Centrifugo's contract, for backends that mint tokens for this gateway: `exp` and `sub` may be missing, every
    /// algorithm of the key's kind but PSS is accepted, and tokens speak about channels.
    Centrifugo,
    /// A strict realm with keys from the configuration.
    Static,
    /// Any OpenID provider; its keys are found by discovery.
    Oidc,
    /// A realm of Keycloak. Its access tokens say so (`typ`), and their audience or their client has to be given.
    Keycloak,
    /// A project of Supabase Auth, with published keys, with its legacy secret, or with both.
    Supabase,
    /// Room tokens of the signal door: of this house's own key, with nothing but a subject and times. Clocks of the same
    /// house do not differ, and a token that was issued a moment ahead is good.
    Room,
    /// WorkOS AuthKit. Its access tokens have no audience: issuer and keys of the client bind them.
    Workos,
}

/// How a preset names the claim of the client for which a token was made, and what it thinks of it.
pub(super) struct ClientRule {
    /// The claim.
    pub(super) claim: &'static str,
    /// A token without the claim is as good as one of an accepted client: it is the provider's own.
    pub(super) may_be_absent: bool,
    /// Without a list of clients, no token may have the claim.
    pub(super) forbidden_unless_listed: bool,
    /// Without a list of clients, the realm's own client is the only one, where a token says for which it was made.
    pub(super) is_the_realms_own: bool,
}

impl Preset {
    /// Which algorithms a fixed key serves. A strict realm uses a key for one algorithm alone.
    pub(crate) const fn algorithms(self, kind: KeyKind) -> &'static [Algorithm] {
        match (kind, self) {
            (KeyKind::Hmac, Self::Centrifugo) => &[Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512],
            (KeyKind::Hmac, _) => &[Algorithm::Hs256],
            (KeyKind::Rsa, Self::Centrifugo) => &[Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512],
            (KeyKind::Rsa, _) => &[Algorithm::Rs256],
            (KeyKind::P256, _) => &[Algorithm::Es256],
            (KeyKind::P384, _) => &[Algorithm::Es384],
            (KeyKind::P521, _) => &[Algorithm::Es512],
            (KeyKind::Ed25519, _) => &[Algorithm::EdDsa],
        }
    }

    /// Which algorithms published keys serve.
    pub(crate) const fn published_algorithms(self) -> &'static [Algorithm] {
        match self {
            Self::Keycloak | Self::Workos => &[Algorithm::Rs256],
            Self::Room => &[Algorithm::EdDsa],
            Self::Supabase => &[Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa],
            Self::Static | Self::Oidc => {
                &[Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa]
            }
            Self::Centrifugo => &[
                Algorithm::Rs256,
                Algorithm::Rs384,
                Algorithm::Rs512,
                Algorithm::Es256,
                Algorithm::Es384,
                Algorithm::Es512,
                Algorithm::EdDsa,
            ],
        }
    }

    /// Where the key document is, from an issuer or the client's id; `None`: nowhere that follows from them.
    pub(crate) fn jwks_url(self, realm: &RealmConfig) -> Option<String> {
        match self {
            Self::Keycloak => below_issuer(realm, "protocol/openid-connect/certs"),
            Self::Supabase => below_issuer(realm, ".well-known/jwks.json"),
            Self::Workos => {
                realm.client_id.as_ref().map(|client| format!("https://api.workos.com/sso/jwks/{client}"))
            }
            Self::Centrifugo | Self::Static | Self::Oidc | Self::Room => None,
        }
    }

    /// Where the discovery document is.
    pub(crate) fn discovery_url(self, realm: &RealmConfig) -> Option<String> {
        match self {
            Self::Oidc => below_issuer(realm, ".well-known/openid-configuration"),
            _ => None,
        }
    }

    /// Whether its keys are published: then it must be known where.
    pub(crate) const fn publishes_keys(self) -> bool {
        matches!(self, Self::Oidc | Self::Keycloak | Self::Supabase | Self::Workos)
    }

    /// Whether issuers and keys follow from the client's id, which has to be given then.
    pub(crate) const fn follows_from_client(self) -> bool {
        matches!(self, Self::Workos)
    }

    /// The issuers that follow from the client's id.
    pub(crate) fn issuers(self, realm: &RealmConfig) -> Vec<String> {
        match (self, &realm.client_id) {
            (Self::Workos, Some(client)) => vec![
                "https://api.workos.com".into(),
                "https://api.workos.com/".into(),
                format!("https://api.workos.com/user_management/{client}"),
            ],
            _ => Vec::new(),
        }
    }

    /// Accepted audiences.
    pub(crate) const fn audiences(self) -> &'static [&'static str] {
        match self {
            Self::Supabase => &["authenticated"],
            _ => &[],
        }
    }

    /// Whether tokens of other applications of the same provider would be taken for ours without an audience or a
    /// list of clients.
    pub(crate) const fn needs_audience_or_client(self) -> bool {
        matches!(self, Self::Oidc | Self::Keycloak)
    }

    /// Where the name to show stands.
    pub(crate) const fn name_claim(self) -> Option<&'static str> {
        match self {
            Self::Keycloak => Some("preferred_username"),
            Self::Oidc | Self::Static => Some("name"),
            Self::Centrifugo | Self::Supabase | Self::Workos | Self::Room => None,
        }
    }

    /// Where the roles stand.
    pub(crate) const fn role_claims(self) -> &'static [&'static str] {
        match self {
            Self::Keycloak => &["realm_access.roles", "resource_access.*.roles"],
            Self::Supabase => &["role"],
            Self::Workos => &["role", "roles"],
            Self::Centrifugo | Self::Static | Self::Oidc | Self::Room => &[],
        }
    }

    /// Where the client stands for which the token was made.
    pub(crate) const fn client_type_claim(self) -> Option<&'static str> {
        match self {
            Self::Keycloak | Self::Oidc => Some("azp"),
            Self::Supabase | Self::Workos => Some("client_id"),
            Self::Centrifugo | Self::Static | Self::Room => None,
        }
    }

    /// Where the one id stands under which the bearer can be reached.
    pub(crate) const fn node_id_claim(self) -> Option<&'static str> {
        match self {
            Self::Room => Some("nodeId"),
            Self::Keycloak | Self::Oidc | Self::Supabase | Self::Workos | Self::Centrifugo | Self::Static => {
                None
            }
        }
    }

    /// Where the login session stands.
    pub(crate) const fn session_claim(self) -> &'static str {
        match self {
            Self::Keycloak | Self::Oidc | Self::Workos | Self::Static | Self::Centrifugo | Self::Room => {
                "sid"
            }
            Self::Supabase => "session_id",
        }
    }

    /// Where the tenant stands, for realms that take it from a claim.
    pub(crate) const fn organisation_claim(self) -> Option<&'static str> {
        match self {
            Self::Supabase => Some("app_metadata.tenant_id"),
            Self::Workos => Some("org_id"),
            Self::Centrifugo | Self::Static | Self::Oidc | Self::Keycloak | Self::Room => None,
        }
    }

    /// A claim that users can write themselves, and that nothing may be decided by.
    pub(crate) const fn user_editable_claim(self) -> Option<&'static str> {
        match self {
            Self::Supabase => Some("user_metadata"),
            _ => None,
        }
    }

    /// The claim of the client.
    pub(super) fn client_rule(self) -> ClientRule {
        let rule = |claim| ClientRule {
            claim,
            may_be_absent: false,
            forbidden_unless_listed: false,
            is_the_realms_own: false,
        };
        match self {
            Self::Supabase => {
                ClientRule { may_be_absent: true, forbidden_unless_listed: true, ..rule("client_id") }
            }
            Self::Workos => ClientRule { is_the_realms_own: true, ..rule("client_id") },
            Self::Centrifugo | Self::Static | Self::Oidc | Self::Keycloak | Self::Room => rule("azp"),
        }
    }

    /// Claims that must be there.
    pub(crate) const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Supabase => &["session_id"],
            Self::Keycloak | Self::Workos | Self::Centrifugo | Self::Static | Self::Oidc | Self::Room => &[],
        }
    }

    /// Claims that must not be there: those of other kinds of tokens of the same provider.
    pub(crate) const fn forbidden(self) -> &'static [&'static str] {
        match self {
            Self::Oidc | Self::Supabase | Self::Workos => &["nonce", "at_hash", "c_hash", "events"],
            // Old versions put a nonce into access tokens; the kind of a token stands in `typ`.
            Self::Keycloak | Self::Centrifugo | Self::Static | Self::Room => &[],
        }
    }

    /// Claims that must have one of some values.
    pub(crate) fn equal(self) -> Vec<(&'static str, ClaimValue)> {
        match self {
            Self::Keycloak => vec![("typ", "Bearer".into())],
            Self::Supabase => vec![("role", "authenticated".into())],
            _ => Vec::new(),
        }
    }

    /// Whether the provider lets users sign in who do not say who they are, and says so by `is_anonymous`.
    pub(crate) const fn marks_anonymous_sign_ins(self) -> bool {
        matches!(self, Self::Supabase)
    }

    /// Whether a token without `sub` is a lightweight one, which names its user to nobody but the provider.
    pub(crate) const fn has_lightweight_tokens(self) -> bool {
        matches!(self, Self::Keycloak)
    }

    /// How much clocks may differ.
    pub(crate) const fn leeway(self) -> Duration {
        match self {
            Self::Centrifugo | Self::Room => Duration::ZERO,
            _ => Duration::from_secs(30),
        }
    }

    /// How long a token may live.
    pub(crate) const fn longest_lifetime(self) -> Option<Duration> {
        match self {
            Self::Centrifugo => None,
            _ => Some(Duration::from_secs(24 * 60 * 60)),
        }
    }

    /// Whether tokens come from a provider that knows nothing of this house, and not from a key of the application's.
    pub(crate) const fn is_a_provider(self) -> bool {
        matches!(self, Self::Oidc | Self::Keycloak | Self::Supabase | Self::Workos)
    }

    /// Whether `exp` is required.
    pub(crate) const fn requires_expiry(self) -> bool {
        self.is_strict()
    }

    /// Whether tokens may speak about channels.
    pub(crate) const fn gateway_claims(self) -> bool {
        !self.is_strict()
    }

    /// Whether a connection token may name nobody.
    pub(crate) const fn anonymous_tokens(self) -> bool {
        !self.is_strict()
    }

    /// Whether a secret that can be guessed is accepted, with a warning: those who move here bring theirs along.
    pub(crate) const fn accepts_short_secrets(self) -> bool {
        !self.is_strict()
    }

    /// Whether a session of the wrong JSON type counts as none: in Centrifugo's contract that claim means nothing.
    pub(crate) const fn passes_over_odd_sessions(self) -> bool {
        !self.is_strict()
    }

    /// Whether a claim that is `null` counts as absent.
    pub(crate) const fn takes_null_as_absent(self) -> bool {
        !self.is_strict()
    }

    /// Whether users must have short names without control characters.
    pub(crate) const fn wants_plain_users(self) -> bool {
        self.is_strict()
    }

    /// Whether a token from the future is refused.
    pub(crate) const fn minds_issue_time(self) -> bool {
        self.is_strict() && !matches!(self, Self::Room)
    }

    const fn is_strict(self) -> bool {
        !matches!(self, Self::Centrifugo)
    }
}

/// An address below the first issuer, which may end in a slash or not.
fn below_issuer(realm: &RealmConfig, path: &str) -> Option<String> {
    realm.issuer.exact.first().map(|issuer| format!("{}/{path}", issuer.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Expected;

    fn realm(preset: Preset, issuer: &str) -> RealmConfig {
        RealmConfig { issuer: Expected::exactly(issuer), ..RealmConfig::new("r", preset) }
    }

    #[test]
    fn addresses_follow_from_the_issuer() {
        let keycloak = realm(Preset::Keycloak, "https://id.example/realms/main");
        assert_eq!(
            Preset::Keycloak.jwks_url(&keycloak).unwrap(),
            "https://id.example/realms/main/protocol/openid-connect/certs"
        );
        let supabase = realm(Preset::Supabase, "https://ref.supabase.co/auth/v1");
        assert_eq!(
            Preset::Supabase.jwks_url(&supabase).unwrap(),
            "https://ref.supabase.co/auth/v1/.well-known/jwks.json"
        );
        let oidc = realm(Preset::Oidc, "https://tenant.example/");
        assert_eq!(
            Preset::Oidc.discovery_url(&oidc).unwrap(),
            "https://tenant.example/.well-known/openid-configuration"
        );
    }

    #[test]
    fn everything_of_workos_follows_from_the_clients_id() {
        let realm =
            RealmConfig { client_id: Some("client_1".into()), ..RealmConfig::new("r", Preset::Workos) };
        assert_eq!(Preset::Workos.jwks_url(&realm).unwrap(), "https://api.workos.com/sso/jwks/client_1");
        let issuers = Preset::Workos.issuers(&realm);
        assert_eq!(issuers.len(), 3);
        assert!(issuers.contains(&"https://api.workos.com/user_management/client_1".into()));
    }
}
