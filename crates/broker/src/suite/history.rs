//! Offsets, epochs, and what can be read.

use std::sync::Arc;

use vestibule_model::{Epoch, HistoryQuery, Position, Publication, PublishOptions, Retention};

use super::*;
use crate::{Broker, BrokerError};

pub async fn offsets_start_at_one_and_rise_by_one<H: Harness>(h: H) {
    let news = channel("news");
    let epoch = top(&h, &news).await.epoch;
    for offset in 1..=8 {
        assert_eq!(kept(&h, &news, "a").await, Position { offset, epoch: epoch.clone() });
    }
}

pub async fn a_delivery_carries_the_position_that_the_publisher_was_told<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    let told = kept(&h, &news, "a").await;
    let (_, received) = received(&h, FIRST).await;
    assert_eq!(received.position.as_ref(), Some(&told));
    assert_eq!(told, top(&h, &news).await);
}

pub async fn an_untouched_channel_stands_at_offset_zero_of_an_epoch_that_stays<H: Harness>(h: H) {
    let news = channel("news");
    let page = history(&h, &news, &everything()).await.unwrap();
    assert_eq!(page.publications, []);
    assert_eq!(page.top.offset, 0);
    assert_eq!(top(&h, &news).await, page.top);
    assert_eq!(kept(&h, &news, "a").await, Position { offset: 1, ..page.top });
}

pub async fn an_epoch_is_eight_letters_and_each_channel_has_its_own<H: Harness>(h: H) {
    let (news, other) = (top(&h, &channel("news")).await.epoch, top(&h, &channel("other")).await.epoch);
    assert_eq!(news.as_str().len(), 8);
    assert!(news.as_str().bytes().all(|letter| letter.is_ascii_alphabetic()), "{news:?}");
    assert_ne!(news, other);
}

pub async fn asking_for_the_position_reads_no_publications<H: Harness>(h: H) {
    let news = channel("news");
    let last = kept(&h, &news, "a").await;
    let page = history(&h, &news, &HistoryQuery::POSITION).await.unwrap();
    assert_eq!((page.publications, page.top), (vec![], last));
    assert_eq!(read(&h, &news, &HistoryQuery { limit: Some(0), ..since(0) }).await, [""; 0]);
}

pub async fn reading_starts_with_the_oldest_and_stops_at_the_limit<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b", "c"]).await;
    assert_eq!(all(&h, &news).await, ["a@1", "b@2", "c@3"]);
    assert_eq!(read(&h, &news, &HistoryQuery { limit: Some(2), ..everything() }).await, ["a@1", "b@2"]);
    assert_eq!(read(&h, &news, &HistoryQuery { limit: Some(9), ..everything() }).await.len(), 3);
    assert_eq!(top(&h, &news).await.offset, 3);
}

pub async fn reading_in_reverse_starts_with_the_newest<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b", "c"]).await;
    let reverse = HistoryQuery { reverse: true, ..everything() };
    assert_eq!(read(&h, &news, &reverse).await, ["c@3", "b@2", "a@1"]);
    assert_eq!(read(&h, &news, &HistoryQuery { limit: Some(1), ..reverse }).await, ["c@3"]);
}

pub async fn reading_since_an_offset_starts_after_it<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b", "c"]).await;
    assert_eq!(read(&h, &news, &since(1)).await, ["b@2", "c@3"]);
    assert_eq!(read(&h, &news, &HistoryQuery { limit: Some(1), ..since(1) }).await, ["b@2"]);
    assert_eq!(read(&h, &news, &since(0)).await, ["a@1", "b@2", "c@3"]);
}

pub async fn reading_in_reverse_since_an_offset_starts_before_it<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b", "c"]).await;
    let before = |offset| HistoryQuery { reverse: true, ..since(offset) };
    assert_eq!(read(&h, &news, &before(3)).await, ["b@2", "a@1"]);
    assert_eq!(read(&h, &news, &before(4)).await, ["c@3", "b@2", "a@1"]);
    assert_eq!(read(&h, &news, &HistoryQuery { limit: Some(1), ..before(3) }).await, ["b@2"]);
    assert_eq!(read(&h, &news, &before(1)).await, [""; 0]);
}

pub async fn reading_in_reverse_since_an_offset_whose_predecessor_is_gone_finds_nothing<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b", "c", "d", "e", "f", "g"]).await;
    let before = |offset| HistoryQuery { reverse: true, ..since(offset) };
    assert_eq!(read(&h, &news, &before(4)).await, ["c@3"]);
    assert_eq!(read(&h, &news, &before(3)).await, [""; 0], "b is not kept any more");
    assert_eq!(read(&h, &news, &before(9)).await, [""; 0], "offset 8 is yet to come");
}

