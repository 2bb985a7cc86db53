//! That tokens are good no longer, although their signature and their time are.

use crate::{OrganisationId, UnixSeconds, UserId};

/// What revocations, bans and logouts know a token by. It is kept as long as a connection lives on that token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credential {
    /// The token's own id (`jti`), if it has one.
    pub token: Option<Box<str>>,
    /// The login session that the token belongs to (`sid`, `session_id`), if it says.
    pub session: Option<Box<str>>,
    /// When the token was issued (`iat`), if it says.
    pub issued: Option<UnixSeconds>,
}

/// An order that some tokens of one organisation are good no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The tenant whose tokens these are.
    pub organisation: OrganisationId,
    /// Which of its tokens.
    pub what: Revoked,
    /// The last second in which it can matter; after that it is forgotten.
    pub until: UnixSeconds,
}

/// Which tokens of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Revoked {
    /// The one with this `jti`.
    Token(Box<str>),
    /// Those of this login session: a logout.
    Session(Box<str>),
    /// Those of this user that were issued in this second or earlier, and those that do not say when.
    UserBefore(UserId, UnixSeconds),
    /// All of this user's, whenever they were issued: a block.
    User(UserId),
    /// Everybody's that were issued in this second or earlier, and those that do not say when.
    OrganisationBefore(UnixSeconds),
    /// Everybody's, whenever they were issued: the organisation is shut.
    Organisation,
}

/// What it takes for the bearer of a revoked token to come in again: of several, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cure {
    /// Another token of his, which his client can fetch by itself.
    FreshToken,
    /// That he logs in again: his session has ended.
    NewLogin,
    /// Nothing that he can do: he is blocked, or his organisation is shut.
    Nothing,
}

impl Cure {
    /// Whether a client that fetches another token and comes back may be let in.
    pub const fn is_a_fresh_token(self) -> bool {
        matches!(self, Self::FreshToken)
    }
}

impl Revocation {
    /// Whether it concerns this token of this user.
    pub fn concerns(&self, organisation: &OrganisationId, user: &UserId, credential: &Credential) -> bool {
        self.organisation == *organisation && self.what.concerns(user, credential)
    }
}

impl Revoked {
    fn concerns(&self, user: &UserId, credential: &Credential) -> bool {
        let issued_by = |end: &UnixSeconds| credential.issued.is_none_or(|issued| issued <= *end);
        match self {
            Self::Token(token) => credential.token.as_ref() == Some(token),
            Self::Session(session) => credential.session.as_ref() == Some(session),
            Self::UserBefore(of, end) => of == user && issued_by(end),
            Self::User(of) => of == user,
            Self::OrganisationBefore(end) => issued_by(end),
            Self::Organisation => true,
        }
    }

    /// What lets the bearers of these tokens in again.
    pub const fn cure(&self) -> Cure {
        match self {
            Self::Token(_) | Self::UserBefore(..) | Self::OrganisationBefore(_) => Cure::FreshToken,
            Self::Session(_) => Cure::NewLogin,
            Self::User(_) | Self::Organisation => Cure::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concerns(what: Revoked, credential: &Credential) -> bool {
        let organisation = OrganisationId::from_verified("o");
        let revocation = Revocation { organisation: organisation.clone(), what, until: UnixSeconds(100) };
        let elsewhere = OrganisationId::from_verified("p");
        assert!(!revocation.concerns(&elsewhere, &UserId::new("u"), credential), "another tenant's token");
        revocation.concerns(&organisation, &UserId::new("u"), credential)
    }

    #[test]
    fn a_token_is_known_by_its_id_its_session_its_user_and_its_time() {
        let credential =
            Credential { token: Some("t".into()), session: Some("s".into()), issued: Some(UnixSeconds(50)) };
        assert!(concerns(Revoked::Token("t".into()), &credential));
        assert!(!concerns(Revoked::Token("s".into()), &credential));
        assert!(concerns(Revoked::Session("s".into()), &credential));
        assert!(concerns(Revoked::User(UserId::new("u")), &credential));
        assert!(!concerns(Revoked::User(UserId::new("v")), &credential));
        assert!(concerns(Revoked::UserBefore(UserId::new("u"), UnixSeconds(50)), &credential));
        assert!(!concerns(Revoked::UserBefore(UserId::new("u"), UnixSeconds(49)), &credential));
        assert!(concerns(Revoked::Organisation, &credential));
    }

    #[test]
    fn a_token_that_hides_its_age_is_as_old_as_any() {
        let ageless = Credential::default();
        assert!(concerns(Revoked::UserBefore(UserId::new("u"), UnixSeconds(0)), &ageless));
        assert!(concerns(Revoked::OrganisationBefore(UnixSeconds(0)), &ageless));
        assert!(!concerns(Revoked::Token("t".into()), &ageless));
        assert!(!concerns(Revoked::Session("s".into()), &ageless));
    }
}
