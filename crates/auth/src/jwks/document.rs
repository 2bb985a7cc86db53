//! The document of keys (RFC 7517, section 5): each key is good, or skipped for a reason, and spoils no other.

use std::collections::BTreeMap;
use std::fmt;

use crate::key::jwk::Jwk;
use crate::key::{Check, JwkFault, KeySet};
use crate::token::Object;
use crate::token::header::MAX_KID_BYTES;
use crate::token::json::{check, items, text};
use crate::{Algorithm, JsonFault};

/// The longest document that is looked at, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// The most keys of a document that are looked at.
pub const MAX_PUBLISHED_KEYS: usize = 64;

/// How deep a key lies in its document: inside an object and an array.
const KEY_DEPTH: usize = 2;

/// The keys that a provider publishes. An empty one is valid: it says that there are none.
#[derive(Default)]
pub struct KeyDocument {
    keys: BTreeMap<Box<str>, Jwk>,
    skipped: Vec<Skipped>,
}

/// A key that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its position in the document, from 0.
    pub position: usize,
    /// Its name, as far as it has one that can be a name.
    pub kid: Option<Box<str>>,
    /// Why.
    pub reason: SkipReason,
}

/// Why a key is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// Something is wrong with it.
    Fault(JwkFault),
    /// It has no name, so no token can ask for it.
    NoKid,
    /// Its name is longer than that of any key that a token may name.
    LongKid,
    /// Another good key has the same name; neither is used, since a token could mean either.
    SameKid,
    /// So many keys, this one and all after it, are too many.
    TooMany(usize),
}

/// Why a document cannot be used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentFault {
    /// Longer than [`MAX_DOCUMENT_BYTES`].
    TooLong,
    /// Not a strict JSON object, the keys aside.
    Json(JsonFault),
    /// There is no array `keys`.
    NoKeys,
}

impl KeyDocument {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// When nothing in it can be used, because it is not a document of keys.
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentFault> {
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(DocumentFault::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| DocumentFault::Json(JsonFault::Encoding))?;
        let object = Object::read_outside(text).map_err(DocumentFault::Json)?;
        for (_, value) in object.iter().filter(|(name, _)| *name != "keys") {
            check(value, 1).map_err(DocumentFault::Json)?;
        }
        let entries = object.get("keys").and_then(items).ok_or(DocumentFault::NoKeys)?;
        Ok(Self::of(&entries))
    }

    fn of(entries: &[&str]) -> Self {
        let mut skipped = Vec::new();
        let mut named: BTreeMap<Box<str>, Vec<(usize, Jwk)>> = BTreeMap::new();
        for (position, entry) in entries.iter().take(MAX_PUBLISHED_KEYS).enumerate() {
            match key(position, entry) {
                Ok((kid, key)) => named.entry(kid).or_default().push((position, key)),
                Err(bad) => skipped.push(bad),
            }
        }
        if entries.len() > MAX_PUBLISHED_KEYS {
            let reason = SkipReason::TooMany(entries.len() - MAX_PUBLISHED_KEYS);
            skipped.push(Skipped { position: MAX_PUBLISHED_KEYS, kid: None, reason });
        }
        let mut keys = BTreeMap::new();
        for (kid, mut of_that_name) in named {
            if of_that_name.len() == 1 {
                keys.extend(of_that_name.pop().map(|(_, key)| (kid, key)));
                continue;
            }
            skipped.extend(of_that_name.into_iter().map(|(position, _)| Skipped {
                position,
                kid: Some(kid.clone()),
                reason: SkipReason::SameKid,
            }));
        }
        skipped.sort_unstable_by_key(|key| key.position);
        Self { keys, skipped }
    }

    /// The names of the good keys.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(AsRef::as_ref)
    }

    /// How many good keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no good key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that are not used, in the order of the document.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// What tells each key from any other of the same name: its thumbprint, and what it is for.
    pub(crate) fn marks(&self) -> BTreeMap<Box<str>, Box<str>> {
        let mark = |key: &Jwk| {
            let algorithm = key.algorithm.map_or("any", Algorithm::name);
            format!("{} {algorithm}", key.key.thumbprint()).into()
        };
        self.keys.iter().map(|(kid, key)| (kid.clone(), mark(key))).collect()
    }

    /// The keys, prepared for each of these algorithms that they may serve.
    pub(crate) fn key_set(&self, algorithms: &[Algorithm]) -> KeySet {
        let mut set = KeySet::default();
        for (kid, jwk) in &self.keys {
            for algorithm in algorithms {
                let meant = jwk.algorithm.is_none_or(|only| only == *algorithm);
                if let Some(key) = jwk.key.prepare(*algorithm).filter(|_| meant) {
                    set.add(*algorithm, Some(kid), None, Check::Signature(key));
                }
            }
        }
        set
    }
}

