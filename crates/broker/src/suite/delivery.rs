//! Who gets what, in which order.

use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{Epoch, Position, Publication, PublishOptions};

use super::*;
use crate::{Announcement, Broker};

pub async fn a_publication_reaches_every_subscribed_worker_and_no_other<H: Harness>(h: H) {
    let (news, other) = (channel("news"), channel("other"));
    subscribe(&h, FIRST, &news).await;
    subscribe(&h, SECOND, &other).await;
    kept(&h, &news, "a").await;
    assert_eq!(seen(&h, FIRST).await, ["a@1"]);
    assert_eq!(seen(&h, SECOND).await, [""; 0]);
    subscribe(&h, SECOND, &news).await;
    kept(&h, &news, "b").await;
    assert_eq!(seen(&h, FIRST).await, ["b@2"]);
    assert_eq!(seen(&h, SECOND).await, ["b@2"]);
}

pub async fn a_publication_arrives_as_it_was_published<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    let sent = Publication {
        data: Bytes::from_static(b"\x00\xff{}"),
        info: Some(client("ann", 1)),
        tags: Some(Arc::new([("lang".into(), "en".into())].into())),
        position: Some(Position { offset: 77, epoch: Epoch::new("of the publisher's making") }),
        version: 3,
    };
    let published = publish(&h, &news, sent.clone(), &keep()).await.unwrap();
    let (place, received) = received(&h, FIRST).await;
    assert_eq!(place, news);
    assert_eq!(*received, Publication { position: published.position, ..sent });
    assert_eq!(received.position.as_ref().unwrap().offset, 1);
}

pub async fn a_channel_without_subscribers_takes_a_publication<H: Harness>(h: H) {
    let news = channel("news");
    let published = publish(&h, &news, text("a"), &PublishOptions::default()).await.unwrap();
    assert!(!published.suppressed);
    kept(&h, &news, "b").await;
    subscribe(&h, FIRST, &news).await;
    assert_eq!(seen(&h, FIRST).await, [""; 0], "nothing is delivered in arrears");
}

pub async fn all_workers_get_publications_and_announcements_in_the_order_of_the_calls<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    subscribe(&h, SECOND, &news).await;
    all_kept(&h, &news, &["a", "b"]).await;
    h.broker().announce(&news, Announcement::Join(client("ann", 1))).await.unwrap();
    publish(&h, &news, text("c"), &PublishOptions::default()).await.unwrap();
    h.broker().announce(&news, Announcement::Leave(client("ann", 1))).await.unwrap();
    kept(&h, &news, "d").await;
    let order = ["a@1", "b@2", "join ann", "c", "leave ann", "d@3"];
    assert_eq!(seen(&h, FIRST).await, order);
    assert_eq!(seen(&h, SECOND).await, order);
}

pub async fn subscribing_twice_is_the_same_as_once<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    subscribe(&h, FIRST, &news).await;
    kept(&h, &news, "a").await;
    assert_eq!(seen(&h, FIRST).await, ["a@1"]);
    h.broker().unsubscribe(FIRST, &news).await.unwrap();
    kept(&h, &news, "b").await;
    assert_eq!(seen(&h, FIRST).await, [""; 0]);
}

pub async fn an_unsubscribed_worker_gets_nothing_more<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    subscribe(&h, SECOND, &news).await;
    h.broker().unsubscribe(FIRST, &news).await.unwrap();
    kept(&h, &news, "a").await;
    assert_eq!(seen(&h, FIRST).await, [""; 0]);
    assert_eq!(seen(&h, SECOND).await, ["a@1"]);
}

pub async fn unsubscribing_from_an_unknown_channel_does_nothing<H: Harness>(h: H) {
    let news = channel("news");
    h.broker().unsubscribe(FIRST, &news).await.unwrap();
    subscribe(&h, SECOND, &news).await;
    h.broker().unsubscribe(FIRST, &news).await.unwrap();
    kept(&h, &news, "a").await;
    assert_eq!(seen(&h, SECOND).await, ["a@1"]);
}

pub async fn one_name_in_two_organisations_is_two_channels<H: Harness>(h: H) {
    let (ours, theirs) = (channel_of("acme", "news"), channel_of("globex", "news"));
    subscribe(&h, FIRST, &ours).await;
    subscribe(&h, SECOND, &theirs).await;
    kept(&h, &ours, "ours").await;
    assert_eq!(seen(&h, FIRST).await, ["ours@1"]);
    assert_eq!(seen(&h, SECOND).await, [""; 0]);
    assert_eq!(all(&h, &theirs).await, [""; 0]);
}

pub async fn a_publication_without_history_has_no_position<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    let position = Some(Position { offset: 77, epoch: Epoch::new("of the publisher's making") });
    let sent = Publication { position, ..text("a") };
    let published = publish(&h, &news, sent, &PublishOptions::default()).await.unwrap();
    assert_eq!(published.position, None);
    assert_eq!(seen(&h, FIRST).await, ["a"]);
}

pub async fn joins_and_leaves_are_delivered_and_not_kept<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    h.broker().announce(&news, Announcement::Join(client("ann", 1))).await.unwrap();
    h.broker().announce(&news, Announcement::Leave(client("ann", 1))).await.unwrap();
    assert_eq!(seen(&h, FIRST).await, ["join ann", "leave ann"]);
    assert_eq!(seen(&h, SECOND).await, [""; 0]);
    h.broker().announce(&channel("empty"), Announcement::Join(client("ann", 1))).await.unwrap();
    assert_eq!(top(&h, &news).await.offset, 0);
    assert_eq!(all(&h, &news).await, [""; 0]);
}
