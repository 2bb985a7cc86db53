//! Which connections came in with which token, and in which login session: where revocations look first.
//!
//! A badge is the hash of such a name. It takes 16 bytes and its share of a tree, 25 to 30 bytes in all, for each name
//! that a token has; connections whose tokens have none cost nothing here. Two names with one hash do no harm:
//! whoever is found is looked at before anything happens to him.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use vestibule_model::{Credential, OrganisationId};

use super::connection::ConnectionId;

/// The badges of one worker's admitted connections.
#[derive(Default)]
pub struct Badges {
    worn: BTreeSet<(u64, ConnectionId)>,
    hasher: RandomState,
}

/// What a badge says.
#[derive(Hash)]
pub enum Badge<'a> {
    /// The token's id.
    Token(&'a str),
    /// The login session's.
    Session(&'a str),
}

impl Badges {
    /// The connection goes by this credential.
    pub fn add(&mut self, organisation: &OrganisationId, credential: &Credential, who: ConnectionId) {
        for badge in of(credential) {
            self.worn.insert((self.hash(organisation, &badge), who));
        }
    }

    /// It does so no longer.
    pub fn remove(&mut self, organisation: &OrganisationId, credential: &Credential, who: ConnectionId) {
        for badge in of(credential) {
            self.worn.remove(&(self.hash(organisation, &badge), who));
        }
    }

    /// All who have that badge, and perhaps a few who do not.
    pub fn with(&self, organisation: &OrganisationId, badge: &Badge<'_>) -> Vec<ConnectionId> {
        let hash = self.hash(organisation, badge);
        let all = (hash, ConnectionId::FIRST)..=(hash, ConnectionId::LAST);
        self.worn.range(all).map(|(_, who)| *who).collect()
    }

    fn hash(&self, organisation: &OrganisationId, badge: &Badge<'_>) -> u64 {
        self.hasher.hash_one((organisation.as_str(), badge))
    }
}

fn of(credential: &Credential) -> impl Iterator<Item = Badge<'_>> {
    let token = credential.token.as_deref().map(Badge::Token);
    token.into_iter().chain(credential.session.as_deref().map(Badge::Session))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_found_by_its_token_and_its_session_until_it_has_others() {
        let organisation = OrganisationId::from_verified("o");
        let named = |token: &str| Credential {
            token: Some(token.into()),
            session: Some("s".into()),
            ..Credential::default()
        };
        let (a, b) = (ConnectionId::for_test(1), ConnectionId::for_test(2));
        let mut badges = Badges::default();
        badges.add(&organisation, &named("t"), a);
        badges.add(&organisation, &named("u"), b);
        assert_eq!(badges.with(&organisation, &Badge::Session("s")), [a, b]);
        assert_eq!(badges.with(&organisation, &Badge::Token("t")), [a]);
        assert!(badges.with(&organisation, &Badge::Token("s")).is_empty(), "a session is no token");
        assert!(badges.with(&OrganisationId::from_verified("p"), &Badge::Token("t")).is_empty());
        badges.remove(&organisation, &named("t"), a);
        badges.remove(&organisation, &named("u"), b);
        assert!(badges.worn.is_empty());
    }

    #[test]
    fn a_token_without_names_costs_nothing() {
        let mut badges = Badges::default();
        badges.add(&OrganisationId::from_verified("o"), &Credential::default(), ConnectionId::for_test(1));
        assert!(badges.worn.is_empty());
    }
}
