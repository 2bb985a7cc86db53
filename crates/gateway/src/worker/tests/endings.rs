//! How connections end: by whom, with which words, and when the socket goes.

use std::time::Duration;

use vestibule_doors::contract::{Input, Notice, Order, Output};
use vestibule_model::Close;
use vestibule_websocket::client;

use super::house::{House, Peer};
use crate::worker::{Mail, TICK};

const KEY: [u8; 4] = [1, 2, 3, 4];

/// A connection that ends when it is spoken to, or when the node goes away.
fn open_curt(house: &mut House) -> Peer {
    house.open(|input, outputs| match input {
        Input::Message(_) => {
            outputs.push(Output::Send("last words".into()));
            outputs.push(Output::Close(Close::new(4000, "because")));
        }
        Input::Notice(Notice::Order(Order::Drain)) => {
            outputs.push(Output::Close(Close::new(3001, "shutdown")));
        }
        _ => {}
    })
}

#[test]
fn a_session_that_closes_says_its_last_words_and_goodbye_and_the_socket_goes_with_the_peers_answer() {
    let mut house = House::new();
    let peer = open_curt(&mut house);
    house.say(&peer, "hello");
    house.say(&peer, "are you there");
    house.settle();
    assert_eq!(peer.heard(), ["last words", "close 4000"]);
    assert!(house.worker.wants(peer.id).expect("it waits for the answer").read);
    house.bytes(&peer, &mut client::close(Some(4000), "", KEY));
    assert!(!house.is_open(&peer));
}

#[test]
fn a_goodbye_without_answer_is_waited_for_as_long_as_is_allowed() {
    let mut house = House::new();
    let peer = open_curt(&mut house);
    house.say(&peer, "hello");
    house.pass(Duration::from_millis(4_900));
    assert!(house.is_open(&peer));
    house.pass(TICK * 3);
    assert!(!house.is_open(&peer));
}

#[test]
fn a_peer_that_says_goodbye_gets_the_same_code_back_and_its_subscriptions_end() {
    let mut house = House::new();
    let peer = house.open_subscribed("news");
    house.bytes(&peer, &mut client::close(Some(1001), "leaving", KEY));
    house.settle();
    assert_eq!(peer.heard(), ["close 1001"]);
    assert!(!house.is_open(&peer));
    assert_eq!(house.present("news"), 0);
}

#[test]
fn a_peer_that_breaks_the_framing_is_told_so_and_is_not_listened_to_any_more() {
    let mut house = House::new();
    let peer = house.open_echo();
    let mut unmasked = *b"\x81\x02hi";
    house.bytes(&peer, &mut unmasked);
    house.settle();
    assert_eq!(peer.heard(), ["close 1002"]);
    assert!(peer.pipe.finished.get(), "nothing more will be written");
    house.say(&peer, "hello");
    assert_eq!(peer.heard().len(), 1);
    house.pass(Duration::from_secs(6));
    assert!(!house.is_open(&peer));
}

#[test]
fn nothing_follows_a_goodbye() {
    let mut house = House::new();
    let peer = open_curt(&mut house);
    house.say(&peer, "hello");
    house.bytes(&peer, &mut client::ping(b"", KEY));
    house.settle();
    assert_eq!(peer.heard(), ["last words", "close 4000"]);
}

#[test]
fn a_ping_of_the_peer_is_answered() {
    let mut house = House::new();
    let peer = house.open_echo();
    house.bytes(&peer, &mut client::ping(b"", KEY));
    house.settle();
    assert_eq!(peer.heard(), ["pong"]);
}

#[test]
fn when_the_node_goes_away_its_clients_are_told_a_few_in_each_turn() {
    let mut house = House::new();
    let peers: Vec<_> = (0..5).map(|_| open_curt(&mut house)).collect();
    house.inboxes.all()[0].send(Mail::Drain { batch: 2 });
    house.settle();
    let told = |peers: &[Peer]| peers.iter().filter(|peer| peer.heard() == ["close 3001"]).count();
    assert_eq!(told(&peers), 0);
    for expected in [2, 4, 5, 5] {
        house.pass(TICK);
        assert_eq!(told(&peers), expected);
    }
}

#[test]
fn whoever_comes_in_while_the_node_goes_away_is_told_as_well() {
    let mut house = House::new();
    house.inboxes.all()[0].send(Mail::Drain { batch: 2 });
    house.settle();
    let peer = open_curt(&mut house);
    house.pass(TICK);
    assert_eq!(peer.heard(), ["close 3001"]);
}
