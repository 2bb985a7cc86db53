//! `refresh`: a new token for the connection.

use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{ClientInfo, Expiry, Identity, ServerSubscription, UnixSeconds};

use super::joining::info_in_channel;
use super::open::Open;
use super::profile;
use super::subscription::Origin;
use super::turn::Turn;
use super::verdict::{Errand, Step, Verdict};
use crate::centrifuge::codes::disconnect;
use crate::centrifuge::wire::{Answer, RefreshRequest};
use crate::contract::{Effect, Refused, Token};

impl Open {
    pub(super) fn refresh(request: RefreshRequest, turn: &mut Turn<'_>) -> Verdict {
        if request.token.is_empty() {
            return Err(disconnect::BAD_REQUEST.into());
        }
        let ticket = turn.perform(Effect::Authenticate(Some(Token(request.token.into()))));
        Ok(Step::Waits(ticket, Errand::Refresh))
    }

    pub(super) fn refreshed(
        &mut self,
        identity: Result<Box<Identity>, Refused>,
        turn: &mut Turn<'_>,
    ) -> Verdict {
        let identity = match identity {
            Ok(identity) => identity,
            Err(refused) => return Err(profile::at_refresh(refused)),
        };
        if !self.is_vouched_for_by(&identity) {
            return Err(disconnect::INVALID_TOKEN.into());
        }
        if self.has_other_token_channels(&identity.subscriptions) {
            // The client comes back and gets what the new token gives.
            return Err(disconnect::INSUFFICIENT_STATE.into());
        }
        let expires = identity.expires.filter(|_| !turn.rules.client.insecure);
        if let Some(over) = turn.over(expires) {
            return Err(profile::at_end_in_refresh(over, self.voucher.profile));
        }
        let expires = expires.map(Expiry::at);
        turn.renew(identity.credential);
        self.describe(identity.info);
        self.set_expiry(expires, turn);
        Ok(Step::Done(Answer::Refresh(expires.and_then(|expires| turn.ttl(expires)))))
    }

    /// Whether the identity is the same user's, from the same source.
    fn is_vouched_for_by(&self, identity: &Identity) -> bool {
        identity.user == self.who.user
            && identity.realm == self.voucher.realm
            && identity.organisation == self.voucher.organisation
    }

    /// Sets when the connection ends unless it is refreshed again.
    pub(super) fn set_expiry(&mut self, expires: Option<UnixSeconds>, turn: &Turn<'_>) {
        let delay = turn.rules.client.expired_close_delay;
        self.expires = expires.map(|expires| turn.now.moment_of(turn.believed(expires)) + delay);
    }

    /// Changes what others see of the connection from now on; nothing changes nothing.
    pub(super) fn describe(&mut self, connection: Option<Bytes>) {
        if connection.is_none() || connection == self.who.connection {
            return;
        }
        self.who = Arc::new(ClientInfo { connection, ..ClientInfo::clone(&self.who) });
        for subscription in self.subscriptions.iter_mut() {
            subscription.info = info_in_channel(&self.who, subscription.info.channel.clone());
        }
    }

    /// Whether the token names other channels than the connection is subscribed to.
    fn has_other_token_channels(&self, named: &[ServerSubscription]) -> bool {
        let names = |channel: &str| named.iter().any(|subscription| *subscription.channel == *channel);
        let is_missing = |channel: &str| !channel.is_empty() && !self.subscriptions.contains(channel);
        named.iter().any(|subscription| is_missing(&subscription.channel))
            || self.subscriptions.iter().any(|s| s.origin == Origin::Token && !names(s.channel.name()))
    }
}
