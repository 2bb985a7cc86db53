//! Who is subscribed, and what has to be said when he is not any more.

use super::*;

#[test]
fn one_that_stands_departs_whether_it_is_held_live_or_lost() {
    for stage_of_life in 0..3 {
        let mut stage = Stage::new();
        stage.begin(ANN, follower());
        stage.settle(ANN, Some(at(EPOCH, 5)));
        if stage_of_life > 0 {
            stage.release(ANN);
        }
        if stage_of_life > 1 {
            stage.publish(9..=9);
        }
        let departure = stage.unsubscribe(ANN).expect("a subscription").departure.expect("a departure");
        assert!(departure.presence && departure.announces);
    }
}

#[test]
fn until_a_subscription_stands_each_one_asks_for_the_channels_deliveries() {
    let mut stage = Stage::new();
    assert!(stage.begin(ANN, follower()));
    assert!(stage.begin(BEN, listener()), "what the first one asked for may fail yet");
    stage.settle(ANN, None);
    assert!(!stage.begin(ConnectionId::for_test(3), listener()));
}

#[test]
fn the_last_subscriber_of_a_channel_is_told_from_the_others() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.begin(BEN, listener());
    assert_eq!(stage.shard.subscriptions(), 2);
    assert!(!stage.unsubscribe(ANN).expect("a subscription").last);
    assert!(stage.unsubscribe(BEN).expect("a subscription").last);
    assert!(stage.unsubscribe(BEN).is_none());
    assert_eq!(stage.shard.subscriptions(), 0);
    assert_eq!(stage.shard.channels().count(), 0, "an empty channel is forgotten");
    assert!(stage.begin(BEN, listener()), "and its deliveries have to be asked for again");
}

#[test]
fn a_connection_that_is_subscribed_keeps_the_subscription_it_has() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    assert!(!stage.begin(ANN, listener()));
    assert_eq!(stage.shard.subscriptions(), 1);
    assert_eq!(stage.offset(ANN), Some(5));
}

#[test]
fn presence_is_known_only_where_it_is_kept() {
    let mut stage = Stage::new();
    stage.follow(ANN, 0);
    let departure = Departure { presence: false, ..follower().departure };
    stage.listen(BEN, Subscription { departure, ..listener() });
    assert_eq!(stage.shard.presence(ANN, &stage.key), Some(info()));
    assert_eq!(stage.shard.presence(BEN, &stage.key), None);
}
