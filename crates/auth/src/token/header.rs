//! The protected header: which algorithm and key the token wants.

use std::borrow::Cow;

use crate::token::Object;
use crate::{Algorithm, Reason};

/// Parameters that ask for processing which a token for this gateway never needs. Refused when present, whatever
/// their value, since ignoring one could turn the meaning of the payload around.
const FORBIDDEN: [&str; 5] = ["crit", "b64", "zip", "enc", "cty"];

/// The longest `kid`, in bytes: names longer than this are not names.
pub(crate) const MAX_KID_BYTES: usize = 256;

/// What the header says. Keys and addresses of keys inside a header (`jwk`, `jku`, `x5c`, `x5u`) are never read.
pub(crate) struct Header<'t> {
    /// The algorithm of the signature.
    pub(crate) algorithm: Algorithm,
    /// The name of the key.
    pub(crate) kid: Option<Cow<'t, str>>,
}

impl<'t> Header<'t> {
    /// Checks the parameters of a strict JSON header.
    pub(crate) fn read(object: &Object<'t>) -> Result<Self, Reason> {
        let algorithm = text(object, "alg")?.ok_or(Reason::HeaderType("alg"))?;
        let algorithm = Algorithm::from_name(&algorithm).ok_or(Reason::Algorithm)?;
        if let Some(name) = FORBIDDEN.into_iter().find(|name| object.get(name).is_some()) {
            return Err(Reason::HeaderForbidden(name));
        }
        if text(object, "typ")?.is_some_and(|kind| !is_token_type(&kind)) {
            return Err(Reason::TokenType);
        }
        let kid = text(object, "kid")?;
        if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID_BYTES) {
            return Err(Reason::HeaderType("kid"));
        }
        Ok(Self { algorithm, kid })
    }
}

fn text<'t>(object: &Object<'t>, name: &'static str) -> Result<Option<Cow<'t, str>>, Reason> {
    let Some(raw) = object.get(name) else { return Ok(None) };
    crate::token::json::text(raw).map(Some).ok_or(Reason::HeaderType(name))
}

/// `typ` is a media type whose `application/` may be left out, in any case.
fn is_token_type(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    matches!(kind.strip_prefix("application/").unwrap_or(&kind), "jwt" | "at+jwt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<(Algorithm, Option<String>), Reason> {
        let object = Object::read(header.as_bytes()).expect("strict JSON");
        Header::read(&object).map(|header| (header.algorithm, header.kid.map(Cow::into_owned)))
    }

    #[test]
    fn the_algorithm_is_all_that_a_header_needs() {
        assert_eq!(read(r#"{"alg":"HS256"}"#), Ok((Algorithm::Hs256, None)));
        assert_eq!(
            read(r#"{"alg":"ES384","kid":"k","typ":"JWT"}"#),
            Ok((Algorithm::Es384, Some("k".into())))
        );
    }

    #[test]
    fn algorithms_are_spelled_exactly() {
        for name in ["none", "NONE", "hs256", "HS256 ", "", "ES256K", "RSA-OAEP", "dir"] {
            assert_eq!(read(&format!(r#"{{"alg":"{name}"}}"#)), Err(Reason::Algorithm), "{name:?}");
        }
        for header in ["{}", r#"{"alg":null}"#, r#"{"alg":["HS256"]}"#, r#"{"alg":256}"#] {
            assert_eq!(read(header), Err(Reason::HeaderType("alg")), "{header}");
        }
    }

    #[test]
    fn a_parameter_that_would_change_the_meaning_is_refused_whatever_its_value() {
        for name in FORBIDDEN {
            for value in ["null", "false", "[]", "\"x\""] {
                let header = format!(r#"{{"alg":"HS256","{name}":{value}}}"#);
                assert_eq!(read(&header), Err(Reason::HeaderForbidden(name)), "{header}");
            }
        }
    }

    #[test]
    fn typ_says_token_or_nothing() {
        for typ in ["JWT", "jwt", "at+jwt", "application/at+JWT"] {
            assert!(read(&format!(r#"{{"alg":"HS256","typ":"{typ}"}}"#)).is_ok(), "{typ}");
        }
        for typ in ["", "dpop+jwt", "logout+jwt", "JWE", "application/"] {
            assert_eq!(read(&format!(r#"{{"alg":"HS256","typ":"{typ}"}}"#)), Err(Reason::TokenType), "{typ}");
        }
        assert_eq!(read(r#"{"alg":"HS256","typ":1}"#), Err(Reason::HeaderType("typ")));
    }

    #[test]
    fn kid_is_a_short_string() {
        let long = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(MAX_KID_BYTES + 1));
        for header in [r#"{"alg":"HS256","kid":null}"#, r#"{"alg":"HS256","kid":1}"#, long.as_str()] {
            assert_eq!(read(header), Err(Reason::HeaderType("kid")), "{header}");
        }
    }
}
