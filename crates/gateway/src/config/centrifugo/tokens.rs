//! Whom tokens come from.

use vestibule_auth::config::Fault;
use vestibule_auth::{ConfigError, Expected, Family, KeyConfig, Preset, RealmConfig, RealmsConfig, Secret};
use vestibule_model::UnixSeconds;

use super::model::{Client, TokenOptions};
use super::pem;
use crate::config::TrustSettings;
use crate::config::written::Notes;
use crate::config::written::outline::join;

/// Realms have the path of their options as their names, so that whatever is said about them says where to look.
const CONNECTIONS: &str = "client.token";
const SUBSCRIPTIONS: &str = "client.subscription_token";

/// The realms of connection and subscription tokens.
pub fn realms(client: &Client, notes: &mut Notes) -> (RealmsConfig, TrustSettings) {
    let mut connection = Source::read(CONNECTIONS, &client.token, notes);
    connection.realm.anonymous_tokens = Some(!client.options.disallow_anonymous_connection_tokens);
    let own = &client.subscription_token;
    let subscription = own.enabled.then(|| Source::read(SUBSCRIPTIONS, &own.token, notes));
    for source in subscription.iter().chain([&connection]) {
        source.check(notes);
    }
    let allow_no_token = client.options.allow_anonymous_connect_without_token || client.options.insecure;
    let own = subscription.iter().map(|_| SUBSCRIPTIONS.to_owned()).collect::<Vec<_>>();
    let trust = TrustSettings::new(&[CONNECTIONS.to_owned()], &own, allow_no_token);
    let realms = [Some(connection), subscription].into_iter().flatten().map(|source| source.realm);
    (RealmsConfig { realms: realms.collect() }, trust)
}

/// A realm, and the options that its keys come from.
struct Source {
    realm: RealmConfig,
    keys: Vec<&'static str>,
}

/// A key as it is written.
enum Key<'o> {
    Secret(&'o Secret, Option<UnixSeconds>),
    Public(Family, &'o Secret),
}

impl Source {
    fn read(at: &str, options: &TokenOptions, notes: &mut Notes) -> Self {
        let mut realm = RealmConfig::new(at, Preset::Centrifugo);
        let mut names = Vec::new();
        for (name, key) in keys(options) {
            match read_key(key) {
                Ok(key) => {
                    realm.keys.push(key);
                    names.push(name);
                }
                Err(fault) => notes.complain(&join(at, name), fault),
            }
        }
        realm.issuer = expected(&options.issuer, &options.issuer_regex);
        realm.audience = expected(&options.audience, &options.audience_regex);
        let claim = &options.user_id_claim;
        let plain = claim.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        notes.check(plain, &join(at, "user_id_claim"), "a claim's name consists of letters and _");
        realm.claims.user = Some(claim.clone()).filter(|claim| !claim.is_empty() && plain);
        realm.published.jwks_url = jwks_url(at, options, notes);
        Self { realm, keys: names }
    }

    /// Builds it, as the house will, and says what is wrong.
    fn check(&self, notes: &mut Notes) {
        for error in self.realm.clone().build().err().into_iter().flatten() {
            let fault = match error.fault {
                Fault::ExactAndPattern => "cannot be used together with the exact value".into(),
                _ => error.fault.to_string(),
            };
            notes.complain(&join(&self.realm.name, &self.option(&error)), fault);
        }
    }

    /// The option that a fault is about.
    fn option(&self, error: &ConfigError) -> String {
        let index = error.field.strip_prefix("keys[").and_then(|rest| rest.strip_suffix(']')?.parse().ok());
        match (index, error.field.as_str(), &error.fault) {
            (Some(index), field, _) => self.keys.get::<usize>(index).map_or(field, |name| name).into(),
            (None, "jwks_url", _) => "jwks_public_endpoint".into(),
            (None, field, Fault::Pattern(_) | Fault::ExactAndPattern) => format!("{field}_regex"),
            (None, field, _) => field.into(),
        }
    }
}

/// The address of published keys. One for each issuer, made from a template, is not known here.
fn jwks_url(at: &str, options: &TokenOptions, notes: &mut Notes) -> Option<String> {
    let url = Some(&options.jwks_public_endpoint).filter(|url| !url.is_empty())?;
    let fault = "a template is not understood here: write the address itself";
    notes.check(!url.contains("{{"), &join(at, "jwks_public_endpoint"), fault);
    Some(url.clone())
}

/// The keys that are given, with the option of each.
fn keys(options: &TokenOptions) -> impl Iterator<Item = (&'static str, Key<'_>)> {
    let until = options.hmac_previous_secret_key_valid_until;
    let until = (until > 0).then_some(UnixSeconds(until));
    let (secret, previous) = (options.hmac_secret_key.as_ref(), options.hmac_previous_secret_key.as_ref());
    [
        ("hmac_secret_key", secret.map(|secret| Key::Secret(secret, None))),
        ("hmac_previous_secret_key", previous.map(|secret| Key::Secret(secret, until))),
        ("rsa_public_key", options.rsa_public_key.as_ref().map(|key| Key::Public(Family::Rsa, key))),
        ("ecdsa_public_key", options.ecdsa_public_key.as_ref().map(|key| Key::Public(Family::Ec, key))),
    ]
    .into_iter()
    .filter_map(|(name, key)| Some((name, key?)))
}

fn read_key(key: Key<'_>) -> Result<KeyConfig, String> {
    Ok(match key {
        Key::Secret(secret, until) => KeyConfig { usable_until: until, ..KeyConfig::secret(secret.clone()) },
        Key::Public(family, value) => KeyConfig::public_key_of(family, pem::load(value.reveal())?),
    })
}

fn expected(exact: &str, pattern: &str) -> Expected {
    Expected {
        exact: Some(exact).filter(|text| !text.is_empty()).map(Into::into).into_iter().collect(),
        pattern: Some(pattern).filter(|text| !text.is_empty()).map(Into::into),
    }
}
