//! Keys that are given, and where published ones are found.

use vestibule_model::UnixSeconds;

use super::Secret;
use crate::Family;

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
}

/// How the keys that a provider publishes are found. What is left out is derived from the issuer, as the preset
/// knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedConfig {
    /// The address of the key document, whatever the issuer is called.
    pub jwks_url: Option<String>,
    /// The address of the discovery document, whatever the issuer is called.
    pub discovery_url: Option<String>,
    /// Do not fetch keys although the preset would.
    pub off: bool,
    /// FOR NETWORKS OF ONE'S OWN ALONE: addresses may be `http:` on other machines than this one.
    pub plain_http: bool,
}

/// Where the keys of a realm are published. The address is checked: `https`, or `http` where that is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// In a key document.
    Document {
        /// Its address.
        url: String,
    },
    /// In the key document that a discovery document names.
    Discovery {
        /// The address of the discovery document.
        url: String,
        /// What it may call its issuer.
        issuers: Vec<String>,
        /// Whether the key document may be at an `http:` address too.
        plain_http: bool,
    },
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

    /// A public key that has to be of that family.
    pub fn public_key_of(family: Family, pem: impl Into<String>) -> Self {
        let material = KeyMaterial::PublicKey { pem: pem.into(), family: Some(family) };
        Self { kid: None, usable_until: None, material }
    }
}

impl KeySource {
    /// The address that is asked first.
    pub fn url(&self) -> &str {
        match self {
            Self::Document { url } | Self::Discovery { url, .. } => url,
        }
    }
}

/// Whether keys may be fetched from there: over TLS, or from this machine, or from any when that is allowed.
pub(super) fn is_fetchable(url: &str, plain_http: bool) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let plain =
        !host.is_empty() && !authority.contains('@') && url.bytes().all(|byte| byte.is_ascii_graphic());
    let here = matches!(host, "localhost" | "127.0.0.1" | "::1");
    plain && (scheme == "https" || scheme == "http" && (here || plain_http))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fetched_over_tls_or_from_this_machine() {
        for url in
            ["https://id.example/jwks", "http://localhost:8080/a", "http://127.0.0.1/", "http://[::1]:1/"]
        {
            assert!(is_fetchable(url, false), "{url}");
        }
        for url in [
            "http://id.example/jwks",
            "http://localhost.id.example/",
            "http://127.0.0.1@id.example/",
            "https://user@id.example/",
            "ftp://localhost/",
            "https://",
            "id.example",
            "https://id.example/a b",
        ] {
            assert!(!is_fetchable(url, false), "{url}");
        }
        assert!(is_fetchable("http://keycloak:8080/jwks", true));
        assert!(!is_fetchable("file:///etc/jwks.json", true));
    }
}
