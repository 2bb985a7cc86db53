//! The steps of which behaviours are made.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{
    ChannelEvent, ChannelKey, ClientId, ClientInfo, Door, Epoch, HistoryPage, HistoryQuery, OrganisationId,
    Position, Publication, PublishOptions, Published, Retention, UserId,
};

use super::Harness;
use crate::{Broker, BrokerError, WorkerId};

/// A worker of the node.
pub const FIRST: WorkerId = WorkerId(0);
/// Another one.
pub const SECOND: WorkerId = WorkerId(1);

/// How long the position of a channel lives in these tests.
pub const META_TTL: Duration = Duration::from_secs(3600);

/// What is kept in these tests unless they say otherwise.
pub const RETENTION: Retention = Retention { size: 5, ttl: Duration::from_secs(60), meta_ttl: META_TTL };

/// The channel of that name in the organisation `acme`.
pub fn channel(name: &str) -> ChannelKey {
    channel_of("acme", name)
}

/// The channel of that name in that organisation.
pub fn channel_of(organisation: &str, name: &str) -> ChannelKey {
    ChannelKey::new(&OrganisationId::from_verified(organisation), Door::Centrifuge, name)
}

/// A publication with that text and nothing else.
pub fn text(data: &str) -> Publication {
    Publication { data: Bytes::copy_from_slice(data.as_bytes()), ..Publication::default() }
}

/// A connection of that user; the number tells connections apart.
pub fn client(user: &str, number: u8) -> Arc<ClientInfo> {
    Arc::new(ClientInfo {
        user: UserId::new(user),
        client: ClientId::from_random([number; 16]),
        connection: None,
        channel: None,
    })
}

/// Keep it.
pub fn keep() -> PublishOptions {
    PublishOptions { retention: Some(RETENTION), ..PublishOptions::default() }
}

/// Keep it, under that idempotency key.
pub fn keep_once(key: &str) -> PublishOptions {
    PublishOptions { idempotency_key: Some(key.into()), ..keep() }
}

/// Publishes, and says what became of it.
pub async fn publish<H: Harness>(
    h: &H,
    channel: &ChannelKey,
    publication: Publication,
    options: &PublishOptions,
) -> Result<Published, BrokerError> {
    h.broker().publish(channel, publication, options, h.now()).await
}

/// Publishes a text that is kept, and says where it stands.
pub async fn kept<H: Harness>(h: &H, channel: &ChannelKey, data: &str) -> Position {
    let published = publish(h, channel, text(data), &keep()).await.unwrap();
    assert!(!published.suppressed, "a publication like any other");
    published.position.expect("what is kept has a position")
}

/// Publishes texts that are kept.
pub async fn all_kept<H: Harness>(h: &H, channel: &ChannelKey, data: &[&str]) {
    for data in data {
        kept(h, channel, data).await;
    }
}

/// Subscribes a worker.
pub async fn subscribe<H: Harness>(h: &H, worker: WorkerId, channel: &ChannelKey) {
    h.broker().subscribe(worker, channel).await.unwrap();
}

/// Reads the stream as the query asks.
pub async fn history<H: Harness>(
    h: &H,
    channel: &ChannelKey,
    query: &HistoryQuery,
) -> Result<HistoryPage, BrokerError> {
    h.broker().history(channel, query, META_TTL, h.now()).await
}

/// Where the stream stands.
pub async fn top<H: Harness>(h: &H, channel: &ChannelKey) -> Position {
    history(h, channel, &HistoryQuery::POSITION).await.unwrap().top
}

/// Everything that is kept, oldest first, as `text@offset`.
pub async fn all<H: Harness>(h: &H, channel: &ChannelKey) -> Vec<String> {
    read(h, channel, &everything()).await
}

/// What the query finds, as `text@offset`.
pub async fn read<H: Harness>(h: &H, channel: &ChannelKey, query: &HistoryQuery) -> Vec<String> {
    let page = history(h, channel, query).await.unwrap();
    page.publications.iter().map(|publication| label(publication)).collect()
}

/// The query for everything, oldest first.
pub const fn everything() -> HistoryQuery {
    HistoryQuery { since: None, limit: None, reverse: false }
}

/// The query for everything after the offset, whatever the epoch.
pub fn since(offset: u64) -> HistoryQuery {
    HistoryQuery { since: Some(Position { offset, epoch: Epoch::new("") }), ..everything() }
}

/// What the worker got since it was last asked: `text@offset`, `text` without a position, `join user`, `leave user`.
pub async fn seen<H: Harness>(h: &H, worker: WorkerId) -> Vec<String> {
    h.settle().await;
    let deliveries = h.inboxes().take(worker);
    let labels = deliveries.into_iter().map(|delivery| match delivery.event {
        ChannelEvent::Publication(publication) => label(&publication),
        ChannelEvent::Join(info) => format!("join {}", info.user.as_str()),
        ChannelEvent::Leave(info) => format!("leave {}", info.user.as_str()),
    });
    labels.collect()
}

/// The one publication that the worker got since it was last asked, and in which channel.
pub async fn received<H: Harness>(h: &H, worker: WorkerId) -> (ChannelKey, Arc<Publication>) {
    h.settle().await;
    let [delivery] = <[_; 1]>::try_from(h.inboxes().take(worker)).expect("one delivery");
    let ChannelEvent::Publication(publication) = delivery.event else { panic!("not a publication") };
    (delivery.channel, publication)
}

/// `text@offset`, or `text` without a position.
pub(crate) fn label(publication: &Publication) -> String {
    let text = String::from_utf8_lossy(&publication.data);
    match &publication.position {
        Some(position) => format!("{text}@{}", position.offset),
        None => text.into_owned(),
    }
}
