//! What expires, and when.

use std::time::Duration;

use vestibule_model::{HistoryQuery, Position, Publication};

use super::*;
use crate::BrokerError;

/// Less than any of the lifetimes here.
const MOMENT: Duration = Duration::from_secs(1);

pub async fn all_publications_live_until_the_ttl_after_the_last<H: Harness>(mut h: H) {
    let news = channel("news");
    kept(&h, &news, "a").await;
    h.pass(RETENTION.ttl - MOMENT).await;
    kept(&h, &news, "b").await;
    h.pass(RETENTION.ttl - MOMENT).await;
    assert_eq!(all(&h, &news).await, ["a@1", "b@2"]);
    h.pass(MOMENT).await;
    assert_eq!(all(&h, &news).await, [""; 0]);
}

pub async fn the_position_outlives_the_publications<H: Harness>(mut h: H) {
    let news = channel("news");
    let last = kept(&h, &news, "a").await;
    h.pass(RETENTION.ttl).await;
    assert_eq!(top(&h, &news).await, last);
    let query = HistoryQuery { since: Some(Position { offset: 0, ..last.clone() }), ..everything() };
    assert_eq!(read(&h, &news, &query).await, [""; 0]);
    assert_eq!(kept(&h, &news, "b").await, Position { offset: 2, ..last });
    assert_eq!(all(&h, &news).await, ["b@2"]);
}

pub async fn the_position_ends_when_the_meta_ttl_has_passed_since_the_last_access<H: Harness>(mut h: H) {
    let news = channel("news");
    let last = kept(&h, &news, "a").await;
    h.pass(META_TTL).await;
    let query = HistoryQuery { since: Some(last.clone()), ..everything() };
    assert_eq!(history(&h, &news, &query).await, Err(BrokerError::Unrecoverable));
    let anew = top(&h, &news).await;
    assert_eq!(anew.offset, 0);
    assert_ne!(anew.epoch, last.epoch);
    assert_eq!(kept(&h, &news, "b").await, Position { offset: 1, ..anew });
}

pub async fn reading_keeps_the_position_alive<H: Harness>(mut h: H) {
    let news = channel("news");
    let last = kept(&h, &news, "a").await;
    for _ in 0..3 {
        h.pass(META_TTL - MOMENT).await;
        assert_eq!(top(&h, &news).await, last);
    }
    h.pass(META_TTL).await;
    assert_ne!(top(&h, &news).await, last);
}

pub async fn publishing_keeps_the_position_alive<H: Harness>(mut h: H) {
    let news = channel("news");
    let epoch = top(&h, &news).await.epoch;
    for offset in 1..=3 {
        h.pass(META_TTL - MOMENT).await;
        assert_eq!(kept(&h, &news, "a").await, Position { offset, epoch: epoch.clone() });
    }
}

pub async fn subscribers_stay_when_the_position_ends<H: Harness>(mut h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    kept(&h, &news, "a").await;
    h.pass(META_TTL).await;
    kept(&h, &news, "b").await;
    assert_eq!(seen(&h, FIRST).await, ["a@1", "b@1"]);
}

pub async fn the_version_ends_with_the_position<H: Harness>(mut h: H) {
    let news = channel("news");
    let sent = Publication { version: 5, ..text("a") };
    publish(&h, &news, sent.clone(), &keep()).await.unwrap();
    h.pass(RETENTION.ttl).await;
    assert!(publish(&h, &news, sent.clone(), &keep()).await.unwrap().suppressed);
    h.pass(META_TTL).await;
    assert!(!publish(&h, &news, sent, &keep()).await.unwrap().suppressed);
}