pub async fn an_offset_before_the_oldest_kept_starts_with_the_oldest_kept<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b", "c", "d", "e", "f", "g"]).await;
    assert_eq!(read(&h, &news, &since(1)).await, ["c@3", "d@4", "e@5", "f@6", "g@7"]);
    assert_eq!(read(&h, &news, &since(2)).await[0], "c@3");
    assert_eq!(read(&h, &news, &since(3)).await[0], "d@4");
}

pub async fn an_offset_at_or_above_the_top_finds_nothing<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b"]).await;
    assert_eq!(read(&h, &news, &since(2)).await, [""; 0]);
    assert_eq!(read(&h, &news, &since(3)).await, [""; 0]);
    assert_eq!(read(&h, &news, &since(1 << 40)).await, [""; 0]);
}

pub async fn an_empty_epoch_is_not_compared<H: Harness>(h: H) {
    let news = channel("news");
    let first = kept(&h, &news, "a").await;
    kept(&h, &news, "b").await;
    assert_eq!(read(&h, &news, &since(1)).await, ["b@2"]);
    assert_eq!(read(&h, &news, &HistoryQuery { since: Some(first), ..everything() }).await, ["b@2"]);
}

pub async fn another_epoch_cannot_be_recovered_from<H: Harness>(h: H) {
    let news = channel("news");
    let query = |reverse, limit| {
        let since = Some(Position { offset: 1, epoch: Epoch::new("elsewhere") });
        HistoryQuery { since, limit, reverse }
    };
    let untouched = history(&h, &channel("untouched"), &query(false, None)).await;
    assert_eq!(untouched, Err(BrokerError::Unrecoverable));
    all_kept(&h, &news, &["a", "b"]).await;
    for query in [query(false, None), query(true, None), query(false, Some(0))] {
        assert_eq!(history(&h, &news, &query).await, Err(BrokerError::Unrecoverable));
    }
    assert_eq!(all(&h, &news).await, ["a@1", "b@2"], "asking has changed nothing");
}

pub async fn the_oldest_publication_goes_when_the_size_is_reached<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b", "c", "d", "e"]).await;
    assert_eq!(all(&h, &news).await, ["a@1", "b@2", "c@3", "d@4", "e@5"]);
    kept(&h, &news, "f").await;
    assert_eq!(all(&h, &news).await, ["b@2", "c@3", "d@4", "e@5", "f@6"]);
}

pub async fn a_smaller_size_cuts_what_is_kept<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b", "c"]).await;
    let options = PublishOptions { retention: Some(Retention { size: 2, ..RETENTION }), ..keep() };
    publish(&h, &news, text("d"), &options).await.unwrap();
    assert_eq!(all(&h, &news).await, ["c@3", "d@4"]);
    kept(&h, &news, "e").await;
    assert_eq!(all(&h, &news).await, ["c@3", "d@4", "e@5"]);
}

pub async fn a_publication_without_history_takes_no_offset<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    kept(&h, &news, "a").await;
    publish(&h, &news, text("b"), &PublishOptions::default()).await.unwrap();
    kept(&h, &news, "c").await;
    assert_eq!(seen(&h, FIRST).await, ["a@1", "b", "c@2"]);
    assert_eq!(all(&h, &news).await, ["a@1", "c@2"]);
}

pub async fn removing_the_history_keeps_offset_and_epoch<H: Harness>(h: H) {
    let news = channel("news");
    all_kept(&h, &news, &["a", "b"]).await;
    let before = top(&h, &news).await;
    h.broker().remove_history(&news).await.unwrap();
    h.broker().remove_history(&channel("untouched")).await.unwrap();
    assert_eq!(all(&h, &news).await, [""; 0]);
    assert_eq!(read(&h, &news, &since(1)).await, [""; 0]);
    assert_eq!(top(&h, &news).await, before);
    assert_eq!(kept(&h, &news, "c").await, Position { offset: 3, ..before });
    assert_eq!(all(&h, &news).await, ["c@3"]);
}

pub async fn what_is_read_is_what_was_published<H: Harness>(h: H) {
    let news = channel("news");
    let tags = Arc::new([("lang".into(), "en".into())].into());
    let sent = Publication { info: Some(client("ann", 1)), tags: Some(tags), version: 3, ..text("a") };
    let position = publish(&h, &news, sent.clone(), &keep()).await.unwrap().position;
    let page = history(&h, &news, &everything()).await.unwrap();
    assert_eq!(page.publications, [Arc::new(Publication { position, ..sent })]);
}
