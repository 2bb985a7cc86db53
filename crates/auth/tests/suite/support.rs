//! Realms and tokens for the tests. Tokens are signed by another implementation than the one under test.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vestibule_auth::{
    KeyConfig, Preset, Realm, RealmConfig, Realms, RealmsConfig, Reason, Refusal, Trust, TrustConfig, Warning,
};
use vestibule_model::{Identity, SubscriptionGrant, UnixSeconds};

/// The time of every test.
pub(crate) const NOW: UnixSeconds = UnixSeconds(1_700_000_000);

/// 44 bytes: long enough for every realm.
pub(crate) const SECRET: &str = "a secret that is long enough for every realm";

/// A key or certificate of `tests/keys`.
macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../keys/", $name))
    };
}
pub(crate) use pem;

/// A realm of Centrifugo's contract with the secret.
pub(crate) fn lenient() -> RealmConfig {
    RealmConfig::new("lenient", Preset::Centrifugo).with_key(KeyConfig::secret(SECRET))
}

/// A strict realm with the secret.
pub(crate) fn strict() -> RealmConfig {
    RealmConfig::new("strict", Preset::Static).with_key(KeyConfig::secret(SECRET))
}

/// The realms that a door trusts, as tests ask them: nobody waits for keys.
pub(crate) struct House(pub(crate) Trust);

impl House {
    pub(crate) fn connection(&self, token: &str, now: UnixSeconds) -> Result<Identity, Refusal> {
        let verdict = self.0.connection(token, now).at_once();
        verdict.map(|verified| verified.value).map_err(|rejection| rejection.refusal)
    }

    pub(crate) fn subscription(&self, token: &str, now: UnixSeconds) -> Result<SubscriptionGrant, Refusal> {
        let verdict = self.0.subscription(token, now).at_once();
        verdict.map(|verified| verified.value).map_err(|rejection| rejection.refusal)
    }

    pub(crate) fn anonymous(&self) -> Result<Identity, Refusal> {
        self.0.anonymous().map_err(|rejection| rejection.refusal)
    }
}

/// A house with that realm for everything, which wants tokens.
pub(crate) fn house(realm: RealmConfig) -> House {
    house_of(vec![realm])
}

/// A house with those realms, which wants tokens.
pub(crate) fn house_of(realms: Vec<RealmConfig>) -> House {
    House(built(realms).trust(&TrustConfig::default()).expect("realms that can be told apart"))
}

/// A house with that realm for everything, which lets in whoever comes.
pub(crate) fn open_house(realm: RealmConfig) -> House {
    let trust = TrustConfig { realms: Vec::new(), allow_no_token: true };
    House(built(vec![realm]).trust(&trust).expect("one organisation"))
}

pub(crate) fn built(realms: Vec<RealmConfig>) -> Realms {
    RealmsConfig { realms }.build().expect("a good configuration").0
}

pub(crate) fn built_realm(config: RealmConfig) -> (Realm, Vec<Warning>) {
    config.build().expect("a good configuration")
}

/// Seconds from [`NOW`].
pub(crate) fn at(offset: i64) -> i64 {
    NOW.0 + offset
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A MAC by an implementation of its own.
pub(crate) fn hmac(algorithm: jsonwebtoken::Algorithm, secret: &str, message: &str) -> String {
    let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).expect("HMAC takes any secret")
}

/// A token of that literal header and payload, rightly signed with HS256 and [`SECRET`].
pub(crate) fn signed(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let message = format!("{}.{}", b64(header), b64(payload));
    let signature = hmac(jsonwebtoken::Algorithm::HS256, SECRET, &message);
    format!("{message}.{signature}")
}

/// A token of those claims, rightly signed with HS256 and [`SECRET`].
pub(crate) fn token(claims: &Value) -> String {
    signed(r#"{"alg":"HS256","typ":"JWT"}"#, claims.to_string())
}

/// Claims that every realm accepts.
pub(crate) fn good_claims() -> Value {
    json!({"sub": "42", "iat": at(0), "exp": at(60)})
}

/// The good claims with some more, or with other values.
pub(crate) fn claims_with(changes: Value) -> Value {
    let mut claims = good_claims();
    for (name, value) in changes.as_object().expect("changes are an object") {
        claims[name] = value.clone();
    }
    claims
}

/// The good claims without one.
pub(crate) fn claims_without(name: &str) -> Value {
    let mut claims = good_claims();
    claims.as_object_mut().expect("claims are an object").remove(name).expect("the claim was there");
    claims
}

/// What the realm makes of a connection token with those claims.
pub(crate) fn connect(realm: RealmConfig, claims: &Value) -> Result<Identity, Refusal> {
    house(realm).connection(&token(claims), NOW)
}

pub(crate) fn invalid<T>(reason: Reason) -> Result<T, Refusal> {
    Err(Refusal::Invalid(reason))
}

pub(crate) fn malformed<T>(reason: Reason) -> Result<T, Refusal> {
    Err(Refusal::Malformed(reason))
}

pub(crate) fn expired<T>(reason: Reason) -> Result<T, Refusal> {
    Err(Refusal::Expired(reason))
}

pub(crate) fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}
