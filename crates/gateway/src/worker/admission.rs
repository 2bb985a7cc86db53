//! Who a connection turns out to be, with which token it goes on, and when that is good no longer.
//!
//! A token is looked up among the revocations three times: when the steward has verified it, when its connection is
//! admitted here, and when somebody is revoked while it is. None slips through in between. A revocation is in the
//! index before its mail is sent, so whoever is admitted before the mail comes is found by it, and whoever is admitted
//! after it finds it in the index.

use vestibule_doors::contract::{Admission, Ending, Input, NotAdmitted, Notice, Order, Outcome, Ticket};
use vestibule_model::{Credential, Now, Revocation, Revoked};

use super::badges::Badge;
use super::connection::{Admitted, ConnectionId};
use super::inbox::{Addressed, Mail};
use super::link::Link;
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
        if let Some(healed) = self.house.steward.revoked(&organisation, &user, &credential, now) {
            return Err(NotAdmitted::Revoked { healed_by_a_fresh_token: healed });
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

    /// Ends the connections whose tokens are revoked.
    pub(super) fn revoke(&mut self, revocation: &Revocation, now: Now) {
        let organisation = &revocation.organisation;
        let suspects = match &revocation.what {
            Revoked::Token(token) => self.badges.with(organisation, &Badge::Token(token)),
            Revoked::Session(session) => self.badges.with(organisation, &Badge::Session(session)),
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
            if let Some(order) = self.order_if_revoked(who, now) {
                self.input(who, Input::Notice(Notice::Order(order)), now);
            }
        }
        if !suspects.is_empty() {
            self.house.inboxes.of(self.house.id).send(Mail::Suspects(suspects));
        }
    }

    /// One of its tokens is enough.
    fn order_if_revoked(&self, who: ConnectionId, now: Now) -> Option<Order> {
        let mut tokens = self.connection_ref(who)?.admitted.iter();
        let healed_by_a_fresh_token =
            tokens.find_map(|Admitted { organisation, user, credential, .. }| {
                self.house.steward.revoked(organisation, user, credential, now)
            })?;
        self.house.counters.revoked.add();
        Some(Order::Revoke { healed_by_a_fresh_token })
    }
}
