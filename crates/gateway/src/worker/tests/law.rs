//! One input, every output, then the next input; and what belongs to one connection stays there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use vestibule_doors::contract::{Admission, Effect, Input, Notice, Order, Outcome, Output, Ticket};
use vestibule_model::{
    ChannelEvent, ClientId, Close, Credential, Delivery, Epoch, OrganisationId, Position, Publication, UserId,
};
use vestibule_websocket::client;

use super::house::{House, follow, key, subscribe};
use crate::worker::{Addressed, Mail};

#[test]
fn a_session_that_panics_costs_its_own_connection_and_no_other() {
    let mut house = House::new();
    let key = key("news");
    let clumsy = house.open(move |input, outputs| match input {
        Input::Message(b"subscribe") => outputs.push(subscribe(&key)),
        Input::Message(_) => {
            outputs.push(Output::Send("never sent".into()));
            panic!("a bug")
        }
        _ => {}
    });
    let other = house.open_echo();
    house.say(&clumsy, "subscribe");
    house.settle();
    assert_eq!(house.present("news"), 1);
    house.say(&clumsy, "stumble");
    house.say(&clumsy, "stumble again");
    house.say(&other, "hello");
    house.settle();
    assert_eq!(clumsy.heard(), ["close 3004"]);
    assert_eq!(other.heard(), ["hello"]);
    assert_eq!(house.counters.bugs.get(), 1, "a session that stumbled is not called again");
    assert_eq!(house.present("news"), 0, "what stood because of it has ended");
}

#[test]
fn while_a_session_is_busy_the_bytes_of_its_peer_stay_where_they_are() {
    let mut house = House::new();
    let heard = Rc::<RefCell<Vec<String>>>::default();
    let busy = Rc::<Cell<bool>>::default();
    let (writes_down, turns) = (Rc::clone(&heard), Rc::clone(&busy));
    let peer = house.open_busy(Rc::clone(&busy), move |input, outputs| match input {
        Input::Message(message) => {
            writes_down.borrow_mut().push(String::from_utf8_lossy(message).into_owned());
            if message == b"ask" {
                turns.set(true);
                outputs.push(Output::Perform(Ticket(1), Effect::Authenticate(None)));
            }
        }
        Input::Outcome(..) => turns.set(false),
        _ => {}
    });
    let mut bytes: Vec<u8> = ["one", "ask", "two", "three"]
        .iter()
        .flat_map(|text| client::text(text.as_bytes(), [1; 4]))
        .collect();
    house.bytes(&peer, &mut bytes);
    assert_eq!(*heard.borrow(), ["one", "ask"]);
    assert!(!house.worker.wants(peer.id).expect("it is open").read);
    let wakes = peer.pipe.wakes.get();
    house.settle();
    assert_eq!(*heard.borrow(), ["one", "ask", "two", "three"]);
    assert!(house.worker.wants(peer.id).expect("it is open").read);
    assert!(peer.pipe.wakes.get() > wakes, "whoever reads its socket is told");
}

#[test]
fn every_output_is_carried_out_before_the_session_hears_what_followed_from_one_of_them() {
    let mut house = House::new();
    let key = key("news");
    let heard = Rc::<RefCell<Vec<&'static str>>>::default();
    let writes_down = Rc::clone(&heard);
    let follows = key.clone();
    let peer = house.open(move |input, outputs| match input {
        Input::Message(_) => outputs.push(follow(&follows)),
        Input::Outcome(..) => {
            writes_down.borrow_mut().push("outcome");
            outputs.push(Output::Release(follows.clone()));
            outputs.push(Output::Send("reply".into()));
        }
        Input::Notice(Notice::Lost(_)) => {
            writes_down.borrow_mut().push("lost");
            outputs.push(Output::Send("lost".into()));
        }
        _ => {}
    });
    house.say(&peer, "follow");
    // Held when the subscription is released, and with a gap before it.
    let position = Some(Position { offset: 9, epoch: Epoch::new("another") });
    let event = ChannelEvent::Publication(Arc::new(Publication { position, ..Default::default() }));
    let mut mails = vec![Mail::Delivery(Delivery { channel: key, event })];
    mails.extend(house.mails());
    house.worker.read_mail(&mut mails, house.now);
    house.settle();
    assert_eq!(*heard.borrow(), ["outcome", "lost"]);
    assert_eq!(peer.heard(), ["reply", "lost"]);
}

#[test]
fn mail_for_a_connection_that_is_gone_does_not_reach_the_one_that_has_its_slot() {
    let mut house = House::new();
    let first = house.open_echo();
    house.worker.gone(first.id, house.now);
    let told = Rc::<RefCell<usize>>::default();
    let counts = Rc::clone(&told);
    let second = house.open(move |_, _| *counts.borrow_mut() += 1);
    assert_ne!(first.id, second.id);
    house.inboxes.all()[0].send(Mail::Outcome(first.id, Ticket(1), Outcome::Published(Ok(()))));
    house.settle();
    assert_eq!(*told.borrow(), 0);
}

#[test]
fn an_order_reaches_those_it_is_for_and_nobody_of_another_organisation() {
    let mut house = House::new();
    let mut open = |user: &'static str| {
        house.open(move |input, outputs| match input {
            Input::Message(_) => outputs.push(Output::Perform(Ticket(1), Effect::Admit(admission(user)))),
            Input::Notice(Notice::Order(Order::Disconnect(close))) => outputs.push(Output::Close(close)),
            _ => {}
        })
    };
    let peers = [open("ann"), open("ann"), open("ben")];
    for peer in &peers {
        house.say(peer, "let me in");
    }
    house.settle();
    for organisation in ["another", "default"] {
        house.inboxes.order(Addressed {
            organisation: OrganisationId::from_verified(organisation),
            user: UserId::new("ann"),
            only: None,
            except: vec![ClientId::from_random([2; 16])],
            order: Order::Disconnect(Close::new(4000, "because")),
        });
        house.settle();
        let closed = peers.each_ref().map(|peer| peer.heard() == ["close 4000"]);
        assert_eq!(closed, [organisation == "default", false, false]);
    }
}

fn admission(user: &str) -> Admission {
    Admission {
        organisation: OrganisationId::from_verified("default"),
        user: UserId::new(user),
        is_person: true,
        exclusive: false,
        credential: Credential::default(),
    }
}
