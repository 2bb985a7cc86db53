//! Keys as JSON (RFC 7517, RFC 7518, RFC 8037): read strictly, told to others, and named by their thumbprint.

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Algorithm, KeyKind, Numbers, PublicKey, PublicKeyFault};
use crate::JsonFault;
use crate::token::Object;
use crate::token::json::{items, text};

/// Members that only a private key has.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A key as a provider publishes it: public, and meant for the checking of signatures.
pub(crate) struct Jwk {
    /// The key.
    pub(crate) key: PublicKey,
    /// Its name, if it has one.
    pub(crate) kid: Option<Box<str>>,
    /// The one algorithm that it is for, if it says so.
    pub(crate) algorithm: Option<Algorithm>,
}

/// What is wrong with a JWK. Names in it are names of members, never values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwkFault {
    /// Not a strict JSON object.
    Json(JsonFault),
    /// A member that the key needs is absent.
    Missing(&'static str),
    /// A member has the wrong JSON type.
    Type(&'static str),
    /// A number is not in canonical base64url.
    Encoding(&'static str),
    /// A kind of key that is not known.
    KeyType,
    /// A curve that is not supported.
    Curve,
    /// A shared secret, which nobody may publish.
    Secret,
    /// It has members of a private key.
    Private,
    /// `use` is something else than `sig`.
    Use,
    /// `key_ops` does not hold `verify`.
    Operations,
    /// `alg` is no algorithm of signatures that is known.
    Algorithm,
    /// `alg` does not work with such a key.
    WrongAlgorithm,
    /// The key itself is weak or no key at all.
    Key(PublicKeyFault),
}

impl Jwk {
    /// Reads a published key. Members without a meaning here are passed over, as RFC 7517 asks.
    pub(crate) fn read(object: &Object<'_>) -> Result<Self, JwkFault> {
        let kind = needed(object, "kty")?;
        if kind == "oct" {
            return Err(JwkFault::Secret);
        }
        if PRIVATE.iter().any(|name| object.get(name).is_some()) {
            return Err(JwkFault::Private);
        }
        check_purpose(object)?;
        let key = PublicKey::from_jwk(object)?;
        let algorithm = match member(object, "alg")? {
            Some(name) => Some(Algorithm::from_name(&name).ok_or(JwkFault::Algorithm)?),
            None => None,
        };
        if algorithm.is_some_and(|algorithm| algorithm.key_kind() != key.kind()) {
            return Err(JwkFault::WrongAlgorithm);
        }
        let kid = member(object, "kid")?.map(|kid| kid.into());
        Ok(Self { key, kid, algorithm })
    }
}

fn check_purpose(object: &Object<'_>) -> Result<(), JwkFault> {
    if member(object, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err(JwkFault::Use);
    }
    let Some(operations) = object.get("key_ops") else { return Ok(()) };
    let operations = items(operations).ok_or(JwkFault::Type("key_ops"))?;
    let operations: Option<Vec<_>> = operations.into_iter().map(text).collect();
    match operations {
        None => Err(JwkFault::Type("key_ops")),
        Some(operations) if operations.iter().any(|operation| operation == "verify") => Ok(()),
        Some(_) => Err(JwkFault::Operations),
    }
}

impl PublicKey {
    /// Reads the public numbers of a JWK and nothing else: whatever else it says is for the caller to judge.
    pub(crate) fn from_jwk(object: &Object<'_>) -> Result<Self, JwkFault> {
        let (kind, numbers) = match &*needed(object, "kty")? {
            "RSA" => (KeyKind::Rsa, Numbers::Rsa { n: number(object, "n")?, e: number(object, "e")? }),
            "EC" => (curve(object)?, Numbers::Ec { x: number(object, "x")?, y: number(object, "y")? }),
            "OKP" if needed(object, "crv")? == "Ed25519" => {
                (KeyKind::Ed25519, Numbers::Ed25519 { x: number(object, "x")? })
            }
            "OKP" => return Err(JwkFault::Curve),
            _ => return Err(JwkFault::KeyType),
        };
        Self::from_numbers(kind, &numbers).map_err(JwkFault::Key)
    }

    /// The key for others to check signatures with, its members in the order of the alphabet. Without an algorithm it
    /// is for all that work with such a key.
    pub(crate) fn to_jwk(&self, kid: &str, algorithm: Option<Algorithm>) -> String {
        let mut members = self.members();
        members.push(("use", "sig".into()));
        members.push(("kid", kid.into()));
        members.extend(algorithm.map(|algorithm| ("alg", algorithm.name().into())));
        members.sort_unstable();
        object(&members)
    }

    /// The key's name after RFC 7638: the SHA-256 of what makes it this key, in base64url.
    pub(crate) fn thumbprint(&self) -> String {
        let digest = digest::digest(&digest::SHA256, self.to_canonical_jwk().as_bytes());
        URL_SAFE_NO_PAD.encode(digest)
    }

    /// The numbers of the key and nothing else, its members in the order of the alphabet.
    pub(crate) fn to_canonical_jwk(&self) -> String {
        object(&self.members())
    }

    /// The members that make it this key, in the order of the alphabet.
    pub(crate) fn members(&self) -> Vec<(&'static str, Cow<'static, str>)> {
        let written = |number: &[u8]| URL_SAFE_NO_PAD.encode(number).into();
        let curve = ("crv", curve_name(self.kind()).into());
        match self.numbers() {
            Numbers::Rsa { n, e } => vec![("e", written(&e)), ("kty", "RSA".into()), ("n", written(&n))],
            Numbers::Ec { x, y } => {
                vec![curve, ("kty", "EC".into()), ("x", written(&x)), ("y", written(&y))]
            }
            Numbers::Ed25519 { x } => vec![curve, ("kty", "OKP".into()), ("x", written(&x))],
        }
    }
}

fn object(members: &[(&str, Cow<'_, str>)]) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let members: Vec<_> =
        members.iter().map(|(name, value)| format!("\"{name}\":{}", quoted(value))).collect();
    format!("{{{}}}", members.join(","))
}

const fn curve_name(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::P256 => "P-256",
        KeyKind::P384 => "P-384",
        KeyKind::P521 => "P-521",
        KeyKind::Ed25519 => "Ed25519",
        KeyKind::Hmac | KeyKind::Rsa => "",
    }
}

fn curve(object: &Object<'_>) -> Result<KeyKind, JwkFault> {
    let name = needed(object, "crv")?;
    let known = [KeyKind::P256, KeyKind::P384, KeyKind::P521];
    known.into_iter().find(|kind| curve_name(*kind) == name).ok_or(JwkFault::Curve)
}

pub(crate) fn member<'a>(object: &Object<'a>, name: &'static str) -> Result<Option<Cow<'a, str>>, JwkFault> {
    let Some(raw) = object.get(name) else { return Ok(None) };
    text(raw).map(Some).ok_or(JwkFault::Type(name))
}

fn needed<'a>(object: &Object<'a>, name: &'static str) -> Result<Cow<'a, str>, JwkFault> {
    member(object, name)?.ok_or(JwkFault::Missing(name))
}

pub(crate) fn number(object: &Object<'_>, name: &'static str) -> Result<Vec<u8>, JwkFault> {
    URL_SAFE_NO_PAD.decode(&*needed(object, name)?).map_err(|_| JwkFault::Encoding(name))
}

impl fmt::Display for JwkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Json(fault) => return fault.fmt(f),
            Self::Missing(name) => return write!(f, "{name} is missing"),
            Self::Type(name) => return write!(f, "{name} has the wrong JSON type"),
            Self::Encoding(name) => return write!(f, "{name} is not canonical base64url"),
            Self::KeyType => "kty is unknown",
            Self::Curve => "crv is not supported",
            Self::Secret => "a shared secret, which must not be published",
            Self::Private => "it has members of a private key",
            Self::Use => "use is not sig",
            Self::Operations => "key_ops does not hold verify",
            Self::Algorithm => "alg is no known algorithm of signatures",
            Self::WrongAlgorithm => "alg does not work with this kind of key",
            Self::Key(fault) => return fault.fmt(f),
        };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    macro_rules! pem {
        ($name:literal) => {
            PublicKey::from_pem(include_str!(concat!("../../tests/keys/", $name))).expect("a good key")
        };
    }

    fn read(jwk: &Value) -> Result<Jwk, JwkFault> {
        let text = jwk.to_string();
        Jwk::read(&Object::read(text.as_bytes()).expect("strict JSON"))
    }

    fn fault(jwk: &Value) -> Option<JwkFault> {
        read(jwk).err()
    }

    fn jwk(key: &PublicKey) -> Value {
        serde_json::from_str(&key.to_jwk("k", None)).expect("JSON")
    }

    fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
        jwk[name] = value.into();
        jwk
    }

    fn all() -> [PublicKey; 5] {
        [
            pem!("rsa.pub.pem"),
            pem!("p256.pub.pem"),
            pem!("p384.pub.pem"),
            pem!("p521.pub.pem"),
            pem!("ed25519.pub.pem"),
        ]
    }

    #[test]
    fn every_kind_of_key_comes_back_as_it_went() {
        for key in all() {
            let back = read(&jwk(&key)).expect("a good key");
            assert_eq!(back.key.numbers(), key.numbers());
            assert_eq!((back.key.kind(), back.kid.as_deref(), back.algorithm), (key.kind(), Some("k"), None));
            assert_eq!(back.key.thumbprint(), key.thumbprint());
        }
    }

    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        // The key and the result of RFC 7638, section 3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXj\
            BZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJ\
            ZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniI\
            qbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = read(&json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}));
        assert_eq!(key.expect("a good key").key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn what_is_told_to_others_says_what_it_is_for_in_the_order_of_the_alphabet() {
        let told = pem!("p256.pub.pem").to_jwk("a \"name\"", Some(Algorithm::Es256));
        assert!(
            told.starts_with(
                r#"{"alg":"ES256","crv":"P-256","kid":"a \"name\"","kty":"EC","use":"sig","x":""#
            )
        );
        let read = read(&serde_json::from_str(&told).expect("JSON")).expect("a good key");
        assert_eq!((read.kid.as_deref(), read.algorithm), (Some("a \"name\""), Some(Algorithm::Es256)));
    }

    #[test]
    fn a_key_is_for_signatures_or_does_not_say() {
        let key = jwk(&pem!("p256.pub.pem"));
        assert_eq!(fault(&with(key.clone(), "use", "enc")), Some(JwkFault::Use));
        assert_eq!(fault(&with(key.clone(), "use", Value::Null)), Some(JwkFault::Type("use")));
        assert_eq!(fault(&with(key.clone(), "key_ops", json!(["sign"]))), Some(JwkFault::Operations));
        assert_eq!(fault(&with(key.clone(), "key_ops", json!([]))), Some(JwkFault::Operations));
        assert_eq!(fault(&with(key.clone(), "key_ops", "verify")), Some(JwkFault::Type("key_ops")));
        assert_eq!(fault(&with(key.clone(), "key_ops", json!([1]))), Some(JwkFault::Type("key_ops")));
        assert_eq!(fault(&with(key, "key_ops", json!(["sign", "verify"]))), None);
    }

    #[test]
    fn secrets_and_private_keys_are_refused_by_name() {
        assert_eq!(fault(&json!({"kty": "oct", "k": "c2VjcmV0"})), Some(JwkFault::Secret));
        for name in PRIVATE {
            let leaked = with(jwk(&pem!("rsa.pub.pem")), name, "AQAB");
            assert_eq!(fault(&leaked), Some(JwkFault::Private), "{name}");
        }
    }

    #[test]
    fn the_algorithm_fits_the_key_and_its_curve() {
        let p384 = jwk(&pem!("p384.pub.pem"));
        assert_eq!(fault(&with(p384.clone(), "alg", "ES256")), Some(JwkFault::WrongAlgorithm));
        assert_eq!(fault(&with(p384.clone(), "alg", "HS256")), Some(JwkFault::WrongAlgorithm));
        assert_eq!(fault(&with(p384.clone(), "alg", "ECDH-ES")), Some(JwkFault::Algorithm));
        assert_eq!(fault(&with(p384.clone(), "alg", 384)), Some(JwkFault::Type("alg")));
        assert_eq!(fault(&with(p384, "alg", "ES384")), None);
        assert_eq!(fault(&with(jwk(&pem!("rsa.pub.pem")), "alg", "PS512")), None);
    }

    #[test]
    fn weak_rsa_keys_are_refused_for_what_is_weak() {
        let rsa = jwk(&pem!("rsa.pub.pem"));
        let size = |bytes: usize| with(rsa.clone(), "n", URL_SAFE_NO_PAD.encode(vec![0xff; bytes]));
        let bad = |fault| Some(JwkFault::Key(fault));
        assert_eq!(fault(&size(128)), bad(PublicKeyFault::RsaSize(1024)));
        assert_eq!(fault(&size(255)), bad(PublicKeyFault::RsaSize(2040)));
        assert_eq!(fault(&size(1025)), bad(PublicKeyFault::RsaSize(8200)));
        assert_eq!(fault(&with(rsa.clone(), "e", "Aw")), bad(PublicKeyFault::RsaExponent));
        assert!(matches!(fault(&with(rsa.clone(), "e", "AQAC")), Some(JwkFault::Key(_))), "an even exponent");
        assert_eq!(fault(&with(rsa.clone(), "e", "")), bad(PublicKeyFault::Numbers));
        assert_eq!(fault(&with(rsa, "e", "AAEAAQ")), bad(PublicKeyFault::Numbers), "a leading zero");
    }

    #[test]
    fn a_point_has_the_size_of_its_curve_and_lies_on_it() {
        let bad = Some(JwkFault::Key(PublicKeyFault::Numbers));
        for key in [pem!("p256.pub.pem"), pem!("p384.pub.pem"), pem!("p521.pub.pem")] {
            let Numbers::Ec { x, mut y } = key.numbers() else { unreachable!("a point") };
            let good = jwk(&key);
            assert_eq!(fault(&with(good.clone(), "x", URL_SAFE_NO_PAD.encode(&x[1..]))), bad);
            assert_eq!(fault(&with(good.clone(), "x", URL_SAFE_NO_PAD.encode([&[0], &x[..]].concat()))), bad);
            y[20] ^= 1;
            assert_eq!(fault(&with(good.clone(), "y", URL_SAFE_NO_PAD.encode(y))), bad);
            assert_eq!(fault(&with(good, "crv", "secp256k1")), Some(JwkFault::Curve));
        }
        let moved = with(jwk(&pem!("p256.pub.pem")), "crv", "P-384");
        assert_eq!(fault(&moved), bad);
        assert_eq!(fault(&with(jwk(&pem!("ed25519.pub.pem")), "crv", "X25519")), Some(JwkFault::Curve));
        assert_eq!(fault(&with(jwk(&pem!("ed25519.pub.pem")), "x", "AAAA")), bad);
    }

    #[test]
    fn numbers_have_one_spelling() {
        let key = jwk(&pem!("ed25519.pub.pem"));
        let x = key["x"].as_str().expect("a text").to_owned();
        for spelling in [format!("{x}="), format!(" {x}"), format!("{}+", &x[1..]), format!("{}/", &x[1..])] {
            assert_eq!(fault(&with(key.clone(), "x", spelling)), Some(JwkFault::Encoding("x")));
        }
        assert_eq!(fault(&with(key, "x", 1)), Some(JwkFault::Type("x")));
    }

    #[test]
    fn what_a_key_needs_is_named() {
        assert_eq!(fault(&json!({})), Some(JwkFault::Missing("kty")));
        assert_eq!(fault(&json!({"kty": "AKP"})), Some(JwkFault::KeyType));
        assert_eq!(fault(&json!({"kty": "RSA", "n": "AQ"})), Some(JwkFault::Missing("e")));
        assert_eq!(fault(&json!({"kty": "EC", "x": "AQ", "y": "AQ"})), Some(JwkFault::Missing("crv")));
        assert_eq!(fault(&json!({"kty": "OKP", "crv": "Ed25519"})), Some(JwkFault::Missing("x")));
        assert_eq!(fault(&with(jwk(&pem!("p256.pub.pem")), "kid", 7)), Some(JwkFault::Type("kid")));
    }
}
