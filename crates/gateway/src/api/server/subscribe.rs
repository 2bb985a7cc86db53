//! `subscribe` and `unsubscribe`: a user's connections, to and from a channel.

use serde::Deserialize;
use serde_json::value::RawValue;
use vestibule_doors::contract::Order;
use vestibule_model::{ChannelOverride, Epoch, Position, ServerSubscription, UnixSeconds};

use super::desk::{Audience, Desk};
use super::payload;
use super::read::Text;
use super::reply::{Answer, Json};

/// The parameters of `subscribe`.
#[derive(Deserialize)]
pub struct Subscribe<'a> {
    #[serde(borrow, default)]
    user: Text<'a>,
    #[serde(borrow, default)]
    channel: Text<'a>,
    #[serde(borrow)]
    info: Option<&'a RawValue>,
    #[serde(borrow, default)]
    b64info: Text<'a>,
    #[serde(borrow, default)]
    client: Text<'a>,
    #[serde(borrow, default)]
    session: Text<'a>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    b64data: Text<'a>,
    #[serde(borrow)]
    recover_since: Option<Since<'a>>,
    expire_at: Option<i64>,
    #[serde(rename = "override")]
    overrides: Option<Overrides>,
}

/// A position as requests write it.
#[derive(Deserialize)]
pub struct Since<'a> {
    offset: Option<u64>,
    #[serde(borrow, default)]
    epoch: Text<'a>,
}

#[derive(Clone, Copy, Deserialize)]
struct Overrides {
    presence: Option<Switch>,
    join_leave: Option<Switch>,
    force_push_join_leave: Option<Switch>,
    force_recovery: Option<Switch>,
    force_positioning: Option<Switch>,
}

#[derive(Clone, Copy, Deserialize)]
struct Switch {
    value: Option<bool>,
}

/// The parameters of `unsubscribe`.
#[derive(Deserialize)]
pub struct Unsubscribe<'a> {
    #[serde(borrow, default)]
    user: Text<'a>,
    #[serde(borrow, default)]
    channel: Text<'a>,
    #[serde(borrow, default)]
    client: Text<'a>,
    #[serde(borrow, default)]
    session: Text<'a>,
}

impl Subscribe<'_> {
    /// Subscribes the user's connections.
    pub fn perform(self, desk: &Desk<'_>) -> Answer {
        desk.channel(&self.channel)?;
        let order = Order::Subscribe {
            subscription: ServerSubscription {
                channel: (&*self.channel).into(),
                info: payload::taken(self.info, &self.b64info)?,
                data: payload::taken(self.data, &self.b64data)?,
                overrides: self.overrides.map(Into::into).unwrap_or_default(),
            },
            since: self.recover_since.map(|since| since.position()),
            expires: expiry(self.expire_at),
        };
        let audience =
            Audience { user: &self.user, client: &self.client, session: &self.session, except: Vec::new() };
        desk.order(audience, order);
        Ok(Json::nothing())
    }
}

impl Unsubscribe<'_> {
    /// Unsubscribes the user's connections.
    pub fn perform(self, desk: &Desk<'_>) -> Answer {
        desk.channel(&self.channel)?;
        let audience =
            Audience { user: &self.user, client: &self.client, session: &self.session, except: Vec::new() };
        desk.order(audience, Order::Unsubscribe { channel: (&*self.channel).into(), code: None });
        Ok(Json::nothing())
    }
}

impl Since<'_> {
    /// The position.
    pub fn position(&self) -> Position {
        Position { offset: self.offset.unwrap_or_default(), epoch: Epoch::new(&self.epoch) }
    }
}

impl From<Overrides> for ChannelOverride {
    fn from(overrides: Overrides) -> Self {
        let value = |switch: Option<Switch>| switch.and_then(|switch| switch.value);
        Self {
            presence: value(overrides.presence),
            join_leave: value(overrides.join_leave),
            force_push_join_leave: value(overrides.force_push_join_leave),
            force_recovery: value(overrides.force_recovery),
            force_positioning: value(overrides.force_positioning),
        }
    }
}

/// When something ends; zero is never.
pub fn expiry(seconds: Option<i64>) -> Option<UnixSeconds> {
    seconds.filter(|seconds| *seconds > 0).map(UnixSeconds)
}
