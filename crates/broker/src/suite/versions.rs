//! Publications that come too late: a newer version is out already.

use vestibule_model::{Publication, PublishOptions, Published};

use super::*;

/// Publishes `version` as its own text, kept.
async fn publish_version<H: Harness>(h: &H, version: u64, version_epoch: Option<&str>) -> Published {
    let sent = Publication { version, ..text(&format!("v{version}")) };
    let options = PublishOptions { version_epoch: version_epoch.map(Into::into), ..keep() };
    publish(h, &channel("news"), sent, &options).await.unwrap()
}

pub async fn an_equal_or_lower_version_is_suppressed_and_answered_with_the_top<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    let published = publish_version(&h, 5, Some("x")).await;
    assert!(!published.suppressed);
    for late in [5, 4, 1] {
        let suppressed = publish_version(&h, late, Some("x")).await;
        assert_eq!(suppressed, Published { suppressed: true, ..published.clone() });
    }
    assert_eq!(seen(&h, FIRST).await, ["v5@1"]);
    assert_eq!(all(&h, &news).await, ["v5@1"]);
}

pub async fn a_higher_version_is_accepted<H: Harness>(h: H) {
    for version in [1, 2, 9] {
        assert!(!publish_version(&h, version, Some("x")).await.suppressed);
    }
    assert_eq!(all(&h, &channel("news")).await, ["v1@1", "v2@2", "v9@3"]);
}

pub async fn another_version_epoch_starts_anew<H: Harness>(h: H) {
    publish_version(&h, 5, Some("x")).await;
    assert!(!publish_version(&h, 1, Some("y")).await.suppressed);
    assert!(publish_version(&h, 1, Some("y")).await.suppressed);
    assert!(!publish_version(&h, 2, Some("y")).await.suppressed);
}

pub async fn without_a_version_epoch_the_number_alone_decides<H: Harness>(h: H) {
    publish_version(&h, 5, Some("x")).await;
    assert!(publish_version(&h, 5, None).await.suppressed);
    assert!(!publish_version(&h, 6, None).await.suppressed);
    assert!(!publish_version(&h, 1, Some("x")).await.suppressed, "the last one had no version epoch");
}

pub async fn a_publication_without_a_version_leaves_the_version_as_it_is<H: Harness>(h: H) {
    publish_version(&h, 5, None).await;
    assert!(!publish_version(&h, 0, None).await.suppressed);
    assert!(publish_version(&h, 5, None).await.suppressed);
    assert!(!publish_version(&h, 6, None).await.suppressed);
}

pub async fn without_history_a_version_suppresses_nothing<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    publish_version(&h, 5, None).await;
    let sent = Publication { version: 1, ..text("a") };
    assert!(!publish(&h, &news, sent, &PublishOptions::default()).await.unwrap().suppressed);
    assert_eq!(seen(&h, FIRST).await, ["v5@1", "a"]);
}

pub async fn a_suppressed_publication_does_not_use_up_its_key<H: Harness>(h: H) {
    let news = channel("news");
    publish_version(&h, 5, None).await;
    let late = Publication { version: 4, ..text("late") };
    assert!(publish(&h, &news, late, &keep_once("key")).await.unwrap().suppressed);
    let newer = Publication { version: 6, ..text("newer") };
    assert!(!publish(&h, &news, newer, &keep_once("key")).await.unwrap().suppressed);
}
