//! `subscribe`: who may, and on what terms.
//!
//! The order of the questions is part of the protocol: it decides which error a client gets.

use vestibule_model::{ChannelOverride, SubscriptionGrant};

use super::joining::{Joining, info_in_channel};
use super::open::Open;
use super::profile;
use super::subscription::Origin;
use super::terms::{Terms, Wish};
use super::turn::Turn;
use super::verdict::{Denied, Errand, Step, Verdict, named};
use crate::centrifuge::codes::{ErrorCode, disconnect};
use crate::centrifuge::rules::ChannelRules;
use crate::centrifuge::wire::{Answer, SubscribeRequest};
use crate::contract::{Effect, Fault, Refusal, Subscribed, Token};

/// The type of a subscription to a stream; the others are maps (1 to 3) and shared polls (4).
const STREAM: i32 = 0;
const SHARED_POLL: i32 = 4;

/// The only delta algorithm that there is.
const FOSSIL: &str = "fossil";

impl Open {
    pub(super) fn subscribe(&mut self, mut request: SubscribeRequest, turn: &mut Turn<'_>) -> Verdict {
        named(&request.channel)?;
        if request.r#type == SHARED_POLL {
            return Err(ErrorCode::NOT_AVAILABLE.into());
        }
        if !matches!(&*request.delta, "" | FOSSIL) {
            return Err(disconnect::BAD_REQUEST.into());
        }
        if turn.rules.syntax.is_too_long(&request.channel) {
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        self.has_room_for(&request.channel, turn)?;
        let rules = turn.rules.channel(&request.channel)?;
        if request.r#type != STREAM {
            return Err(ErrorCode::PERMISSION_DENIED.into());
        }
        if request.token.is_empty() {
            self.may_subscribe(&request.channel, rules, turn)?;
            return self.join(&request, None, turn);
        }
        let token = Token(std::mem::take(&mut request.token).into());
        let ticket = turn.perform(Effect::Authorise(token));
        Ok(Step::Waits(ticket, Errand::Authorise(Box::new(request))))
    }

    /// The token was looked at: it alone decides.
    pub(super) fn authorised(
        &mut self,
        request: SubscribeRequest,
        grant: Result<Box<SubscriptionGrant>, Refusal>,
        turn: &mut Turn<'_>,
    ) -> Verdict {
        let grant = grant.map_err(|refusal| match refusal {
            Refusal::Expired => ErrorCode::TOKEN_EXPIRED,
            Refusal::Unavailable => ErrorCode::INTERNAL,
            Refusal::Missing | Refusal::Malformed | Refusal::Invalid | Refusal::Anonymous => {
                ErrorCode::PERMISSION_DENIED
            }
        })?;
        self.check_grant(&grant, &request.channel)?;
        // Meanwhile the server may have subscribed the client.
        self.has_room_for(&request.channel, turn)?;
        self.join(&request, Some(*grant), turn)
    }

    /// The subscription was made, or not.
    pub(super) fn subscribed(
        &mut self,
        joining: Joining,
        outcome: Result<Subscribed, Fault>,
        turn: &mut Turn<'_>,
    ) -> Verdict {
        let (subscription, result) = joining.stand(outcome?, turn);
        turn.release(&subscription.channel);
        self.adopt(subscription, turn);
        Ok(Step::Done(Answer::Subscribe(result)))
    }

    /// A token for something else, or of someone else, is no mistake that a client can make.
    pub(super) fn check_grant(&self, grant: &SubscriptionGrant, channel: &str) -> Result<(), Denied> {
        let fits = *grant.channel == *channel
            && grant.organisation == self.voucher.organisation
            && grant.user == self.who.user
            && grant.is_for_client(self.who.client);
        if fits { Ok(()) } else { Err(disconnect::INVALID_TOKEN.into()) }
    }

    fn has_room_for(&mut self, channel: &str, turn: &Turn<'_>) -> Result<(), Denied> {
        if self.subscriptions.contains(channel) || self.joining_to(channel).is_some() {
            return Err(ErrorCode::ALREADY_SUBSCRIBED.into());
        }
        if !turn.rules.client.has_room(self.channels()) {
            return Err(ErrorCode::LIMIT_EXCEEDED.into());
        }
        Ok(())
    }

    /// Whether the client may subscribe without a token.
    fn may_subscribe(&self, channel: &str, rules: &ChannelRules, turn: &Turn<'_>) -> Result<(), Denied> {
        let syntax = &turn.rules.syntax;
        let user = &self.who.user;
        let welcome = if syntax.is_private(channel) {
            return Err(ErrorCode::PERMISSION_DENIED.into());
        } else if rules.allow_user_limited_channels && syntax.is_user_limited(channel) {
            syntax.names_user(channel, user.as_str())
        } else {
            rules.allow_subscribe.is_given(user, false)
        };
        if welcome || turn.rules.client.insecure { Ok(()) } else { Err(ErrorCode::PERMISSION_DENIED.into()) }
    }

    /// Asks the house for the subscription, on the terms of the namespace, the token and the request.
    fn join(
        &mut self,
        request: &SubscribeRequest,
        grant: Option<SubscriptionGrant>,
        turn: &mut Turn<'_>,
    ) -> Verdict {
        let rules = turn.rules.channel(&request.channel)?;
        let overrides = grant.as_ref().map_or_else(ChannelOverride::default, |grant| grant.overrides);
        let (credential, expires, info, data) = match grant {
            Some(grant) => (Some(Box::new(grant.credential)), grant.expires, grant.info, grant.data),
            None => (None, None, None, None),
        };
        if let Some(over) = turn.over(expires) {
            return Err(profile::at_end(over).into());
        }
        if request.tf.is_some() {
            // No namespace allows filters.
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        let mut terms = Terms::of(rules, overrides);
        terms.extend(request, rules, &self.who.user, turn.rules.client.insecure);
        let joining = Joining {
            channel: self.key(&request.channel),
            info: info_in_channel(&self.who, info),
            origin: Origin::Client,
            expires: expires.map(|expires| turn.believed(expires.at())),
            data,
            terms,
            wish: Wish::of(request),
            fate: None,
        };
        let ticket = joining.perform_with(credential, turn);
        Ok(Step::Waits(ticket, Errand::Subscribe(Box::new(joining))))
    }
}
