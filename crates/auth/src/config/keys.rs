//! Keys that are given, and where published ones are found.

use std::time::Duration;

use vestibule_model::UnixSeconds;

use super::Secret;
use crate::Family;
use crate::issue::from_base64;
use crate::jwks::{DocumentFault, Policy};
use crate::token::Object;
use crate::token::json::items;

/// One key.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// Tokens must name the key by this `kid`; `None`: their `kid` does not matter.
    pub kid: Option<String>,
    /// The last second in which the key is in use; `None`: for ever.
    pub usable_until: Option<UnixSeconds>,
    /// The key.
    pub material: KeyMaterial,
}

/// What a key is made of.
#[derive(Clone, Debug)]
pub enum KeyMaterial {
    /// A secret that issuer and gateway share.
    Secret(Secret),
    /// A PEM text with a public key or a certificate.
    PublicKey {
        /// The text.
        pem: String,
        /// The family that it has to be of, when the operator said so.
        family: Option<Family>,
    },
    /// A public key as JSON (RFC 7517). Its own `kid` counts where none is given, and its `alg` is the only one.
    Jwk(String),
}

/// How the keys that a provider publishes are found. What is left out is derived from the issuer, as the preset
/// knows it.
#[derive(Clone, Debug, Default)]
pub struct PublishedConfig {
    /// The address of the key document, whatever the issuer is called.
    pub jwks_url: Option<String>,
    /// The address of the discovery document, whatever the issuer is called.
    pub discovery_url: Option<String>,
    /// Do not fetch keys although the preset would.
    pub off: bool,
    /// FOR NETWORKS OF ONE'S OWN ALONE: addresses may be `http:` on other machines than this one.
    pub allow_unencrypted_keys_from_the_network: bool,
    /// Certificates, as PEM, of the authorities that are believed instead of the public ones.
    pub authorities: Option<String>,
    /// The address of a proxy; it may hold a password.
    pub proxy: Option<Secret>,
    /// How long one request may take.
    pub timeout: Option<Duration>,
    /// How often the keys are looked at.
    pub policy: Policy,
}

impl KeyConfig {
    /// A secret for HMAC.
    pub fn secret(secret: impl Into<Secret>) -> Self {
        Self { kid: None, usable_until: None, material: KeyMaterial::Secret(secret.into()) }
    }

    /// A public key of whatever family the PEM text holds.
    pub fn public_key(pem: impl Into<String>) -> Self {
        let material = KeyMaterial::PublicKey { pem: pem.into(), family: None };
        Self { kid: None, usable_until: None, material }
    }

    /// The public keys of a text: one PEM, one JWK, or the JWKs of a list or of a document of keys; JSON may stand in
    /// base64.
    ///
    /// # Errors
    ///
    /// JSON that is neither a key nor a document of keys. What is wrong with a key itself, building the realm tells.
    pub fn public_keys(text: &str) -> Result<Vec<Self>, DocumentFault> {
        let jwk =
            |text: &str| Self { kid: None, usable_until: None, material: KeyMaterial::Jwk(text.into()) };
        let text = text.trim();
        if text.starts_with('[') {
            return Self::public_keys(&format!(r#"{{"keys":{text}}}"#));
        }
        if !text.starts_with('{') {
            let json = from_base64(text).filter(|json| json.trim_start().starts_with(['{', '[']));
            return json.map_or_else(|| Ok(vec![Self::public_key(text)]), |json| Self::public_keys(&json));
        }
        let object = Object::read_outside(text).map_err(DocumentFault::Json)?;
        match object.get("keys") {
            None => Ok(vec![jwk(text)]),
            Some(keys) => Ok(items(keys).ok_or(DocumentFault::NoKeys)?.into_iter().map(jwk).collect()),
        }
    }

    /// A public key that has to be of that family.
    pub fn public_key_of(family: Family, pem: impl Into<String>) -> Self {
        let material = KeyMaterial::PublicKey { pem: pem.into(), family: Some(family) };
        Self { kid: None, usable_until: None, material }
    }
}