/// A good key with its name.
fn key(position: usize, entry: &str) -> Result<(Box<str>, Jwk), Skipped> {
    let skipped = |kid, reason| Skipped { position, kid, reason };
    let fault = |kid, fault| skipped(kid, SkipReason::Fault(fault));
    let object = Object::read_inside(entry, KEY_DEPTH).map_err(|why| fault(None, JwkFault::Json(why)))?;
    let name = object.get("kid").and_then(text).filter(|kid| kid.len() <= MAX_KID_BYTES);
    let key = Jwk::read(&object).map_err(|why| fault(name.map(|name| name.into()), why))?;
    match key.kid.clone() {
        None => Err(skipped(None, SkipReason::NoKid)),
        Some(kid) if kid.is_empty() => Err(skipped(None, SkipReason::NoKid)),
        Some(kid) if kid.len() > MAX_KID_BYTES => Err(skipped(None, SkipReason::LongKid)),
        Some(kid) => Ok((kid, key)),
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::NoKid => f.write_str("it has no kid"),
            Self::LongKid => write!(f, "its kid is longer than {MAX_KID_BYTES} bytes"),
            Self::SameKid => f.write_str("another key has the same kid"),
            Self::TooMany(count) => {
                write!(f, "{count} keys more than the {MAX_PUBLISHED_KEYS} that are looked at")
            }
        }
    }
}

impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the key document is longer than {MAX_DOCUMENT_BYTES} bytes"),
            Self::Json(fault) => write!(f, "the key document is no strict JSON: {fault}"),
            Self::NoKeys => f.write_str("the key document has no array of keys"),
        }
    }
}

impl std::error::Error for DocumentFault {}

