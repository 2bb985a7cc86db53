//! Who a connection turns out to be, with which token it goes on, and when that is good no longer.
//!
//! Subscriptions that needed a token of their own end with it, and leave the connection alone.
//!
//! A token is looked up among the revocations three times: when the steward has verified it, when its connection is
//! admitted here, and when somebody is revoked while it is. None slips through in between. A revocation is in the
//! index before its mail is sent, so whoever is admitted before the mail comes is found by it, and whoever is admitted
//! after it finds it in the index.

use vestibule_doors::contract::{Admission, Ending, Input, NotAdmitted, Notice, Order, Outcome, Ticket};
use vestibule_model::{ChannelKey, Credential, Cure, Now, OrganisationId, Revocation, Revoked};

use super::badges::Badge;
use super::connection::{Admitted, ConnectionId};
use super::inbox::{Addressed, Mail};
use super::link::Link;
use super::passes::Pass;
use super::{Worker, connection_of};

/// How many connections are told at a stretch that they are revoked: some milliseconds of goodbyes. The others of the
/// thread have their turn before the rest.
const STRETCH: usize = 500;

impl<L: Link> Worker<L> {
    pub(super) fn admit(&mut self, who: ConnectionId, ticket: Ticket, admission: Admission, now: Now) {
        let outcome = self.admit_unless_revoked(who, admission, now);
        self.house.inboxes.of(self.house.id).send(Mail::Outcome(who, ticket, Outcome::Admitted(outcome)));
    }

    fn admit_unless_revoked(
        &mut self,
        who: ConnectionId,
        admission: Admission,
        now: Now,
    ) -> Result<(), NotAdmitted> {
        let Admission { organisation, user, is_person, exclusive, credential } = admission;
        if let Some(cure) = self.house.steward.revoked(&organisation, &user, &credential, now) {
            return Err(NotAdmitted::Revoked(cure));
        }
        let seats = &self.house.seats;
        let seat = match is_person {
            true => seats.take(&organisation, &user),
            false => seats.take_by_token(&organisation, &user, credential.issued),
        }?;
        let Some(connection) = connection_of(&mut self.connections, who) else { return Ok(()) };
        self.roster.add(&organisation, &user, who);
        self.badges.add(&organisation, &credential, who);
        if exclusive {
            self.house.inboxes.order(Addressed {
                organisation: organisation.clone(),
                user: user.clone(),
                only: None,
                except: vec![connection.client],
                order: Order::End(Ending::Replaced),
            });
        }
        connection.admitted.push(Admitted { organisation, user, credential, _seat: seat });
        Ok(())
    }

    /// The connection goes on with a new token, which may have been revoked since it was verified.
    pub(super) fn renew(&mut self, who: ConnectionId, credential: Credential, now: Now) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        let Some(admitted) = connection.admitted.first_mut() else { return };
        self.badges.remove(&admitted.organisation, &admitted.credential, who);
        self.badges.add(&admitted.organisation, &credential, who);
        admitted.credential = credential;
        if let Some(order) = self.order_if_revoked(who, now) {
            self.notices.push_back((who, Notice::Order(order)));
        }
    }

    /// The connection is no longer one of its user's.
    pub(super) fn dismiss(&mut self, who: ConnectionId) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        for admitted in std::mem::take(&mut connection.admitted) {
            self.roster.remove(&admitted.organisation, &admitted.user, who);
            self.badges.remove(&admitted.organisation, &admitted.credential, who);
        }
    }

    /// A subscription was allowed by a token, or goes on with another one, which may have been revoked since it was
    /// verified.
    pub(super) fn grant(&mut self, who: ConnectionId, channel: ChannelKey, credential: Credential, now: Now) {
        let bearer = self.connection_ref(who).and_then(|connection| connection.admitted.first());
        if let Some(cure) = bearer.and_then(|bearer| self.cure_of(bearer, &credential, now)) {
            self.notices.push_back((who, Notice::Revoked(channel.clone(), cure)));
        }
        self.passes.put(who, channel, credential);
    }

    /// Ends the connections whose tokens are revoked, and the subscriptions.
    pub(super) fn revoke(&mut self, revocation: &Revocation, now: Now) {
        let organisation = &revocation.organisation;
        let suspects = match &revocation.what {
            Revoked::Token(token) => self.bearers(organisation, &Badge::Token(token)),
            Revoked::Session(session) => self.bearers(organisation, &Badge::Session(session)),
            Revoked::UserBefore(user, _) | Revoked::User(user) => self.roster.of(organisation, user),
            Revoked::OrganisationBefore(_) | Revoked::Organisation => {
                self.roster.of_organisation(organisation)
            }
        };
        self.examine(suspects, now);
    }

    /// Ends those of the suspects who go by a revoked token. They are asked now: since they were found, they may have
    /// gone on with another one.
    pub(super) fn examine(&mut self, mut suspects: Vec<ConnectionId>, now: Now) {
        for who in suspects.split_off(suspects.len().saturating_sub(STRETCH)) {
            let notices = match self.order_if_revoked(who, now) {
                Some(order) => vec![Notice::Order(order)],
                None => self.revoked_passes(who, now),
            };
            for notice in notices {
                self.input(who, Input::Notice(notice), now);
            }
        }
        if !suspects.is_empty() {
            self.house.inboxes.of(self.house.id).send(Mail::Suspects(suspects));
        }
    }

    /// Those who go by that name, or have a subscription that does.
    fn bearers(&self, organisation: &OrganisationId, badge: &Badge<'_>) -> Vec<ConnectionId> {
        let mut all = self.badges.with(organisation, badge);
        all.extend(self.passes.with(organisation, badge));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What the connection has to be told of those of its subscriptions whose tokens are revoked.
    fn revoked_passes(&self, who: ConnectionId, now: Now) -> Vec<Notice> {
        let bearer = self.connection_ref(who).and_then(|connection| connection.admitted.first());
        let notice = |pass: &Pass| {
            Some(Notice::Revoked(pass.channel.clone(), self.cure_of(bearer?, &pass.credential, now)?))
        };
        self.passes.of(who).iter().filter_map(notice).collect()
    }

    fn order_if_revoked(&self, who: ConnectionId, now: Now) -> Option<Order> {
        let tokens = self.connection_ref(who)?.admitted.iter();
        // One of its tokens is enough.
        let cure = tokens.filter_map(|admitted| self.cure_of(admitted, &admitted.credential, now)).max()?;
        self.house.counters.revoked.add();
        Some(Order::Revoke(cure))
    }

    /// What it takes for that user to come in again, if that token of his is revoked.
    fn cure_of(&self, admitted: &Admitted, credential: &Credential, now: Now) -> Option<Cure> {
        let Admitted { organisation, user, .. } = admitted;
        self.house.steward.revoked(organisation, user, credential, now)
    }
}
