//! Which subscriptions were allowed by which token: where revocations look for those that end without their connection.
//!
//! Most subscriptions need no token, and cost nothing here.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use vestibule_model::{ChannelKey, Credential, OrganisationId};

use super::badges::{Badge, Badges};
use super::connection::ConnectionId;

/// The passes of one worker's connections.
#[derive(Default)]
pub struct Passes {
    held: HashMap<ConnectionId, Vec<Pass>, RandomState>,
    badges: Badges,
}

/// A token that allowed a subscription.
pub struct Pass {
    /// To what.
    pub channel: ChannelKey,
    /// What revocations know the token by.
    pub credential: Credential,
}

impl Passes {
    /// The subscription goes by this token from now on, and by no other.
    pub fn put(&mut self, who: ConnectionId, channel: ChannelKey, credential: Credential) {
        self.remove(who, &channel);
        self.badges.add(channel.organisation(), &credential, who);
        self.held.entry(who).or_default().push(Pass { channel, credential });
    }

    /// The subscription has ended.
    pub fn remove(&mut self, who: ConnectionId, channel: &ChannelKey) {
        let Some(passes) = self.held.get_mut(&who) else { return };
        let Some(index) = passes.iter().position(|pass| pass.channel == *channel) else { return };
        let gone = passes.swap_remove(index);
        self.badges.remove(channel.organisation(), &gone.credential, who);
        // Others may be of the same login session.
        for pass in passes.iter() {
            self.badges.add(pass.channel.organisation(), &pass.credential, who);
        }
        if passes.is_empty() {
            self.held.remove(&who);
        }
    }

    /// Those of one connection.
    pub fn of(&self, who: ConnectionId) -> &[Pass] {
        self.held.get(&who).map_or(&[], Vec::as_slice)
    }

    /// The connections of all that have that badge, and perhaps of a few that do not.
    pub fn with(&self, organisation: &OrganisationId, badge: &Badge<'_>) -> Vec<ConnectionId> {
        self.badges.with(organisation, badge)
    }
}

#[cfg(test)]
mod tests {
    use vestibule_model::Door;

    use super::*;

    fn organisation() -> OrganisationId {
        OrganisationId::from_verified("o")
    }

    fn channel(name: &str) -> ChannelKey {
        ChannelKey::new(&organisation(), Door::Centrifuge, name)
    }

    fn token(id: &str) -> Credential {
        Credential { token: Some(id.into()), session: Some("s".into()), ..Credential::default() }
    }

    fn found(passes: &Passes, badge: &Badge<'_>) -> usize {
        passes.with(&organisation(), badge).len()
    }

    #[test]
    fn a_login_session_is_found_until_the_last_of_its_subscriptions_has_ended() {
        let who = ConnectionId::for_test(1);
        let mut passes = Passes::default();
        passes.put(who, channel("a"), token("t"));
        passes.put(who, channel("b"), token("u"));
        passes.remove(who, &channel("a"));
        assert_eq!((found(&passes, &Badge::Token("t")), found(&passes, &Badge::Session("s"))), (0, 1));
        passes.remove(who, &channel("b"));
        assert_eq!(found(&passes, &Badge::Session("s")), 0);
        assert!(passes.held.is_empty(), "what is over costs nothing");
    }

    #[test]
    fn a_new_token_takes_the_place_of_the_old_one() {
        let who = ConnectionId::for_test(1);
        let mut passes = Passes::default();
        passes.put(who, channel("a"), token("t"));
        passes.put(who, channel("a"), token("u"));
        assert_eq!((found(&passes, &Badge::Token("t")), found(&passes, &Badge::Token("u"))), (0, 1));
        assert_eq!(passes.of(who).len(), 1);
        passes.remove(who, &channel("b"));
        assert_eq!(passes.of(who).len(), 1, "another channel's end is not its own");
    }
}
