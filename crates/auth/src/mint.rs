//! HS256 tokens for development and tests. Nothing here is on the path of a peer.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use vestibule_model::UnixSeconds;

use crate::issue::{Head, SigningKey};
use crate::{Algorithm, Secret};

/// A secret that signs, however short it is.
#[derive(Clone, Debug)]
pub struct DevelopmentKey {
    secret: Secret,
    key: Arc<SigningKey>,
}

/// What a token should say.
#[derive(Clone, Debug, Default)]
pub struct TokenDraft {
    /// The user; empty for the anonymous one.
    pub user: String,
    /// How long it lives; `None` leaves `exp` out.
    pub lifetime: Option<Duration>,
    /// What other clients may see.
    pub info: Option<Value>,
    /// Any further claims. They win over the claims above.
    pub extra: Map<String, Value>,
}

impl DevelopmentKey {
    /// A fresh secret: 43 characters of base64url, to be kept in a configuration file.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self::from_secret(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// The secret of a realm.
    pub fn from_secret(secret: Secret) -> Self {
        let key = SigningKey::of_any_secret(secret.reveal().as_bytes(), Algorithm::Hs256);
        Self { secret, key: Arc::new(key.expect("HS256 takes a secret")) }
    }

    /// The secret, for the realm that is to accept the tokens.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// A connection token.
    pub fn connection_token(&self, draft: &TokenDraft, now: UnixSeconds) -> String {
        self.sign(&Value::from(draft.claims(now)).to_string())
    }

    /// A subscription token for one channel.
    pub fn subscription_token(&self, draft: &TokenDraft, channel: &str, now: UnixSeconds) -> String {
        let mut claims = draft.claims(now);
        claims.entry("channel").or_insert_with(|| channel.into());
        self.sign(&Value::from(claims).to_string())
    }

    /// Signs any payload, well formed or not.
    pub fn sign(&self, payload: &str) -> String {
        self.key.sign(Head { typ: true, kid: false }, payload)
    }
}

impl TokenDraft {
    /// A token for that user that lives so long.
    pub fn new(user: &str, lifetime: Option<Duration>) -> Self {
        Self { user: user.into(), lifetime, ..Self::default() }
    }

    /// The same with one more claim.
    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(claim.into(), value.into());
        self
    }

    fn claims(&self, now: UnixSeconds) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("sub".into(), self.user.as_str().into());
        claims.insert("iat".into(), now.0.into());
        if let Some(lifetime) = self.lifetime {
            let seconds = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
            claims.insert("exp".into(), now.0.saturating_add(seconds).into());
        }
        if let Some(info) = &self.info {
            claims.insert("info".into(), info.clone());
        }
        claims.extend(self.extra.clone());
        claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeyConfig, Preset, RealmConfig, RealmsConfig, TrustConfig};

    const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

    #[test]
    fn what_is_minted_is_accepted_by_a_strict_realm_with_the_same_secret() {
        let key = DevelopmentKey::from_random([7; 32]);
        let realm = RealmConfig::new("dev", Preset::Static).with_key(KeyConfig::secret(key.secret().clone()));
        let (realms, warnings) = RealmsConfig::of(realm).build().expect("a good configuration");
        let trust = realms.trust(&TrustConfig::default()).expect("one realm");
        assert_eq!(warnings, []);
        let token = key.connection_token(&TokenDraft::new("42", Some(Duration::from_secs(60))), NOW);
        let identity = trust.connection(&token, NOW).at_once().expect("a good token").value;
        assert_eq!(identity.user.as_str(), "42");
        assert_eq!(identity.expires, Some(vestibule_model::Expiry::Token(UnixSeconds(NOW.0 + 60))));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let key = DevelopmentKey::from_secret("do-not-print-me".into());
        assert!(!format!("{key:?}").contains("do-not-print-me"));
    }
}
