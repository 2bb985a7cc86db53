//! To which channels the server subscribes a connection.

use vestibule_model::{ChannelKey, ChannelOverride, Door, Position, ServerSubscription, UserId};

use super::Guest;
use crate::centrifuge::codes::disconnect;
use crate::centrifuge::rules::{ChannelRules, NotAChannel, Rules};
use crate::centrifuge::session::joining::{Joining, info_in_channel};
use crate::centrifuge::session::subscription::Origin;
use crate::centrifuge::session::terms::{Terms, Wish};
use crate::centrifuge::session::verdict::Denied;

/// The channels that the token names, the user's own, and of those that the client wishes for the ones to which it
/// could have subscribed by itself.
pub(super) fn plan(
    guest: &Guest,
    named: &[ServerSubscription],
    wishes: &[(Box<str>, Option<Position>)],
    rules: &Rules,
) -> Result<Vec<Joining>, Denied> {
    let user = &guest.who.user;
    let personal = rules.personal_channel(user.as_str());
    let mut planner = Planner { guest, wishes, plan: Vec::new() };
    for subscription in named.iter().filter(|subscription| !subscription.channel.is_empty()) {
        if personal.as_deref() != Some(&*subscription.channel) {
            planner.add(subscription, Origin::Token, rules.vouched_channel(&subscription.channel)?);
        }
    }
    if let Some(channel) = personal {
        planner.add(&plain(&channel), Origin::Server, rules.vouched_channel(&channel)?);
    }
    for (channel, _) in wishes {
        if let Some(channel_rules) = granted(channel, user, rules)? {
            planner.add(&plain(channel), Origin::Server, channel_rules);
        }
    }
    match planner.plan.len().checked_sub(1) {
        Some(others) if !rules.client.has_room(others) => Err(disconnect::CHANNEL_LIMIT.into()),
        _ => Ok(planner.plan),
    }
}

/// A plan in the making.
struct Planner<'p> {
    guest: &'p Guest,
    wishes: &'p [(Box<str>, Option<Position>)],
    plan: Vec<Joining>,
}

impl Planner<'_> {
    /// Adds a channel, unless it is in the plan.
    fn add(&mut self, subscription: &ServerSubscription, origin: Origin, rules: &ChannelRules) {
        let name = &*subscription.channel;
        if self.plan.iter().any(|joining| joining.channel.name() == name) {
            return;
        }
        let wished = self.wishes.iter().find(|(channel, _)| **channel == *name);
        self.plan.push(Joining {
            channel: ChannelKey::new(&self.guest.voucher.organisation, Door::Centrifuge, name),
            info: info_in_channel(&self.guest.who, subscription.info.clone()),
            origin,
            expires: None,
            data: subscription.data.clone(),
            terms: Terms::of(rules, subscription.overrides),
            wish: Wish::since(wished.and_then(|(_, since)| since.clone())),
            fate: None,
        });
    }
}

/// The rules of a channel that the client wishes for; `None` where it may not subscribe by itself.
fn granted<'r>(channel: &str, user: &UserId, rules: &'r Rules) -> Result<Option<&'r ChannelRules>, Denied> {
    let found = match rules.channel(channel) {
        Ok(found) => found,
        Err(NotAChannel::Unknown) => return Err(disconnect::BAD_REQUEST.into()),
        Err(NotAChannel::BadName) => return Ok(None),
    };
    let user_limited = found.allow_user_limited_channels && rules.syntax.is_user_limited(channel);
    let welcome = if user_limited {
        rules.syntax.names_user(channel, user.as_str())
    } else {
        found.allow_subscribe.is_given(user, false)
    };
    let open = !rules.syntax.is_private(channel) && !rules.syntax.is_too_long(channel);
    Ok((open && (welcome || rules.client.insecure)).then_some(found))
}

fn plain(channel: &str) -> ServerSubscription {
    ServerSubscription {
        channel: channel.into(),
        info: None,
        data: None,
        overrides: ChannelOverride::default(),
    }
}
