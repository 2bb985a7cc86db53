//! Idempotency keys.

use std::time::Duration;

use vestibule_model::{IDEMPOTENCY_WINDOW, PublishOptions, Published};

use super::*;
use crate::Broker;

/// No history, under that idempotency key.
fn once(key: &str) -> PublishOptions {
    PublishOptions { idempotency_key: Some(key.into()), ..PublishOptions::default() }
}

pub async fn a_repeated_key_is_answered_with_the_first_position_and_delivered_once<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    let first = publish(&h, &news, text("a"), &keep_once("key")).await.unwrap();
    assert!(!first.suppressed);
    kept(&h, &news, "b").await;
    let again = publish(&h, &news, text("a, perhaps changed"), &keep_once("key")).await.unwrap();
    assert_eq!(again, Published { suppressed: true, ..first });
    assert_eq!(seen(&h, FIRST).await, ["a@1", "b@2"]);
    assert_eq!(all(&h, &news).await, ["a@1", "b@2"]);
}

pub async fn a_repeated_key_without_history_is_delivered_once<H: Harness>(h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    let first = publish(&h, &news, text("a"), &once("key")).await.unwrap();
    assert_eq!(first, Published { position: None, suppressed: false });
    let again = publish(&h, &news, text("a"), &once("key")).await.unwrap();
    assert_eq!(again, Published { position: None, suppressed: true });
    assert_eq!(seen(&h, FIRST).await, ["a"]);
}

pub async fn a_key_is_forgotten_after_its_window<H: Harness>(mut h: H) {
    let news = channel("news");
    subscribe(&h, FIRST, &news).await;
    publish(&h, &news, text("a"), &once("key")).await.unwrap();
    h.pass(IDEMPOTENCY_WINDOW - Duration::from_secs(1)).await;
    assert!(publish(&h, &news, text("b"), &once("key")).await.unwrap().suppressed);
    h.pass(Duration::from_secs(1)).await;
    assert!(
        !publish(&h, &news, text("c"), &once("key")).await.unwrap().suppressed,
        "repeating does not prolong"
    );
    assert!(
        publish(&h, &news, text("d"), &once("key")).await.unwrap().suppressed,
        "and the window begins anew"
    );
    assert_eq!(seen(&h, FIRST).await, ["a", "c"]);
}

pub async fn a_key_belongs_to_one_channel<H: Harness>(h: H) {
    let channels = [channel("news"), channel("other"), channel_of("globex", "news")];
    for channel in &channels {
        assert!(!publish(&h, channel, text("a"), &keep_once("key")).await.unwrap().suppressed);
    }
}

pub async fn another_key_is_another_publication<H: Harness>(h: H) {
    let news = channel("news");
    for key in ["one", "two", ""] {
        assert!(!publish(&h, &news, text(key), &keep_once(key)).await.unwrap().suppressed);
    }
    assert_eq!(all(&h, &news).await, ["one@1", "two@2", "@3"]);
}

pub async fn a_key_is_remembered_when_the_history_is_removed<H: Harness>(h: H) {
    let news = channel("news");
    let first = publish(&h, &news, text("a"), &keep_once("key")).await.unwrap();
    h.broker().remove_history(&news).await.unwrap();
    let again = publish(&h, &news, text("a"), &keep_once("key")).await.unwrap();
    assert_eq!(again, Published { suppressed: true, ..first });
    assert_eq!(all(&h, &news).await, [""; 0]);
}
