//! The discovery document of OpenID Connect, of which two members matter.

use std::fmt;

use super::document::MAX_DOCUMENT_BYTES;
use super::{AddressFault, KeyAddress};
use crate::JsonFault;
use crate::token::Object;
use crate::token::json::text;

/// So many characters of an issuer that a document names are told; real ones are shorter.
const ISSUER_SHOWN: usize = 200;

/// What is wrong with a discovery document. Names in it are names of members; of values there is the issuer alone, which
/// is no secret, and which nobody could mend without seeing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiscoveryFault {
    /// Longer than [`MAX_DOCUMENT_BYTES`].
    TooLong,
    /// Not a strict JSON object.
    Json(JsonFault),
    /// A member that is needed is absent or no text.
    Member(&'static str),
    /// It speaks for an issuer that the realm does not know.
    Issuer {
        /// For which, as far as it is told.
        said: String,
        /// Those that the realm knows.
        known: Vec<String>,
    },
    /// Keys are not fetched from where it says.
    Address(AddressFault),
}

/// Where the keys are, as the discovery document at `address` says. Its issuer must be one of `issuers`, byte for byte.
///
/// # Errors
///
/// What is wrong with it.
pub fn jwks_uri(
    document: &[u8],
    address: &KeyAddress,
    issuers: &[String],
    unencrypted: bool,
) -> Result<KeyAddress, DiscoveryFault> {
    if document.len() > MAX_DOCUMENT_BYTES {
        return Err(DiscoveryFault::TooLong);
    }
    let object = Object::read(document).map_err(DiscoveryFault::Json)?;
    let needed = |name| object.get(name).and_then(text).ok_or(DiscoveryFault::Member(name));
    let issuer = needed("issuer")?;
    if !issuers.iter().any(|known| *known == issuer) {
        let said = issuer.chars().take(ISSUER_SHOWN).collect();
        return Err(DiscoveryFault::Issuer { said, known: issuers.to_vec() });
    }
    address.follow(&needed("jwks_uri")?, unencrypted).map_err(DiscoveryFault::Address)
}

impl fmt::Display for DiscoveryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the discovery document is longer than {MAX_DOCUMENT_BYTES} bytes"),
            Self::Json(fault) => write!(f, "the discovery document is no strict JSON: {fault}"),
            Self::Member(name) => write!(f, "the discovery document has no {name}"),
            Self::Issuer { said, known } => {
                write!(
                    f,
                    "the discovery document speaks for the issuer {said:?}, and the realm knows {known:?}"
                )
            }
            Self::Address(fault) => write!(f, "jwks_uri of the discovery document: {fault}"),
        }
    }
}

impl std::error::Error for DiscoveryFault {}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example/realms/one";

    fn read(document: &str) -> Result<String, DiscoveryFault> {
        let address = KeyAddress::parse("https://id.example/.well-known/openid-configuration", false);
        let issuers = ["https://other.example".into(), ISSUER.into()];
        jwks_uri(document.as_bytes(), &address.expect("an address"), &issuers, false)
            .map(|address| address.as_str().to_owned())
    }

    #[test]
    fn the_address_of_the_keys_is_taken_from_the_document() {
        let document =
            format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"https:\/\/id.example\/certs","x":[{{}}]}}"#);
        assert_eq!(read(&document).as_deref(), Ok("https://id.example/certs"));
    }

    #[test]
    fn another_issuer_has_nothing_to_say() {
        for issuer in
            ["https://id.example/realms/one/", "https://ID.example/realms/one", "https://evil.example", ""]
        {
            let document = format!(r#"{{"issuer":"{issuer}","jwks_uri":"https://id.example/certs"}}"#);
            let known = vec!["https://other.example".to_owned(), ISSUER.to_owned()];
            assert_eq!(read(&document), Err(DiscoveryFault::Issuer { said: issuer.into(), known }));
        }
    }

    #[test]
    fn of_another_issuer_as_much_is_told_as_fits_into_a_line() {
        let long = format!("https://{}", "a".repeat(1_000));
        let document = format!(r#"{{"issuer":"{long}\u000a","jwks_uri":"https://id.example/certs"}}"#);
        let told = read(&document).expect_err("another issuer").to_string();
        assert!(told.contains("\"https://aaaa") && told.len() < 400, "{told}");
        let document = r#"{"issuer":"a\u000ab","jwks_uri":"https://id.example/certs"}"#;
        let told = read(document).expect_err("another issuer").to_string();
        assert!(told.contains(r#""a\nb""#) && told.contains(&format!("{ISSUER:?}")), "{told}");
    }

    #[test]
    fn the_address_obeys_the_rule_of_addresses() {
        for (address, fault) in [
            ("http://id.example/certs", AddressFault::Unencrypted),
            ("http://127.0.0.1/certs", AddressFault::Unencrypted),
            ("/certs", AddressFault::Form),
            ("file:///etc/passwd", AddressFault::Scheme),
        ] {
            let document = format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"{address}"}}"#);
            assert_eq!(read(&document), Err(DiscoveryFault::Address(fault)), "{address}");
        }
    }

    #[test]
    fn what_is_missing_or_ambiguous_is_named() {
        assert_eq!(read("[]"), Err(DiscoveryFault::Json(JsonFault::Syntax)));
        assert_eq!(
            read(r#"{"issuer":"a","issuer":"a"}"#),
            Err(DiscoveryFault::Json(JsonFault::DuplicateName))
        );
        assert_eq!(read("{}"), Err(DiscoveryFault::Member("issuer")));
        assert_eq!(read(&format!(r#"{{"issuer":["{ISSUER}"]}}"#)), Err(DiscoveryFault::Member("issuer")));
        assert_eq!(read(&format!(r#"{{"issuer":"{ISSUER}"}}"#)), Err(DiscoveryFault::Member("jwks_uri")));
        assert_eq!(read(&" ".repeat(MAX_DOCUMENT_BYTES + 1)), Err(DiscoveryFault::TooLong));
    }
}
