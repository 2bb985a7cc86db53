//! A subscription while the house makes it.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{ChannelKey, ClientInfo, Credential, Position, UnixSeconds};

use super::subscription::{Origin, Subscription};
use super::terms::{Terms, Wish};
use super::turn::Turn;
use crate::centrifuge::wire::SubscribeResult;
use crate::contract::{Effect, Recovery, Subscribe, Subscribed, Ticket};

/// A subscription while the house makes it.
#[derive(Debug)]
pub(super) struct Joining {
    pub(super) channel: ChannelKey,
    pub(super) info: Arc<ClientInfo>,
    pub(super) origin: Origin,
    pub(super) expires: Option<UnixSeconds>,
    /// Handed to the client.
    pub(super) data: Option<Bytes>,
    pub(super) terms: Terms,
    pub(super) wish: Wish,
    /// What happened to it meanwhile; `None`: nothing.
    pub(super) fate: Option<Fate>,
}

/// What happens to a subscription as soon as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It has missed something.
    Lost,
    /// The client has given it up.
    GivenUp,
    /// An operator or a backend ends it.
    Unsubscribed(u32, Cow<'static, str>),
}

impl Joining {
    /// Asks the house for it, which needs no token.
    pub(super) fn perform(&self, turn: &mut Turn<'_>) -> Ticket {
        self.perform_with(None, turn)
    }

    /// Asks the house for it, with what revocations know the token by that allows it.
    pub(super) fn perform_with(&self, grant: Option<Box<Credential>>, turn: &mut Turn<'_>) -> Ticket {
        let following = self.terms.following(&self.wish, turn.rules.client.recovery_limit());
        turn.perform(Effect::Subscribe(Subscribe {
            channel: self.channel.clone(),
            form: turn.peer.form(),
            grant,
            info: Arc::clone(&self.info),
            presence: self.terms.presence,
            announces: self.terms.announces,
            hears: self.terms.hears,
            following,
        }))
    }

    /// It stands: what is kept of it, and what the client is told.
    pub(super) fn stand(self, subscribed: Subscribed, turn: &Turn<'_>) -> (Subscription, SubscribeResult) {
        let Subscribed { position, recovery } = subscribed;
        let Recovery { recovered, publications } =
            recovery.unwrap_or(Recovery { recovered: false, publications: Vec::new() });
        // A client that recovered counts on from where it stood, through what it is given.
        let stood = self.wish.since.as_ref().map_or(0, |since| since.offset);
        let position = position.map(|top| if recovered { Position { offset: stood, ..top } } else { top });
        let result = SubscribeResult {
            expires: self.expires.and_then(|at| turn.ttl(at)),
            recoverable: self.terms.recoverable,
            positioned: self.terms.is_positioned(),
            was_recovering: self.terms.was_recovering(&self.wish),
            position,
            recovered,
            publications,
            data: self.data,
        };
        let subscription = Subscription {
            channel: self.channel,
            info: self.info,
            expires: self.expires,
            origin: self.origin,
            presence: self.terms.presence,
            positioned: self.terms.is_positioned(),
        };
        (subscription, result)
    }
}

/// The client as others see it in a channel that adds something, or nothing, to what they see of it.
pub(super) fn info_in_channel(who: &Arc<ClientInfo>, channel: Option<Bytes>) -> Arc<ClientInfo> {
    match channel {
        None => Arc::clone(who),
        Some(_) => Arc::new(ClientInfo { channel, ..ClientInfo::clone(who) }),
    }
}
