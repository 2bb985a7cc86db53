//! Who is there.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{ChannelKey, ClientInfo, PresenceStats};

use super::*;
use crate::Broker;

/// How often the house calls `enter` again for those who stay.
const PRESENCE_INTERVAL: Duration = Duration::from_secs(27);

async fn enter<H: Harness>(h: &H, channel: &ChannelKey, info: &Arc<ClientInfo>) {
    h.broker().enter(channel, info, h.now()).await.unwrap();
}

async fn leave<H: Harness>(h: &H, channel: &ChannelKey, info: &Arc<ClientInfo>) {
    h.broker().leave(channel, info.client).await.unwrap();
}

/// Checks that exactly these are present; they are in the order of their client ids.
async fn assert_present<H: Harness>(h: &H, channel: &ChannelKey, expected: &[&Arc<ClientInfo>]) {
    let mut present = h.broker().presence(channel, h.now()).await.unwrap();
    present.sort_by_key(|info| info.client);
    assert_eq!(present.iter().collect::<Vec<_>>(), expected);
}

async fn stats<H: Harness>(h: &H, channel: &ChannelKey) -> (u32, u32) {
    let PresenceStats { clients, users } = h.broker().presence_stats(channel, h.now()).await.unwrap();
    (clients, users)
}

pub async fn nobody_is_present_in_an_untouched_channel<H: Harness>(h: H) {
    assert_present(&h, &channel("news"), &[]).await;
    assert_eq!(stats(&h, &channel("news")).await, (0, 0));
}

pub async fn those_who_entered_and_did_not_leave_are_present<H: Harness>(h: H) {
    let (news, ann, bob) = (channel("news"), client("ann", 1), client("bob", 2));
    enter(&h, &news, &ann).await;
    enter(&h, &news, &bob).await;
    assert_present(&h, &news, &[&ann, &bob]).await;
    assert_eq!(stats(&h, &news).await, (2, 2));
    leave(&h, &news, &ann).await;
    assert_present(&h, &news, &[&bob]).await;
    leave(&h, &news, &bob).await;
    assert_present(&h, &news, &[]).await;
    assert_eq!(stats(&h, &news).await, (0, 0));
}

pub async fn entering_again_counts_once_and_renews_what_is_known<H: Harness>(h: H) {
    let (news, before) = (channel("news"), client("ann", 1));
    let after = Arc::new(ClientInfo { channel: Some(Bytes::from_static(b"{}")), ..(*before).clone() });
    enter(&h, &news, &before).await;
    enter(&h, &news, &after).await;
    assert_present(&h, &news, &[&after]).await;
    assert_eq!(stats(&h, &news).await, (1, 1));
    enter(&h, &news, &client("bob", 2)).await;
    leave(&h, &news, &after).await;
    assert_eq!(stats(&h, &news).await, (1, 1));
}

pub async fn a_user_with_two_connections_counts_once<H: Harness>(h: H) {
    let news = channel("news");
    for info in [client("ann", 1), client("ann", 2), client("bob", 3)] {
        enter(&h, &news, &info).await;
    }
    assert_eq!(stats(&h, &news).await, (3, 2));
}

pub async fn a_user_counts_until_the_last_connection_left<H: Harness>(h: H) {
    let news = channel("news");
    let (one, two) = (client("ann", 1), client("ann", 2));
    enter(&h, &news, &one).await;
    enter(&h, &news, &two).await;
    leave(&h, &news, &one).await;
    assert_eq!(stats(&h, &news).await, (1, 1));
    leave(&h, &news, &two).await;
    assert_eq!(stats(&h, &news).await, (0, 0));
}

pub async fn the_leave_of_someone_unknown_does_nothing<H: Harness>(h: H) {
    let (news, ann) = (channel("news"), client("ann", 1));
    leave(&h, &news, &ann).await;
    enter(&h, &news, &ann).await;
    leave(&h, &news, &client("ann", 2)).await;
    assert_eq!(stats(&h, &news).await, (1, 1));
}

pub async fn presence_is_kept_apart_by_channel_and_organisation<H: Harness>(h: H) {
    enter(&h, &channel("news"), &client("ann", 1)).await;
    assert_present(&h, &channel("other"), &[]).await;
    assert_present(&h, &channel_of("globex", "news"), &[]).await;
}

pub async fn a_client_that_enters_again_in_time_stays_present<H: Harness>(mut h: H) {
    let (news, ann) = (channel("news"), client("ann", 1));
    for _ in 0..5 {
        enter(&h, &news, &ann).await;
        h.pass(PRESENCE_INTERVAL).await;
        assert_present(&h, &news, &[&ann]).await;
    }
}
