//! Followers get every publication once and in order, or are told that they did not.

use super::*;

#[test]
fn a_publication_that_a_follower_has_is_dropped() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.publish(4..=5);
    stage.publish(6..=6);
    stage.publish(6..=6);
    assert_eq!(stage.heard(ANN), ["6"]);
    assert_eq!(stage.losses(ANN), 0);
}

#[test]
fn a_gap_loses_a_follower_once_and_nothing_is_delivered_afterwards() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.publish(7..=7);
    stage.publish(6..=6);
    stage.publish(8..=9);
    stage.deliver(&[publication(0, None)]);
    stage.shard.lose(ANN, &stage.key, &mut stage.record);
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
    assert_eq!(stage.offset(ANN), None, "a lost follower stands nowhere");
}

#[test]
fn a_new_epoch_loses_every_follower_once_and_nobody_else() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.listen(BEN, listener());
    stage.deliver(&of("second", 1..=1));
    stage.deliver(&of("second", 2..=2));
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
    assert_eq!(stage.heard(BEN), ["1", "2"]);
}

#[test]
fn a_new_epoch_that_another_subscriber_brings_loses_the_followers_of_the_old_one() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.begin(BEN, follower());
    stage.settle(BEN, Some(at("second", 0)));
    stage.release(BEN);
    stage.deliver(&of("second", 1..=1));
    assert_eq!(stage.entries(ANN), [Entry::Lost]);
    assert_eq!(stage.heard(BEN), ["1"]);
}

#[test]
fn a_publication_without_a_position_reaches_followers_and_does_not_move_them() {
    let mut stage = Stage::new();
    stage.follow(ANN, 5);
    stage.deliver(&[publication(70, None), publication(71, None)]);
    stage.publish(6..=6);
    assert_eq!(stage.heard(ANN), ["70", "71", "6"]);
    assert_eq!(stage.offset(ANN), Some(6));
}

#[test]
fn a_follower_stands_where_it_was_given_the_last_publication() {
    let mut stage = Stage::new();
    stage.begin(ANN, follower());
    assert_eq!(stage.offset(ANN), None, "one that is held stands nowhere yet");
    stage.settle(ANN, Some(at(EPOCH, 5)));
    assert_eq!(stage.offset(ANN), None);
    stage.release(ANN);
    stage.publish(6..=8);
    assert_eq!(stage.shard.position(ANN, &stage.key), Some((at(EPOCH, 8), META_TTL)));
    stage.listen(BEN, listener());
    assert_eq!(stage.offset(BEN), None, "nor does one that does not follow");
}
