//! The keys of one issuer.

use std::sync::Arc;

use super::SigningKey;

/// The keys of one issuer: the first signs, and those before the last rotation are still published, for tokens that
/// are on their way. Cloning costs one reference count.
#[derive(Clone, Debug)]
pub struct Issuer(Arc<[SigningKey]>);

impl Issuer {
    /// An issuer with these keys, the newest first; `None` without any.
    pub fn new(keys: Vec<SigningKey>) -> Option<Self> {
        (!keys.is_empty()).then(|| Self(keys.into()))
    }

    /// The key that signs.
    pub fn key(&self) -> &SigningKey {
        &self.0[0]
    }

    /// All keys, the newest first.
    pub fn keys(&self) -> &[SigningKey] {
        &self.0
    }

    /// The document of the public keys (RFC 7517) of several issuers, each key once. Secrets are not in it.
    pub fn jwks<'a>(issuers: impl IntoIterator<Item = &'a Self>) -> String {
        let mut keys: Vec<String> = Vec::new();
        for jwk in issuers.into_iter().flat_map(Self::keys).filter_map(SigningKey::public_jwk) {
            if !keys.contains(&jwk) {
                keys.push(jwk);
            }
        }
        format!(r#"{{"keys":[{}]}}"#, keys.join(","))
    }
}
