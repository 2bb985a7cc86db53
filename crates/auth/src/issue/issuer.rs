//! The keys of one issuer.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{SigningKey, VerifyingKey};

/// The keys of one issuer. Cloning costs one reference count.
#[derive(Clone, Debug)]
pub struct Issuer(Arc<Keys>);

struct Keys {
    /// Those that are at hand, the newest first: it signs.
    signing: Vec<SigningKey>,
    /// What others check tokens by: the public sides of those, and of keys that signed before or will sign.
    published: Vec<VerifyingKey>,
}

impl Issuer {
    /// An issuer with these keys, the newest first; `None` without any. The first signs, the others are published too, for
    /// tokens that are on their way.
    pub fn new(signing: Vec<SigningKey>) -> Option<Self> {
        let published = signing.iter().filter_map(VerifyingKey::of).collect();
        (!signing.is_empty()).then(|| Self(Arc::new(Keys { signing, published })))
    }

    /// An issuer whose one key signs, beside which public sides of others are published: of keys that signed before, and
    /// of the one that will sign next.
    pub fn beside(key: SigningKey, others: Vec<VerifyingKey>) -> Self {
        let published = VerifyingKey::of(&key).into_iter().chain(others).collect();
        Self(Arc::new(Keys { signing: vec![key], published }))
    }

    /// The key that signs.
    pub fn key(&self) -> &SigningKey {
        &self.0.signing[0]
    }

    /// What others check its tokens by: the public sides of its keys, the newest first. Secrets have none.
    pub fn published(&self) -> &[VerifyingKey] {
        &self.0.published
    }

    /// The document of the public keys (RFC 7517) of several issuers, each key once. Secrets are not in it.
    pub fn jwks<'a>(issuers: impl IntoIterator<Item = &'a Self>) -> String {
        let mut published: Vec<(&VerifyingKey, bool)> = Vec::new();
        for key in issuers.into_iter().flat_map(|issuer| &issuer.0.published) {
            match published.iter_mut().find(|(known, _)| known.kid() == key.kid()) {
                Some((known, is_for_one)) => *is_for_one &= known.algorithm() == key.algorithm(),
                None => published.push((key, true)),
            }
        }
        let jwk = |(key, is_for_one): (&VerifyingKey, bool)| key.jwk(is_for_one.then_some(key.algorithm()));
        let keys: Vec<_> = published.into_iter().map(jwk).collect();
        format!(r#"{{"keys":[{}]}}"#, keys.join(","))
    }

    /// A name that two different keys of these issuers have: whoever checks a token could not tell which one is meant.
    pub fn namesake<'a>(issuers: impl IntoIterator<Item = &'a Self>) -> Option<&'a str> {
        let mut named: HashMap<&str, &VerifyingKey> = HashMap::new();
        issuers.into_iter().flat_map(|issuer| &issuer.0.published).find_map(|key| {
            let other = named.insert(key.kid(), key)?;
            (!other.is(key)).then(|| key.kid())
        })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let published: Vec<_> = self.published.iter().map(VerifyingKey::kid).collect();
        f.debug_struct("Keys").field("signing", &self.signing).field("published", &published).finish()
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
    fn of_a_key_that_signs_no_more_its_public_side_is_enough() {
        let old = include_str!("../../tests/keys/rsa.pub.pem");
        let issuer = Issuer::beside(ec(), vec![VerifyingKey::read(old, None).expect("a good key")]);
        let names = [ec().kid(), rsa(Algorithm::Rs256).kid()].map(|kid| json!(kid));
        assert_eq!(said(&Issuer::jwks([&issuer]), "kid"), names);
        assert_eq!(issuer.key().kid(), ec().kid());
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
