//! What is refused is refused whole.

use vestibule_model::{Publication, PublishOptions};

use super::*;
use crate::{Announcement, Broker, BrokerError};

pub async fn a_publication_is_refused_whole_when_one_worker_has_no_room<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    subscribe(&h, SECOND, &news).await;
    let before = kept(&h, &news, "a").await;
    h.inboxes().fill(SECOND);
    assert_eq!(publish(&h, &news, text("b"), &keep()).await, Err(BrokerError::Overloaded));
    assert_eq!(top(&h, &news).await, before, "no offset was used up");
    assert_eq!(all(&h, &news).await, ["a@1"], "nothing was kept");
    h.inboxes().drain(SECOND);
    kept(&h, &news, "c").await;
    assert_eq!(seen(&h, FIRST).await, ["a@1", "c@2"], "nothing was delivered to those who had room");
    assert_eq!(seen(&h, SECOND).await, ["a@1", "c@2"]);
}

pub async fn a_refused_publication_can_be_tried_again_with_its_key_and_version<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    h.inboxes().fill(FIRST);
    let sent = Publication { version: 1, ..text("a") };
    let options = keep_once("key");
    assert_eq!(publish(&h, &news, sent.clone(), &options).await, Err(BrokerError::Overloaded));
    h.inboxes().drain(FIRST);
    assert!(!publish(&h, &news, sent, &options).await.unwrap().suppressed);
    assert_eq!(seen(&h, FIRST).await, ["a@1"]);
}

pub async fn a_publication_without_history_is_refused_likewise<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    subscribe(&h, SECOND, &news).await;
    h.inboxes().fill(SECOND);
    let refused = publish(&h, &news, text("a"), &PublishOptions::default()).await;
    assert_eq!(refused, Err(BrokerError::Overloaded));
    assert_eq!(seen(&h, FIRST).await, [""; 0]);
}

pub async fn an_announcement_is_refused_likewise<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    subscribe(&h, SECOND, &news).await;
    h.inboxes().fill(SECOND);
    let refused = h.broker().announce(&news, Announcement::Join(client("ann", 1))).await;
    assert_eq!(refused, Err(BrokerError::Overloaded));
    assert_eq!(seen(&h, FIRST).await, [""; 0]);
}

pub async fn a_full_worker_does_not_hinder_channels_that_it_is_not_subscribed_to<H: Harness>(h: H) {
    let (news, other) = (channel("news"), channel("other"));
    subscribe(&h, FIRST, &news).await;
    subscribe(&h, SECOND, &other).await;
    h.inboxes().fill(SECOND);
    kept(&h, &news, "a").await;
    assert_eq!(seen(&h, FIRST).await, ["a@1"]);
}

pub async fn a_repetition_is_answered_even_when_a_worker_has_no_room<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    let first = publish(&h, &news, text("a"), &keep_once("key")).await.unwrap();
    h.settle().await;
    h.inboxes().fill(FIRST);
    let again = publish(&h, &news, text("a"), &keep_once("key")).await.unwrap();
    assert!(again.suppressed);
    assert_eq!(again.position, first.position);
}
