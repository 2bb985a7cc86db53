//! From where keys may be fetched.

use std::fmt;

use url::{Host, Url};

/// An address of keys that was found fit: over TLS, or on this machine, or the operator insists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAddress(Url);

/// Why keys are not fetched from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// Not an absolute address.
    Form,
    /// Neither `https` nor `http`.
    Scheme,
    /// `http` to another machine: whoever sits in between could give keys of his own.
    Unencrypted,
    /// A user or password in the address, which would end in logs.
    Credentials,
    /// A fragment, which no server ever sees.
    Fragment,
}

impl KeyAddress {
    /// Reads an address. `unencrypted` lifts the rule that `http` leads to this machine only.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str, unencrypted: bool) -> Result<Self, AddressFault> {
        // The parser mends what is no address; one that needs mending is a mistake or a trap.
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(AddressFault::Form);
        }
        let url = Url::parse(text).map_err(|_| AddressFault::Form)?;
        let behind = text.get(url.scheme().len()..).unwrap_or_default();
        let begins_well = behind.starts_with("://") && !behind.starts_with(":///");
        match url.scheme() {
            "https" | "http" if !begins_well => return Err(AddressFault::Form),
            "https" => {}
            "http" if unencrypted || is_here(&url) => {}
            "http" => return Err(AddressFault::Unencrypted),
            _ => return Err(AddressFault::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressFault::Credentials);
        }
        if url.fragment().is_some() {
            return Err(AddressFault::Fragment);
        }
        Ok(Self(url))
    }

    /// The address that a document found here names. Only a document from this machine may lead to this machine
    /// without TLS: one from elsewhere must not send the house to its neighbours.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn follow(&self, text: &str, unencrypted: bool) -> Result<Self, AddressFault> {
        let next = Self::parse(text, unencrypted)?;
        if next.0.scheme() == "http" && !unencrypted && !is_here(&self.0) {
            return Err(AddressFault::Unencrypted);
        }
        Ok(next)
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl fmt::Display for KeyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not an absolute address",
            Self::Scheme => "keys are fetched by https",
            Self::Unencrypted => "keys are fetched by https; http is for addresses of this machine",
            Self::Credentials => "an address of keys has no user and no password",
            Self::Fragment => "an address of keys has no fragment",
        })
    }
}

impl std::error::Error for AddressFault {}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<AddressFault> {
        KeyAddress::parse(text, false).err()
    }

    #[test]
    fn keys_come_over_tls_or_from_this_machine() {
        for text in [
            "https://id.example/jwks",
            "http://localhost:8080/a?b=c",
            "http://127.0.0.1/",
            "http://127.9.9.9/",
            "http://[::1]:1/",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
        for text in [
            "http://id.example/jwks",
            "http://localhost.id.example/",
            "http://127.0.0.1.id.example/",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert_eq!(fault(text), Some(AddressFault::Unencrypted), "{text}");
        }
    }

    #[test]
    fn only_the_operator_can_insist_on_going_without() {
        assert!(KeyAddress::parse("http://keycloak:8080/jwks", true).is_ok());
        assert_eq!(KeyAddress::parse("file:///etc/jwks.json", true), Err(AddressFault::Scheme));
    }

    #[test]
    fn what_is_no_plain_address_is_refused_by_name() {
        for text in [
            "",
            "id.example/jwks",
            "https://",
            "https:// id.example",
            "https://id.example\\@a",
            "https:/id.example",
            "https:id.example",
            "https:///id.example",
            "\thttps://a",
        ] {
            assert_eq!(fault(text), Some(AddressFault::Form), "{text:?}");
        }
        assert_eq!(fault("ftp://localhost/"), Some(AddressFault::Scheme));
        assert_eq!(fault("https://user@id.example/"), Some(AddressFault::Credentials));
        assert_eq!(fault("https://:word@id.example/"), Some(AddressFault::Credentials));
        assert_eq!(fault("https://id.example/#keys"), Some(AddressFault::Fragment));
    }

    #[test]
    fn a_document_from_elsewhere_does_not_lead_into_this_machine_without_tls() {
        let parse = |text| KeyAddress::parse(text, true).expect("an address");
        let elsewhere = parse("https://id.example/.well-known/openid-configuration");
        assert_eq!(elsewhere.follow("http://127.0.0.1:9000/", false), Err(AddressFault::Unencrypted));
        assert!(elsewhere.follow("https://keys.example/", false).is_ok());
        assert!(parse("http://localhost:1/").follow("http://127.0.0.1:9000/", false).is_ok());
        assert!(parse("http://keycloak:1/").follow("http://keycloak:1/certs", true).is_ok());
    }
}
