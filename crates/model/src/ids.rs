//! Who: the tenant, the user, the client.

use std::fmt;
use std::sync::Arc;

/// The tenant to which a channel, a user and a stored row belong: exactly one each.
///
/// An organisation comes from something that was verified (a token, an API key) and from nowhere else, least of
/// all from a frame. The constructor says so in its name; `xtask tidy` lists the files that may call it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganisationId(Arc<str>);

impl OrganisationId {
    /// The name of the one organisation of an installation that speaks of none.
    pub const DEFAULT: &str = "default";

    /// The organisation that a verified credential names.
    pub fn from_verified(name: &str) -> Self {
        Self(name.into())
    }

    /// Its name, as the credential or the configuration spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OrganisationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrganisationId({})", self.0)
    }
}

/// A user within an organisation; the empty name is the anonymous user.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(Arc<str>);

impl UserId {
    /// The longest name that logs, keys and lists can carry, in bytes.
    pub const LONGEST: usize = 255;

    /// Whether logs, keys and lists can carry a name: it is not too long and has no control characters.
    pub fn is_plain(name: &str) -> bool {
        name.len() <= Self::LONGEST && !name.chars().any(char::is_control)
    }

    /// The user of that name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The user who did not say who he is.
    pub fn anonymous() -> Self {
        Self::new("")
    }

    /// True for the empty name.
    pub fn is_anonymous(&self) -> bool {
        self.0.is_empty()
    }

    /// The name as the token spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserId({})", self.0)
    }
}

/// One connection as its peers see it: a random UUID (version 4), made when the connection opens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId([u8; 16]);

impl ClientId {
    /// The id that 128 random bits make; six of them are overwritten by the UUID's version and variant.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid().into_bytes())
    }

    /// Reads the 36-character form that [`Display`](fmt::Display) writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let id = uuid::Uuid::try_parse(text).ok()?;
        (text.len() == 36).then_some(Self(id.into_bytes()))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).as_hyphenated().fmt(f)
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_is_a_version_4_uuid_and_reads_back() {
        let id = ClientId::from_random([0xff; 16]);
        assert_eq!(id.to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(ClientId::parse(&id.to_string()), Some(id));
    }

    #[test]
    fn only_the_36_character_form_is_a_client_id() {
        assert_eq!(ClientId::parse("ffffffffffff4fffbfffffffffffffff"), None);
        assert_eq!(ClientId::parse(""), None);
    }
}
