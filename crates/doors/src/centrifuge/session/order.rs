//! What the house says unasked: orders of operators and backends, that a subscription has missed something, and that its
//! token was revoked.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{ChannelEvent, Close, Cure, Position, ServerSubscription, UnixSeconds};

use super::joining::{Fate, Joining, info_in_channel};
use super::open::Open;
use super::profile;
use super::subscription::Origin;
use super::terms::{Terms, Wish};
use super::turn::Turn;
use crate::centrifuge::codes::{UnsubscribeCode, disconnect};
use crate::centrifuge::wire::{NotJson, Push, SubscribePush};
use crate::contract::{Order, Outcome, Subscribed, Ticket};

impl Open {
    pub(super) fn order(&mut self, order: Order, turn: &mut Turn<'_>) -> Result<(), Close> {
        match order {
            Order::Subscribe { subscription, since, expires } => {
                self.order_subscribe(subscription, since, expires, turn)
            }
            Order::Unsubscribe { channel, code } => self.order_unsubscribe(&channel, code, turn),
            Order::Refresh { expired, expires, info } => self.order_refresh(expired, expires, info, turn),
            Order::Disconnect(close) => Err(close),
            Order::End(ending) => Err(disconnect::of(ending)),
            Order::Revoke(cure) => Err(profile::at_revocation(self.voucher.profile, cure)),
            Order::Drain => Err(disconnect::SHUTDOWN),
        }
    }

    /// The connection has missed publications of this channel. A client mends its own subscription, for it knows
    /// where it stood; one that the server made is made anew with the connection.
    pub(super) fn lost(&mut self, channel: &str, turn: &mut Turn<'_>) -> Result<(), Close> {
        if let Some(joining) = self.joining_to(channel) {
            joining.fate.get_or_insert(Fate::Lost);
            return Ok(());
        }
        match self.subscriptions.get(channel) {
            Some(subscription) if subscription.origin.is_server_side() => Err(disconnect::INSUFFICIENT_STATE),
            Some(_) => Ok(self.unsubscribe_for(UnsubscribeCode::INSUFFICIENT_STATE, channel, turn)?),
            None => Ok(()),
        }
    }

    /// The token that allowed the subscription is good no longer. A client that a fresh one helps subscribes anew; to
    /// any other the end is final.
    pub(super) fn revoked(&mut self, channel: &str, cure: Cure, turn: &mut Turn<'_>) -> Result<(), Close> {
        let why = if cure.is_a_fresh_token() { UnsubscribeCode::EXPIRED } else { UnsubscribeCode::SERVER };
        if let Some(joining) = self.joining_to(channel) {
            joining.fate.get_or_insert(Fate::Unsubscribed(why.code, Cow::Borrowed(why.reason)));
            return Ok(());
        }
        Ok(self.unsubscribe_for(why, channel, turn)?)
    }

    /// Ends a subscription, if there is one, and tells the client why.
    pub(super) fn unsubscribe_for(
        &mut self,
        why: UnsubscribeCode,
        channel: &str,
        turn: &mut Turn<'_>,
    ) -> Result<(), NotJson> {
        self.end(channel, why.code, Cow::Borrowed(why.reason), turn)
    }

    /// An ordered subscription was made, or not.
    pub(super) fn ordered_outcome(
        &mut self,
        ticket: Ticket,
        outcome: Outcome,
        turn: &mut Turn<'_>,
    ) -> Result<(), Close> {
        let Some(index) = self.ordered.iter().position(|(ordered, _)| *ordered == ticket) else {
            return Ok(());
        };
        let (_, joining) = self.ordered.swap_remove(index);
        if self.ordered.is_empty() {
            self.ordered = Vec::new();
        }
        match outcome {
            Outcome::Subscribed(Ok(subscribed)) => self.ordered_subscribed(joining, subscribed, turn),
            // Whoever ordered it has gone; nobody can be told.
            Outcome::Subscribed(Err(_)) => Ok(()),
            _ => Err(disconnect::SERVER_ERROR),
        }
    }

