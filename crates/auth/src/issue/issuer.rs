//! The keys of one issuer.

use std::collections::HashMap;
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
        let mut published: Vec<(&SigningKey, bool)> = Vec::new();
        for key in issuers.into_iter().flat_map(Self::keys).filter(|key| key.public.is_some()) {
            match published.iter_mut().find(|(known, _)| known.kid() == key.kid()) {
                Some((known, for_one)) => *for_one &= known.algorithm() == key.algorithm(),
                None => published.push((key, true)),
            }
        }
        let jwk = |(key, for_one): (&SigningKey, bool)| {
            key.public_jwk_for(Some(key.algorithm()).filter(|_| for_one)).unwrap_or_default()
        };
        let keys: Vec<_> = published.into_iter().map(jwk).collect();
        format!(r#"{{"keys":[{}]}}"#, keys.join(","))
    }

    /// A name that two different keys of these issuers have: whoever checks a token could not tell which one is meant.
    pub fn namesake<'a>(issuers: impl IntoIterator<Item = &'a Self>) -> Option<&'a str> {
        let mut named: HashMap<&str, &SigningKey> = HashMap::new();
        issuers.into_iter().flat_map(Self::keys).filter(|key| key.public.is_some()).find_map(|key| {
            let other = named.insert(key.kid()?, key)?;
            (other.bare_public_jwk() != key.bare_public_jwk()).then(|| key.kid())?
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::Algorithm;
    use crate::issue::Head;

    fn key(pem: &str, algorithm: Option<Algorithm>) -> SigningKey {
        SigningKey::read(pem, algorithm).expect("a good key")
    }

    fn ec() -> SigningKey {
        key(include_str!("../../tests/keys/p256.pem"), None)
    }

    fn rsa(algorithm: Algorithm) -> SigningKey {
        key(include_str!("../../tests/keys/rsa.pem"), Some(algorithm))
    }

    fn issuer(keys: Vec<SigningKey>) -> Issuer {
        Issuer::new(keys).expect("a key")
    }

    fn said(document: &str, member: &str) -> Vec<Value> {
        let document: Value = serde_json::from_str(document).expect("JSON");
        let keys = document["keys"].as_array().expect("keys").clone();
        keys.into_iter().map(|key| key[member].clone()).collect()
    }

    #[test]
    fn the_first_key_signs_and_those_before_it_are_still_published() {
        let (new, old) = (ec(), rsa(Algorithm::Rs256));
        let names = [new.kid(), old.kid()].map(|kid| json!(kid));
        let issuer = issuer(vec![new, old]);
        assert_eq!(said(&Issuer::jwks([&issuer]), "kid"), names);
        let header = issuer.key().sign(Head { typ: false, kid: true }, "{}");
        assert!(header.starts_with(&ec().sign(Head { typ: false, kid: true }, "{}")[..40]));
    }

    #[test]
    fn a_key_of_several_issuers_is_published_once_and_a_secret_never() {
        let secret = SigningKey::secret(&"a secret of thirty-two bytes or more".into(), None).expect("long");
        let issuers = [issuer(vec![ec()]), issuer(vec![ec()]), issuer(vec![secret])];
        assert_eq!(said(&Issuer::jwks(&issuers), "alg"), [json!("ES256")]);
        assert_eq!(Issuer::jwks([&issuers[2]]), r#"{"keys":[]}"#);
    }

    #[test]
    fn a_key_that_signs_by_two_algorithms_is_published_for_both_under_its_one_name() {
        let issuers = [issuer(vec![rsa(Algorithm::Rs256)]), issuer(vec![rsa(Algorithm::Ps256)])];
        assert_eq!(said(&Issuer::jwks(&issuers), "alg"), [Value::Null]);
        assert_eq!(Issuer::namesake(&issuers), None);
    }

    #[test]
    fn two_keys_of_one_name_are_found() {
        let issuers = [issuer(vec![ec().named("main")]), issuer(vec![rsa(Algorithm::Rs256).named("main")])];
        assert_eq!(Issuer::namesake(&issuers), Some("main"));
    }
}
