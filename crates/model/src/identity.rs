//! What a verified token says.

use std::sync::Arc;

use bytes::Bytes;

use crate::{ClientId, Credential, OrganisationId, UnixSeconds, UserId};

/// The bearer of a connection token, after verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The trusted source that vouches for it, as the configuration names it.
    pub realm: Arc<str>,
    /// The tenant. Everything that the connection touches belongs to it.
    pub organisation: OrganisationId,
    /// The user; anonymous when the token names nobody and the realm allows that.
    pub user: UserId,
    /// The name to show, when the token has one. It may change and is not unique: nothing is decided by it.
    pub name: Option<Box<str>>,
    /// The roles that the realm's claims give.
    pub roles: Vec<Box<str>>,
    /// What kind of client the token was made for, as the realm's claims say.
    pub client_type: Option<Box<str>>,
    /// The one id under which the bearer can be reached, when the token is bound to it.
    pub node_id: Option<Box<str>>,
    /// The only rooms that the bearer may enter, when the realm binds its tokens to rooms.
    pub rooms: Option<Vec<Box<str>>>,
    /// What revocations know the token by.
    pub credential: Credential,
    /// The codes with which clients of this realm are answered.
    pub profile: Profile,
    /// When the connection has to be refreshed; `None`: never.
    pub expires: Option<Expiry>,
    /// What other clients may see of this connection.
    pub info: Option<Bytes>,
    /// What only backends may see.
    pub meta: Option<Bytes>,
    /// Channels to which the token subscribes the connection.
    pub subscriptions: Vec<ServerSubscription>,
}

impl Identity {
    /// Somebody of that organisation who did not say who he is, for as long as he likes.
    pub fn anonymous(realm: Arc<str>, organisation: OrganisationId) -> Self {
        Self {
            realm,
            organisation,
            user: UserId::anonymous(),
            name: None,
            roles: Vec::new(),
            client_type: None,
            node_id: None,
            rooms: None,
            credential: Credential::default(),
            profile: Profile::default(),
            expires: None,
            info: None,
            meta: None,
            subscriptions: Vec::new(),
        }
    }
}

/// When what a token opens has to be refreshed. It may have passed: a realm takes tokens for a little longer than they
/// live, and what a token says of its connection is its issuer's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// In the second in which the token itself ends (`exp`): its bearer needs another one.
    Token(UnixSeconds),
    /// In the second that the token names for it (`expire_at`), whenever the token itself ends.
    Stated(UnixSeconds),
}

impl Expiry {
    /// That second.
    pub const fn at(self) -> UnixSeconds {
        match self {
            Self::Token(at) | Self::Stated(at) => at,
        }
    }
}

/// How a realm's clients understand refusals and expiry, where a protocol leaves room for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// As Centrifugo answers.
    #[default]
    Centrifugo,
    /// As Cadenza's clients expect it.
    Cadenza,
}

/// A subscription that the server makes for a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSubscription {
    /// The channel's name.
    pub channel: Box<str>,
    /// What others may see of the connection in this channel.
    pub info: Option<Bytes>,
    /// Handed to the client with the subscription.
    pub data: Option<Bytes>,
    /// Options of the channel that this subscription changes.
    pub overrides: ChannelOverride,
}

/// The bearer of a subscription token may subscribe to one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionGrant {
    /// The trusted source that vouches for it, as the configuration names it.
    pub realm: Arc<str>,
    /// What revocations know the token by.
    pub credential: Credential,
    /// The tenant of the realm that verified it.
    pub organisation: OrganisationId,
    /// The channel that the token is for.
    pub channel: Box<str>,
    /// The user that the token is for.
    pub user: UserId,
    /// The connection that the token is for, when it says.
    pub client: Option<Box<str>>,
    /// When the subscription has to be refreshed; `None`: never.
    pub expires: Option<Expiry>,
    /// What others may see of the connection in this channel.
    pub info: Option<Bytes>,
    /// Handed to the client with the subscription.
    pub data: Option<Bytes>,
    /// Options of the channel that this subscription changes.
    pub overrides: ChannelOverride,
}

impl SubscriptionGrant {
    /// True unless the token was made for another connection.
    pub fn is_for_client(&self, client: ClientId) -> bool {
        self.client.as_deref().is_none_or(|wanted| wanted == client.to_string())
    }
}

/// Channel options that one subscription sees differently; `None` leaves the channel's own setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelOverride {
    /// Keep presence for this subscription.
    pub presence: Option<bool>,
    /// Announce its join and leave.
    pub join_leave: Option<bool>,
    /// Push joins and leaves to it without being asked.
    pub force_push_join_leave: Option<bool>,
    /// Give it a recoverable position.
    pub force_recovery: Option<bool>,
    /// Give it a position.
    pub force_positioning: Option<bool>,
}