    /// Does what happened to a subscription while it was made.
    pub(super) fn meet(&mut self, fate: Fate, channel: &str, turn: &mut Turn<'_>) -> Result<(), Close> {
        match fate {
            Fate::Lost => self.lost(channel, turn),
            Fate::GivenUp => {
                self.part(channel, turn);
                Ok(())
            }
            Fate::Unsubscribed(code, reason) => Ok(self.end(channel, code, reason, turn)?),
        }
    }

    fn order_subscribe(
        &mut self,
        subscription: ServerSubscription,
        since: Option<Position>,
        expires: Option<UnixSeconds>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Close> {
        let channel = &*subscription.channel;
        let Ok(rules) = turn.rules.vouched_channel(channel) else { return Ok(()) };
        let expired = expires.is_some_and(|expires| turn.ttl(expires).is_none());
        let stands = self.subscriptions.contains(channel) || self.joining_to(channel).is_some();
        if channel.is_empty() || expired || stands {
            return Ok(());
        }
        if !turn.rules.client.has_room(self.channels()) {
            return Err(disconnect::CHANNEL_LIMIT);
        }
        let joining = Joining {
            channel: self.key(channel),
            info: info_in_channel(&self.who, subscription.info),
            origin: Origin::Server,
            expires: expires.map(|expires| turn.believed(expires)),
            data: subscription.data,
            terms: Terms::of(rules, subscription.overrides),
            wish: Wish::since(since),
            fate: None,
        };
        self.ordered.push((joining.perform(turn), joining));
        Ok(())
    }

    /// Tells the client of the subscription, and then what it missed, as if it happened now.
    fn ordered_subscribed(
        &mut self,
        mut joining: Joining,
        subscribed: Subscribed,
        turn: &mut Turn<'_>,
    ) -> Result<(), Close> {
        let fate = joining.fate.take();
        let (subscription, result) = joining.stand(subscribed, turn);
        let channel = subscription.channel.clone();
        if fate != Some(Fate::GivenUp) {
            let push = SubscribePush {
                recoverable: result.recoverable,
                position: result.position,
                positioned: result.positioned,
                data: result.data,
            };
            turn.push(channel.name(), &Push::Subscribe(push))?;
            for publication in &result.publications {
                let event = ChannelEvent::Publication(Arc::clone(publication));
                turn.push(channel.name(), &Push::Event(event))?;
            }
        }
        turn.release(&channel);
        self.adopt(subscription, turn);
        match fate {
            Some(fate) => self.meet(fate, channel.name(), turn),
            None => Ok(()),
        }
    }

    fn order_unsubscribe(
        &mut self,
        channel: &str,
        code: Option<(u32, Box<str>)>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Close> {
        let (code, reason) = match code {
            Some((code, reason)) => (code, Cow::Owned(reason.into())),
            None => (UnsubscribeCode::SERVER.code, Cow::Borrowed(UnsubscribeCode::SERVER.reason)),
        };
        if let Some(joining) = self.joining_to(channel) {
            joining.fate = Some(Fate::Unsubscribed(code, reason));
            return Ok(());
        }
        Ok(self.end(channel, code, reason, turn)?)
    }

    fn order_refresh(
        &mut self,
        expired: bool,
        expires: Option<UnixSeconds>,
        info: Option<Bytes>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Close> {
        let ttl = expires.and_then(|expires| turn.ttl(expires));
        if expired || (expires.is_some() && ttl.is_none()) {
            return Err(disconnect::EXPIRED);
        }
        self.describe(info);
        self.set_expiry(expires, turn);
        Ok(turn.push("", &Push::Refresh(ttl))?)
    }

    fn end(
        &mut self,
        channel: &str,
        code: u32,
        reason: Cow<'static, str>,
        turn: &mut Turn<'_>,
    ) -> Result<(), NotJson> {
        if self.part(channel, turn) {
            turn.push(channel, &Push::Unsubscribe { code, reason })?;
        }
        Ok(())
    }
}
