//! The subscriptions that stand.

use std::sync::Arc;

use vestibule_model::{ChannelKey, ClientInfo, UnixSeconds};

/// A subscription that stands.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) channel: ChannelKey,
    /// The client as others see it in this channel; shared with the connection where the channel adds nothing.
    pub(super) info: Arc<ClientInfo>,
    /// When it has to be refreshed; `None`: never.
    pub(super) expires: Option<UnixSeconds>,
    pub(super) origin: Origin,
    /// It is counted as present.
    pub(super) presence: bool,
    /// It follows the channel's stream.
    pub(super) positioned: bool,
}

/// Who wanted a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The client, by command.
    Client,
    /// The connection token.
    Token,
    /// The server otherwise: by rule, by order, or because the client wished so when it connected.
    Server,
}

impl Origin {
    /// Whether the client did not ask for the subscription and so cannot be expected to mend it.
    pub(super) fn is_server_side(self) -> bool {
        self != Self::Client
    }
}

impl Subscription {
    /// Whether it has to be looked after now and then.
    pub(super) fn needs_tending(&self) -> bool {
        self.presence || self.positioned || self.expires.is_some()
    }
}

/// The subscriptions of one connection: few, so a list.
#[derive(Debug, Default)]
pub(super) struct Subscriptions(Vec<Subscription>);

impl Subscriptions {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    pub(super) fn contains(&self, channel: &str) -> bool {
        self.get(channel).is_some()
    }

    pub(super) fn get(&self, channel: &str) -> Option<&Subscription> {
        self.0.iter().find(|subscription| subscription.channel.name() == channel)
    }

    pub(super) fn get_mut(&mut self, channel: &str) -> Option<&mut Subscription> {
        self.0.iter_mut().find(|subscription| subscription.channel.name() == channel)
    }

    /// Adds one to a channel that has none.
    pub(super) fn add(&mut self, subscription: Subscription) {
        // Most connections have a handful: grow by what is needed, not by doubling.
        if self.0.len() < 4 {
            self.0.reserve_exact(1);
        }
        self.0.push(subscription);
    }

    pub(super) fn remove(&mut self, channel: &str) -> Option<Subscription> {
        let index = self.0.iter().position(|subscription| subscription.channel.name() == channel)?;
        let removed = self.0.remove(index);
        if self.0.is_empty() {
            self.0 = Vec::new();
        }
        Some(removed)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Subscription> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Subscription> {
        self.0.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_is_small() {
        assert!(size_of::<Subscription>() <= 40, "{}", size_of::<Subscription>());
    }
}
