//! What reaches a subscriber around the reply that opens its subscription.

use super::*;

#[test]
fn nothing_is_sent_before_the_reply_that_opens_the_subscription() {
    let mut stage = Stage::new();
    stage.begin(ANN, listener());
    stage.deliver(&[publication(1, None)]);
    stage.settle(ANN, None);
    stage.deliver(&[publication(2, None)]);
    assert_eq!(stage.entries(ANN), []);
    stage.release(ANN);
    stage.deliver(&[publication(3, None)]);
    assert_eq!(stage.heard(ANN), ["1", "2", "3"]);
}

#[test]
fn what_the_history_held_already_is_not_sent_again_and_the_rest_follows_in_order() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.publish(3..=4);
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.publish(5..=5);
    stage.publish(6..=7);
    stage.release(ANN);
    stage.publish(8..=8);
    assert_eq!(stage.heard(ANN), ["6", "7", "8"]);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_run_that_the_history_held_in_part_gives_only_its_rest() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.publish(4..=7);
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.release(ANN);
    assert_eq!(stage.heard(ANN), ["6", "7"]);
}

#[test]
fn whatever_moment_the_history_is_read_at_a_follower_gets_each_publication_once_and_in_order() {
    const LAST: u64 = 6;
    for top in 0..=LAST {
        for settled in top..=LAST {
            for released in settled..=LAST {
                let mut stage = Stage::new();
                stage.begin(ANN, follower());
                for offset in 0..=LAST {
                    if offset > 0 {
                        stage.publish(offset..=offset);
                    }
                    if offset == settled {
                        stage.settle(ANN, Some(at(EPOCH, top)));
                    }
                    if offset == released {
                        stage.release(ANN);
                    }
                }
                let rest: Vec<String> = (top + 1..=LAST).map(|offset| offset.to_string()).collect();
                assert_eq!(
                    stage.heard(ANN),
                    rest,
                    "read at {top}, settled at {settled}, released at {released}"
                );
                assert_eq!(stage.losses(ANN), 0);
            }
        }
    }
}

#[test]
fn a_gap_among_what_was_held_loses_the_follower_at_its_release() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.publish(6..=6);
    stage.publish(8..=8);
    stage.release(ANN);
    stage.publish(9..=9);
    assert_eq!(stage.heard(ANN), ["6"]);
    assert_eq!(stage.losses(ANN), 1);
}

#[test]
fn a_new_epoch_while_a_standing_follower_is_held_loses_it_at_its_release() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.deliver(&of("second", 1..=1));
    assert_eq!(stage.entries(ANN), [], "its reply is not on its way yet");
    stage.release(ANN);
    stage.deliver(&of("second", 2..=2));
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
}

#[test]
fn a_follower_whose_position_was_read_before_the_new_epoch_is_lost_at_its_release() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.deliver(&of("second", 1..=1));
    stage.settle(ANN, Some(at(EPOCH, 5)));
    stage.release(ANN);
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
}

#[test]
fn a_follower_that_settles_in_the_new_epoch_follows_it() {
    let mut stage = Stage::new();
    stage.follow(BEN, 5);
    stage.begin(ANN, follower());
    stage.deliver(&of("second", 1..=2));
    stage.settle(ANN, Some(at("second", 1)));
    stage.release(ANN);
    stage.deliver(&of("second", 3..=3));
    assert_eq!(stage.heard(ANN), ["2", "3"]);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_held_subscriber_hears_of_joins_after_its_reply() {
    let mut stage = Stage::new();
    stage.begin(ANN, Subscription { hears: true, ..follower() });
    stage.deliver(&[ChannelEvent::Join(info())]);
    stage.settle(ANN, Some(at(EPOCH, 0)));
    stage.publish(1..=1);
    stage.release(ANN);
    assert_eq!(stage.heard(ANN), ["+ann", "1"]);
}

#[test]
fn more_events_than_can_be_held_lose_the_subscriber_at_its_release() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.settle(ANN, Some(at(EPOCH, 0)));
    let most = HELD_EVENTS as u64;
    stage.publish(1..=most);
    stage.publish(most + 1..=most + 1);
    assert_eq!(stage.entries(ANN), []);
    stage.release(ANN);
    stage.publish(most + 2..=most + 2);
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
}

#[test]
fn as_many_events_as_can_be_held_are_all_delivered() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    stage.settle(ANN, Some(at(EPOCH, 0)));
    stage.publish(1..=HELD_EVENTS as u64);
    stage.release(ANN);
    assert_eq!(stage.heard(ANN).len(), HELD_EVENTS);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_subscription_that_ends_before_it_stands_has_no_departure() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    let ended = stage.unsubscribe(ANN).expect("a subscription");
    assert!(ended.departure.is_none());
    assert!(ended.last);
}
