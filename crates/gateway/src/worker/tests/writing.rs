//! What leaves together, and what happens to a peer that does not read.

use std::time::Duration;

use super::house::House;
use crate::worker::{Limits, TICK};

#[test]
fn eight_waiting_publications_leave_in_one_write() {
    let mut house = House::new();
    let peer = house.open_subscribed("news");
    let writes = peer.pipe.writes.get();
    for number in 0..8 {
        house.publish("news", &number.to_string());
    }
    house.settle();
    assert_eq!(peer.pipe.writes.get() - writes, 1);
    assert_eq!(peer.heard().len(), 8);
}

#[test]
fn what_was_said_in_one_turn_leaves_in_one_write_whatever_it_is_about() {
    let mut house = House::new();
    let peer = house.open_subscribed("news");
    let other = house.open_echo();
    let writes = peer.pipe.writes.get();
    house.publish("news", "1");
    house.publish("olds", "2");
    house.publish("news", "3");
    house.settle();
    assert_eq!(peer.pipe.writes.get() - writes, 1);
    assert_eq!(peer.heard().len(), 2);
    assert_eq!(other.pipe.writes.get(), 0);
}

#[test]
fn a_flush_stops_after_its_budget_and_says_that_there_is_more() {
    let mut house = House::new();
    let peers = [house.open_subscribed("news"), house.open_subscribed("news"), house.open_subscribed("news")];
    house.publish("news", "1");
    let mut mails = house.mails();
    house.worker.read_mail(&mut mails, house.now);
    assert!(house.worker.flush(2, house.now));
    assert_eq!(peers.each_ref().map(|peer| peer.heard().len()), [1, 1, 0]);
    assert!(!house.worker.flush(2, house.now));
    assert_eq!(peers.each_ref().map(|peer| peer.heard().len()), [1, 1, 1]);
}

#[test]
fn a_peer_that_does_not_read_is_closed_with_3008_and_keeps_no_more_than_its_bound() {
    let limits = Limits { queue_size: 1_000, ..Limits::default() };
    let mut house = House::with(limits);
    let (slow, quick) = (house.open_subscribed("news"), house.open_subscribed("news"));
    slow.pipe.room.set(0);
    let mut most = 0;
    for _ in 0..100 {
        house.publish("news", &format!("\"{}\"", "x".repeat(100)));
        house.settle();
        most = most.max(house.waiting(&slow));
    }
    assert!(most <= 1_000, "{most} bytes waited");
    assert!(house.waiting(&slow) < 20, "nothing but its goodbye waits");
    slow.pipe.room.set(usize::MAX);
    house.worker.writable(slow.id, house.now);
    assert_eq!(slow.heard(), ["close 3008"]);
    assert_eq!(quick.heard().len(), 100, "nobody waits for a slow peer");
}

#[test]
fn a_peer_that_has_a_part_of_a_message_gets_the_rest_before_the_goodbye() {
    let limits = Limits { queue_size: 1_000, ..Limits::default() };
    let mut house = House::with(limits);
    let slow = house.open_subscribed("news");
    slow.pipe.room.set(10);
    for _ in 0..20 {
        house.publish("news", &format!("\"{}\"", "x".repeat(100)));
        house.settle();
    }
    slow.pipe.room.set(usize::MAX);
    house.worker.writable(slow.id, house.now);
    let heard = slow.heard();
    assert_eq!(heard.len(), 2);
    assert!(heard[0].contains("xxx") && heard[1] == "close 3008", "{heard:?}");
}

#[test]
fn a_socket_that_takes_nothing_in_time_is_closed_with_3009() {
    let mut house = House::new();
    let peer = house.open_echo();
    peer.pipe.room.set(0);
    house.say(&peer, "hello");
    house.pass(Duration::from_millis(900));
    house.pass(TICK);
    assert_eq!(house.counters.closes().filter(|(_, count)| *count > 0).count(), 0);
    house.pass(TICK * 2);
    let closes: Vec<_> = house.counters.closes().filter(|(_, count)| *count > 0).collect();
    assert_eq!(closes, [(Some(3009), 1)]);
    assert!(house.is_open(&peer), "its goodbye waits for as long again");
    house.pass(Duration::from_millis(900));
    assert!(house.is_open(&peer));
    house.pass(TICK * 3);
    assert!(!house.is_open(&peer));
}

#[test]
fn a_socket_that_takes_a_little_now_and_then_stays_open() {
    let mut house = House::new();
    let peer = house.open_echo();
    peer.pipe.room.set(0);
    for _ in 0..10 {
        house.say(&peer, "hello");
        house.pass(Duration::from_millis(800));
        peer.pipe.room.set(3);
        house.worker.writable(peer.id, house.now);
    }
    peer.pipe.room.set(usize::MAX);
    house.worker.writable(peer.id, house.now);
    assert_eq!(peer.heard(), ["hello"; 10]);
}

#[test]
fn whoever_moves_a_link_is_told_when_it_has_to_wait_for_room() {
    let mut house = House::new();
    let peer = house.open_echo();
    assert!(!house.worker.wants(peer.id).expect("it is open").write);
    peer.pipe.room.set(0);
    let wakes = peer.pipe.wakes.get();
    house.say(&peer, "hello");
    assert!(house.worker.wants(peer.id).expect("it is open").write);
    assert!(peer.pipe.wakes.get() > wakes);
    peer.pipe.room.set(usize::MAX);
    house.worker.writable(peer.id, house.now);
    assert!(!house.worker.wants(peer.id).expect("it is open").write);
    assert_eq!(peer.heard(), ["hello"]);
}
