//! Where requests are done: the house, seen by a caller of one organisation.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::timeout;
use vestibule_doors::centrifuge::rules::ChannelRules;
use vestibule_doors::contract::Order;
use vestibule_model::{
    ChannelKey, ClientId, Door, Now, OrganisationId, Revocation, Revoked, UnixSeconds, UserId,
};
use vestibule_store::{KeptRevocation, RevocationId};

use super::info::Node;
use super::reply::Refusal;
use super::revocations::Remarks;
use crate::api::Api;
use crate::steward::{HouseBroker, Records};
use crate::worker::{Addressed, Question, Survey};

/// How long the workers may take to answer a question.
const SURVEY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many parts of a long request are done at a stretch: some tenths of a millisecond.
const STRETCH: usize = 64;

/// What a request is done with.
pub struct Desk<'a> {
    /// The house.
    pub house: &'a Api,
    /// How the node is called.
    pub node: &'a Node,
    /// The tenant of the caller.
    pub organisation: &'a OrganisationId,
    /// When the request was read.
    pub now: Now,
}

/// Whose connections an order is for, as requests say it.
pub struct Audience<'a> {
    /// The user.
    pub user: &'a str,
    /// Only this connection, if it is not empty.
    pub client: &'a str,
    /// Only the connection with this session, if it is not empty.
    pub session: &'a str,
    /// All but these connections.
    pub except: Vec<ClientId>,
}

impl Desk<'_> {
    /// The broker.
    pub fn broker(&self) -> &HouseBroker {
        self.house.steward.broker()
    }

    /// What is kept.
    pub fn records(&self) -> &Records {
        self.house.steward.records()
    }

    /// How long a token that there is now can matter; `None`: for ever.
    pub fn longest_token(&self) -> Option<Duration> {
        self.house.longest_token
    }

    /// The latest time at which a token says that it was issued, if it was issued by now: its issuer's clock may be
    /// ahead of ours.
    pub fn latest_issue(&self) -> UnixSeconds {
        UnixSeconds(self.now.unix.0.saturating_add_unsigned(self.house.clock_skew.as_secs()))
    }

    /// Revokes tokens of the caller's organisation, and ends the connections that came in with them.
    pub async fn revoke(
        &self,
        what: Revoked,
        until: UnixSeconds,
        remarks: Remarks,
    ) -> Result<RevocationId, Refusal> {
        let revocation = Revocation { organisation: self.organisation.clone(), what, until };
        let kept = KeptRevocation { revocation, made: self.now.unix, by: remarks.by, note: remarks.note };
        let inboxes = self.house.inboxes.clone();
        let tell = Box::new(move |revocation| inboxes.revoke(&revocation));
        Ok(self.records().revoke(kept, tell).await?)
    }

    /// A channel of the caller's organisation. Whoever has the key may use any name in a configured namespace, as
    /// whoever signs tokens may.
    pub fn channel(&self, name: &str) -> Result<(ChannelKey, &ChannelRules), Refusal> {
        if name.is_empty() {
            return Err(Refusal::BAD_REQUEST);
        }
        let rules = self.house.rules.vouched_channel(name)?;
        Ok((ChannelKey::new(self.organisation, Door::Centrifuge, name), rules))
    }

    /// Brings an order to the connections that are meant, of which there may be none.
    pub fn order(&self, audience: Audience<'_>, order: Order) {
        let only = match audience.client {
            "" => None,
            client => match ClientId::parse(client) {
                Some(client) => Some(client),
                None => return,
            },
        };
        // Only clients of one-way transports have sessions, and none of this house's doors is one.
        if !audience.session.is_empty() {
            return;
        }
        self.house.inboxes.order(Addressed {
            organisation: self.organisation.clone(),
            user: UserId::new(audience.user),
            only,
            except: audience.except,
            order,
        });
    }

    /// Asks all workers.
    pub async fn survey(&self, question: Question) -> Result<Vec<Survey>, Refusal> {
        timeout(SURVEY_TIMEOUT, self.house.inboxes.survey(question)).await.map_err(|_| Refusal::INTERNAL)
    }
}

/// Lets the connections of the thread have their turn before the next stretch of a long request. `done` counts its
/// parts.
pub async fn let_others(done: usize) {
    if done > 0 && done.is_multiple_of(STRETCH) {
        yield_now().await;
    }
}
