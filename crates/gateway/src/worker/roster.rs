//! Which connections a user has on this worker.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use vestibule_model::{OrganisationId, UserId};

use super::connection::ConnectionId;

type UserKey = (OrganisationId, UserId);

/// The admitted connections of one worker, by user.
#[derive(Default)]
pub struct Roster(HashMap<UserKey, Connections, RandomState>);

/// Most users have one connection; the anonymous user may have all of them.
enum Connections {
    One(ConnectionId),
    Many(IndexSet<ConnectionId, RandomState>),
}

impl Roster {
    /// The connection is one of the user's.
    pub fn add(&mut self, organisation: &OrganisationId, user: &UserId, who: ConnectionId) {
        match self.0.entry((organisation.clone(), user.clone())) {
            Entry::Vacant(entry) => {
                entry.insert(Connections::One(who));
            }
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Connections::One(other) => {
                    let both = [*other, who].into_iter().collect();
                    entry.insert(Connections::Many(both));
                }
                Connections::Many(all) => {
                    all.insert(who);
                }
            },
        }
    }

    /// The connection is gone.
    pub fn remove(&mut self, organisation: &OrganisationId, user: &UserId, who: ConnectionId) {
        let Entry::Occupied(mut entry) = self.0.entry((organisation.clone(), user.clone())) else { return };
        let empty = match entry.get_mut() {
            Connections::One(only) => *only == who,
            Connections::Many(all) => {
                all.swap_remove(&who);
                all.is_empty()
            }
        };
        if empty {
            entry.remove();
        }
    }

    /// The user's connections here.
    pub fn of(&self, organisation: &OrganisationId, user: &UserId) -> Vec<ConnectionId> {
        match self.0.get(&(organisation.clone(), user.clone())) {
            None => Vec::new(),
            Some(Connections::One(only)) => vec![*only],
            Some(Connections::Many(all)) => all.iter().copied().collect(),
        }
    }

    /// The organisation's connections here.
    pub fn of_organisation(&self, organisation: &OrganisationId) -> Vec<ConnectionId> {
        let users = self.0.iter().filter(|((of, _), _)| of == organisation);
        let mut all = Vec::new();
        for (_, connections) in users {
            match connections {
                Connections::One(only) => all.push(*only),
                Connections::Many(many) => all.extend(many),
            }
        }
        // A map has its own order, and what happens must not depend on it.
        all.sort_unstable();
        // Whoever has shown two tokens may be two of its users.
        all.dedup();
        all
    }

    /// How many connections the organisation has here.
    pub fn count(&self, organisation: &OrganisationId) -> usize {
        self.of_organisation(organisation).len()
    }

    /// The users of one organisation who are here.
    pub fn users<'a>(&'a self, organisation: &'a OrganisationId) -> impl Iterator<Item = &'a UserId> {
        self.0.keys().filter(move |(of, _)| of == organisation).map(|(_, user)| user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_forgotten_with_the_last_connection() {
        let (organisation, user) = (OrganisationId::from_verified("o"), UserId::new("u"));
        let (a, b) = (ConnectionId::for_test(1), ConnectionId::for_test(2));
        let mut roster = Roster::default();
        roster.add(&organisation, &user, a);
        roster.add(&organisation, &user, b);
        assert_eq!(roster.of(&organisation, &user), [a, b]);
        roster.remove(&organisation, &user, a);
        assert_eq!(roster.of(&organisation, &user), [b]);
        roster.remove(&organisation, &user, b);
        assert_eq!(roster.users(&organisation).count(), 0);
    }

    #[test]
    fn the_same_name_in_another_organisation_is_another_user() {
        let user = UserId::new("u");
        let mut roster = Roster::default();
        roster.add(&OrganisationId::from_verified("a"), &user, ConnectionId::for_test(1));
        assert!(roster.of(&OrganisationId::from_verified("b"), &user).is_empty());
    }
}