impl fmt::Debug for KeyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kids: Vec<_> = self.kids().collect();
        f.debug_struct("KeyDocument").field("kids", &kids).field("skipped", &self.skipped).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PublicKeyFault;
    use crate::key::PublicKey;

    macro_rules! pem {
        ($name:literal) => {
            PublicKey::from_pem(include_str!(concat!("../../tests/keys/", $name))).expect("a good key")
        };
    }

    fn p256(kid: &str) -> String {
        pem!("p256.pub.pem").to_jwk(kid, Some(Algorithm::Es256))
    }

    fn rsa(kid: &str) -> String {
        pem!("rsa.pub.pem").to_jwk(kid, None)
    }

    fn read(keys: &[String]) -> KeyDocument {
        let document = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        KeyDocument::read(document.as_bytes()).expect("a document of keys")
    }

    fn kids(document: &KeyDocument) -> Vec<&str> {
        document.kids().collect()
    }

    fn reasons(document: &KeyDocument) -> Vec<(usize, Option<&str>, SkipReason)> {
        document.skipped().iter().map(|key| (key.position, key.kid.as_deref(), key.reason)).collect()
    }

    #[test]
    fn an_empty_document_says_that_there_are_no_keys() {
        let document = read(&[]);
        assert!(document.is_empty() && document.skipped().is_empty());
    }

    #[test]
    fn each_bad_key_is_skipped_for_its_own_reason_and_the_good_ones_stay() {
        let changed = |key: String, from: &str, to: &str| key.replacen(from, to, 1);
        let keys = [
            rsa("good"),
            r#"{"kty":"oct","kid":"secret","k":"AAAA"}"#.into(),
            changed(rsa("encryption"), r#""use":"sig""#, r#""use":"enc""#),
            changed(rsa("signing"), r#""use":"sig""#, r#""key_ops":["sign"]"#),
            changed(rsa("leaked"), r#""use":"sig""#, r#""d":"AQAB""#),
            pem!("rsa_other.pub.pem").to_jwk("curve", Some(Algorithm::Es256)),
            changed(rsa("exponent"), r#""e":"AQAB""#, r#""e":"Aw""#),
            r#"{"kty":"AKP","kid":"tomorrow"}"#.into(),
            changed(rsa("x"), r#","kid":"x""#, ""),
            rsa(""),
            rsa(&"k".repeat(MAX_KID_BYTES + 1)),
            changed(rsa("twice"), r#""use":"sig""#, r#""use":"sig","use":"sig""#),
            "7".into(),
            p256("also good"),
        ];
        let document = read(&keys);
        assert_eq!(kids(&document), ["also good", "good"]);
        let fault = SkipReason::Fault;
        assert_eq!(
            reasons(&document),
            [
                (1, Some("secret"), fault(JwkFault::Secret)),
                (2, Some("encryption"), fault(JwkFault::Use)),
                (3, Some("signing"), fault(JwkFault::Operations)),
                (4, Some("leaked"), fault(JwkFault::Private)),
                (5, Some("curve"), fault(JwkFault::WrongAlgorithm)),
                (6, Some("exponent"), fault(JwkFault::Key(PublicKeyFault::RsaExponent))),
                (7, Some("tomorrow"), fault(JwkFault::KeyType)),
                (8, None, SkipReason::NoKid),
                (9, None, SkipReason::NoKid),
                (10, None, SkipReason::LongKid),
                (11, None, fault(JwkFault::Json(JsonFault::DuplicateName))),
                (12, None, fault(JwkFault::Json(JsonFault::Syntax))),
            ]
        );
    }

    #[test]
    fn of_two_good_keys_with_one_name_neither_is_used() {
        let document = read(&[p256("a"), p256("b"), rsa("a")]);
        assert_eq!(kids(&document), ["b"]);
        assert_eq!(
            reasons(&document),
            [(0, Some("a"), SkipReason::SameKid), (2, Some("a"), SkipReason::SameKid)]
        );
    }

    #[test]
    fn a_key_that_is_skipped_takes_no_name_away() {
        let encryption = rsa("a").replacen("\"sig\"", "\"enc\"", 1);
        assert_eq!(kids(&read(&[encryption, p256("a")])), ["a"]);
    }

    #[test]
    fn only_so_many_keys_are_looked_at_and_the_rest_is_one_complaint() {
        let keys: Vec<_> = (0..MAX_PUBLISHED_KEYS + 3).map(|number| p256(&format!("{number:03}"))).collect();
        let document = read(&keys);
        assert_eq!(document.len(), MAX_PUBLISHED_KEYS);
        assert_eq!(reasons(&document), [(MAX_PUBLISHED_KEYS, None, SkipReason::TooMany(3))]);
    }

    #[test]
    fn what_is_no_document_of_keys_is_refused_as_a_whole() {
        let fault = |text: &str| KeyDocument::read(text.as_bytes()).expect_err("no document");
        for text in ["", "[]", "<html></html>", "{}{}", r#"{"keys":[],}"#] {
            assert_eq!(fault(text), DocumentFault::Json(JsonFault::Syntax), "{text}");
        }
        for text in ["{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"error":"gone"}"#] {
            assert_eq!(fault(text), DocumentFault::NoKeys, "{text}");
        }
        let deep = format!(r#"{{"keys":[],"x":{}{}}}"#, "[".repeat(16), "]".repeat(16));
        for (text, reason) in [
            (r#"{"keys":[],"keys":[]}"#, JsonFault::DuplicateName),
            (r#"{"keys":[],"x":{"a":1,"a":1}}"#, JsonFault::DuplicateName),
            (&*deep, JsonFault::TooDeep),
        ] {
            assert_eq!(fault(text), DocumentFault::Json(reason), "{text}");
        }
        assert_eq!(KeyDocument::read(b"\xff").unwrap_err(), DocumentFault::Json(JsonFault::Encoding));
        assert_eq!(fault(&" ".repeat(MAX_DOCUMENT_BYTES + 1)), DocumentFault::TooLong);
    }

    #[test]
    fn a_key_that_nests_too_deep_spoils_itself_only() {
        let nested = |depth: usize| {
            let inner = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            rsa("deep").replacen(r#""use":"sig""#, &format!(r#""x":{inner}"#), 1)
        };
        assert_eq!(kids(&read(&[nested(13), p256("a")])), ["a", "deep"]);
        let document = read(&[nested(14), p256("a")]);
        assert_eq!(kids(&document), ["a"]);
        assert_eq!(document.skipped()[0].reason, SkipReason::Fault(JwkFault::Json(JsonFault::TooDeep)));
    }

    #[test]
    fn a_key_serves_the_algorithms_of_the_realm_that_it_is_meant_for() {
        let realm = [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::Hs256];
        assert_eq!(read(&[rsa("a")]).key_set(&realm).len(), 2, "any RSA algorithm of the realm");
        let only = pem!("rsa.pub.pem").to_jwk("a", Some(Algorithm::Ps256));
        assert_eq!(read(&[only]).key_set(&realm).len(), 1, "the one that it names");
        assert_eq!(read(&[p256("a")]).key_set(&[Algorithm::Rs256]).len(), 0, "none of the realm's");
    }

    #[test]
    fn a_key_that_takes_the_name_of_another_is_another() {
        let one = read(&[rsa("a")]).marks();
        assert_eq!(one, read(&[rsa("a")]).marks());
        assert_ne!(one, read(&[pem!("rsa_other.pub.pem").to_jwk("a", None)]).marks());
        assert_ne!(one, read(&[pem!("rsa.pub.pem").to_jwk("a", Some(Algorithm::Rs256))]).marks());
    }
}
