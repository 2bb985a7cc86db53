//! What a subscription leaves in the world while it stands, and that nothing is left when it ends.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use vestibule_broker::Broker;
use vestibule_doors::contract::{Fault, Input, Notice, Outcome, Output};
use vestibule_model::{Publication, PublishOptions, Retention};

use super::house::{House, follow, key, now, subscribe};

const RETENTION: Retention =
    Retention { size: 10, ttl: Duration::from_secs(60), meta_ttl: Duration::from_secs(600) };

#[test]
fn a_subscription_whose_connection_ends_before_it_stands_is_undone() {
    let mut house = House::new();
    let key = key("news");
    let peer = house.open(move |input, outputs| {
        if let Input::Message(_) = input {
            outputs.push(subscribe(&key));
        }
    });
    house.say(&peer, "subscribe");
    house.worker.gone(peer.id, house.now);
    assert_eq!(house.present("news"), 1, "the house has not heard of it yet");
    house.settle();
    assert_eq!(house.present("news"), 0);
    assert_eq!(house.worker.shard.subscriptions(), 0);
    house.publish("news", "1");
    assert_eq!(house.mails().len(), 0, "the broker delivers nothing to this worker any more");
}

#[test]
fn a_subscription_that_cannot_be_announced_does_not_stand_and_leaves_nobody_present() {
    let mut house = House::new();
    let key = key("news");
    let faults = Rc::<RefCell<Vec<Fault>>>::default();
    let writes_down = Rc::clone(&faults);
    let peer = house.open(move |input, outputs| match input {
        Input::Message(_) => outputs.push(subscribe(&key)),
        Input::Outcome(_, Outcome::Subscribed(Err(fault))) => writes_down.borrow_mut().push(fault),
        _ => {}
    });
    house.full.store(true, Ordering::Relaxed);
    house.say(&peer, "subscribe");
    house.settle();
    assert_eq!(*faults.borrow(), [Fault::Overloaded]);
    assert_eq!(house.present("news"), 0);
    assert_eq!(house.worker.shard.subscriptions(), 0);
}

#[test]
fn the_channels_of_a_connection_end_with_it() {
    let mut house = House::new();
    let peer = house.open_subscribed("news");
    assert_eq!((house.present("news"), house.worker.shard.subscriptions()), (1, 1));
    house.worker.gone(peer.id, house.now);
    house.settle();
    assert_eq!((house.present("news"), house.worker.shard.subscriptions()), (0, 0));
}

#[test]
fn a_follower_that_is_behind_the_stream_learns_it_when_it_is_tended() {
    let mut house = House::new();
    let news = key("news");
    let losses = Rc::<RefCell<usize>>::default();
    let (counts, channel) = (Rc::clone(&losses), news.clone());
    let peer = house.open(move |input, outputs| match input {
        Input::Message(b"follow") => outputs.push(follow(&channel)),
        Input::Message(_) => outputs.push(Output::Tend(channel.clone())),
        Input::Outcome(..) => outputs.push(Output::Release(channel.clone())),
        Input::Notice(Notice::Lost(_)) => *counts.borrow_mut() += 1,
        _ => {}
    });
    house.say(&peer, "follow");
    house.settle();
    let publish = |house: &House| {
        let options = PublishOptions { retention: Some(RETENTION), ..Default::default() };
        now(house.steward.broker().publish(&news, Publication::default(), &options, house.now))
            .expect("room");
    };
    publish(&house);
    house.say(&peer, "tend");
    house.settle();
    assert_eq!(*losses.borrow(), 0, "what is on its way is not missed");
    publish(&house);
    drop(house.mails());
    house.say(&peer, "tend");
    house.settle();
    house.say(&peer, "tend");
    house.settle();
    assert_eq!(*losses.borrow(), 1);
}
