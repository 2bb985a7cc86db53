//! Who and what the tests speak of.

use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{
    ChannelKey, ChannelOverride, ClientId, ClientInfo, Credential, Door, Epoch, Expiry, Identity,
    OrganisationId, Position, Publication, ServerSubscription, SubscriptionGrant, UnixSeconds, UserId,
};

use crate::centrifuge::rules::Permission;
use crate::contract::{Outcome, Recovery, Subscribed};
use crate::suite::START;

/// The connection's id in every test.
pub(in crate::centrifuge::session::tests) const CLIENT: &str = "01010101-0101-4101-8101-010101010101";

/// What the connect reply says in most tests.
pub(in crate::centrifuge::session::tests) const CONNECTED: &str = r#"{"id":1,"connect":{"client":"01010101-0101-4101-8101-010101010101","version":"1.0 TEST","ping":25,"pong":true}}"#;

/// The calendar when every test begins.
pub(in crate::centrifuge::session::tests) const NOW: UnixSeconds = START.unix;

/// Permission for every client that is signed in.
pub(in crate::centrifuge::session::tests) const CLIENTS: Permission =
    Permission { client: true, subscriber: false, anonymous: false };

/// Permission for subscribers that are signed in.
pub(in crate::centrifuge::session::tests) const SUBSCRIBERS: Permission =
    Permission { client: false, subscriber: true, anonymous: false };

pub(in crate::centrifuge::session::tests) fn organisation() -> OrganisationId {
    OrganisationId::from_verified("org")
}

pub(in crate::centrifuge::session::tests) fn channel(name: &str) -> ChannelKey {
    ChannelKey::new(&organisation(), Door::Centrifuge, name)
}

/// The user 42, for ever.
pub(in crate::centrifuge::session::tests) fn identity() -> Identity {
    Identity { user: UserId::new("42"), ..Identity::anonymous("test".into(), organisation()) }
}

pub(in crate::centrifuge::session::tests) fn anonymous() -> Identity {
    Identity { user: UserId::anonymous(), ..identity() }
}

/// The user 42, subscribed to these channels by his token.
pub(in crate::centrifuge::session::tests) fn subscribed_to(channels: &[&str]) -> Identity {
    Identity { subscriptions: channels.iter().map(|channel| to(channel)).collect(), ..identity() }
}

pub(in crate::centrifuge::session::tests) fn to(channel: &str) -> ServerSubscription {
    ServerSubscription {
        channel: channel.into(),
        info: None,
        data: None,
        overrides: ChannelOverride::default(),
    }
}

/// A subscription token of the user 42, for ever.
pub(in crate::centrifuge::session::tests) fn grant(channel: &str) -> SubscriptionGrant {
    SubscriptionGrant {
        realm: "test".into(),
        credential: Credential::default(),
        organisation: organisation(),
        channel: channel.into(),
        user: UserId::new("42"),
        client: None,
        expires: None,
        info: None,
        data: None,
        overrides: ChannelOverride::default(),
    }
}

/// So many seconds from the beginning of the test.
pub(in crate::centrifuge::session::tests) fn after(seconds: i64) -> Option<UnixSeconds> {
    Some(UnixSeconds(NOW.0 + seconds))
}

/// The token ends so many seconds from the beginning of the test.
pub(in crate::centrifuge::session::tests) fn lasts(seconds: i64) -> Option<Expiry> {
    after(seconds).map(Expiry::Token)
}

/// The token says that what it opens ends so many seconds from the beginning of the test.
pub(in crate::centrifuge::session::tests) fn states(seconds: i64) -> Option<Expiry> {
    after(seconds).map(Expiry::Stated)
}

pub(in crate::centrifuge::session::tests) fn position(offset: u64) -> Position {
    Position { offset, epoch: Epoch::new("abcd") }
}

pub(in crate::centrifuge::session::tests) fn publication(offset: u64) -> Arc<Publication> {
    Arc::new(Publication {
        data: Bytes::from(format!("{offset}")),
        position: Some(position(offset)),
        ..Publication::default()
    })
}

/// Somebody who is not the peer.
pub(in crate::centrifuge::session::tests) fn somebody() -> Arc<ClientInfo> {
    Arc::new(ClientInfo {
        user: UserId::new("7"),
        client: ClientId::from_random([2; 16]),
        connection: None,
        channel: None,
    })
}

/// A subscription that stands at the stream's top.
pub(in crate::centrifuge::session::tests) fn at(offset: u64) -> Outcome {
    Outcome::Subscribed(Ok(Subscribed { position: Some(position(offset)), recovery: None }))
}

/// A subscription that has recovered these publications.
pub(in crate::centrifuge::session::tests) fn recovered(top: u64, offsets: &[u64]) -> Outcome {
    let publications = offsets.iter().map(|offset| publication(*offset)).collect();
    let recovery = Some(Recovery { recovered: true, publications });
    Outcome::Subscribed(Ok(Subscribed { position: Some(position(top)), recovery }))
}

/// A subscription that could not recover.
pub(in crate::centrifuge::session::tests) fn not_recovered(top: u64) -> Outcome {
    let recovery = Some(Recovery { recovered: false, publications: Vec::new() });
    Outcome::Subscribed(Ok(Subscribed { position: Some(position(top)), recovery }))
}
