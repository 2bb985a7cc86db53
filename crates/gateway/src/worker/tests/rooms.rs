//! Rooms: wherever their members live, they reach each other, in order, and nobody keeps a place that is not his.

use std::time::Duration;

use vestibule_doors::contract::{Effect, Input, Notice, Order, Outcome, Output, Ticket};
use vestibule_doors::room::{Call, Entry, Letter, Proof, Receiver, Role, Service};
use vestibule_doors::signal::{RoomLimits, codes};
use vestibule_model::{Door, Moment, OrganisationId, RoomKey};
use vestibule_websocket::client;

use super::house::{House, Peer};
use crate::worker::{HallLimits, Limits};

/// Some workers of one house.
struct Town {
    workers: Vec<House>,
}

/// A peer, and the worker that it lives at.
struct Member {
    worker: usize,
    peer: Peer,
}

impl Town {
    fn new(count: u8) -> Self {
        Self::with(count, &Limits::default(), HallLimits::default())
    }

    fn with(count: u8, limits: &Limits, rooms: HallLimits) -> Self {
        Self { workers: House::several(count, limits, rooms) }
    }

    /// A peer that enters that room under that id. Whatever it says then goes to the member whose id stands before the
    /// first space.
    fn enter(&mut self, worker: usize, room: &str, id: &str) -> Member {
        let key = RoomKey::new(&OrganisationId::from_verified("default"), Door::Signal, room);
        let service = Service { declared: true, serves: true, capacity: None, sessions: 0.0 };
        let role = Role::Normal(service);
        let entry = Entry { id: id.into(), otherwise: None, proof: Proof::Room, role, hears: false };
        let now = self.workers[worker].now.moment;
        let peer = self.workers[worker].open(move |input, outputs| match input {
            Input::Message(b"enter") => {
                let enter = Effect::Enter(key.clone(), Box::new(entry.clone()));
                outputs.push(Output::Perform(Ticket(1), enter));
            }
            Input::Message(message) => outputs.push(Output::Call(relay(message, now))),
            Input::Outcome(_, Outcome::Entered(Err(why))) => {
                outputs.push(Output::Send(format!("{why:?}").into()));
            }
            Input::Notice(Notice::Order(Order::Disconnect(close))) => outputs.push(Output::Close(close)),
            Input::Notice(Notice::Order(Order::End(ending))) => {
                outputs.push(Output::Close(codes::of(ending)));
            }
            _ => {}
        });
        let member = Member { worker, peer };
        self.say(&member, "enter");
        self.settle();
        member
    }

    fn say(&mut self, member: &Member, text: &str) {
        self.workers[member.worker].say(&member.peer, text);
    }

    /// Everybody reads all mail, until nobody has any.
    fn settle(&mut self) {
        // A message crosses two inboxes at most, and what follows from it two more.
        for _ in 0..6 {
            self.workers.iter_mut().for_each(House::settle);
        }
    }

    fn leave(&mut self, member: &Member) {
        let house = &mut self.workers[member.worker];
        house.worker.gone(member.peer.id, house.now);
        self.settle();
    }

    /// The room runs into a bug, wherever it lives.
    fn stumble(&mut self, room: &str) {
        let key = RoomKey::new(&OrganisationId::from_verified("default"), Door::Signal, room);
        for house in &mut self.workers {
            house.worker.visit_room(&key, house.now, |_, _| panic!("a bug"));
        }
    }

    fn sum(&self, read: impl Fn(&crate::telemetry::RoomCounters) -> u64) -> u64 {
        self.workers.iter().map(|house| read(&house.counters.rooms)).sum()
    }
}

fn relay(message: &[u8], arrived: Moment) -> Call {
    let text = std::str::from_utf8(message).expect("a test says texts");
    let (to, what) = text.split_once(' ').expect("to whom, and what");
    let members = format!(r#""type":"offer","said":"{what}""#);
    let letter = Letter { to: Receiver::Id(to.into()), is_offer: true, members: members.into() };
    Call::Relay { letter, arrived }
}

/// What a member was told by others, in its order.
fn heard(member: &Member) -> Vec<String> {
    let said = |text: &String| Some(text.split(r#""said":""#).nth(1)?.split('"').next()?.to_owned());
    member.peer.heard().iter().filter_map(said).collect()
}

#[test]
fn members_reach_each_other_from_every_worker_and_in_order() {
    let mut town = Town::new(3);
    // Whatever the home of a room is, some of its members live there and some do not.
    for room in ["one", "two", "three", "four", "five"] {
        let members: Vec<_> = (0..3).map(|worker| town.enter(worker, room, &format!("m{worker}"))).collect();
        for number in 0..20 {
            for member in &members {
                let to = (member.worker + 1) % 3;
                town.say(member, &format!("m{to} {number}"));
            }
        }
        town.settle();
        let expected: Vec<_> = (0..20).map(|number: u32| number.to_string()).collect();
        for member in &members {
            assert_eq!(heard(member), expected, "{room}");
        }
    }
    assert_eq!(town.sum(|rooms| rooms.relays()), 300);
}

#[test]
fn what_a_message_leaves_for_others_at_the_same_worker_is_known_at_once() {
    let mut town = Town::new(1);
    let (ann, bob) = (town.enter(0, "room", "ann"), town.enter(0, "room", "bob"));
    assert!(!town.workers[0].worker.has_unsent());
    town.say(&ann, "bob hello");
    assert!(town.workers[0].worker.has_unsent(), "the turn has to end for bob, and no clock says so");
    town.settle();
    assert_eq!(heard(&bob), ["hello"]);
}

#[test]
fn a_newcomer_takes_the_id_and_the_one_before_it_is_put_out_and_can_do_nothing_any_more() {
    let mut town = Town::new(2);
    let old = town.enter(0, "room", "a");
    let other = town.enter(1, "room", "b");
    let new = town.enter(1, "room", "a");
    assert_eq!(old.peer.heard().last().map(String::as_str), Some("close 1000"));
    // The late end of the old connection takes nothing from the new one.
    town.leave(&old);
    town.say(&other, "a hello");
    town.settle();
    assert_eq!(heard(&new), ["hello"]);
    assert_eq!(town.sum(|rooms| rooms.members.get()), 2);
}

#[test]
fn what_an_evicted_member_still_had_under_way_is_said_by_nobody() {
    let mut town = Town::new(2);
    let old = town.enter(0, "room", "a");
    let other = town.enter(1, "room", "b");
    let newer = town.enter(1, "room", "c");
    // The old one's message and the newcomer's entry are under way at the same time, and the entry is read first.
    town.workers[1].settle();
    let new = town.enter(1, "room", "a");
    town.say(&old, "b stolen");
    town.settle();
    assert!(heard(&other).is_empty() && heard(&newer).is_empty());
    town.say(&new, "b mine");
    town.settle();
    assert_eq!(heard(&other), ["mine"]);
}

#[test]
fn a_member_that_is_gone_is_not_there() {
    let mut town = Town::new(2);
    let (ann, ben) = (town.enter(0, "room", "ann"), town.enter(1, "room", "ben"));
    town.leave(&ben);
    town.say(&ann, "ben hello");
    town.settle();
    assert!(ann.peer.heard().iter().any(|text| text.contains("PEER_NOT_FOUND")), "{:?}", ann.peer.heard());
    assert_eq!(town.sum(|rooms| rooms.unreachable.get()), 1);
    town.leave(&ann);
    assert_eq!(town.sum(|rooms| rooms.members.get()), 0);
}

#[test]
fn what_somebody_says_to_itself_is_passed_on_and_counts_as_that() {
    let mut town = Town::new(2);
    let ann = town.enter(0, "room", "ann");
    town.say(&ann, "ann hello");
    town.settle();
    assert_eq!(heard(&ann), ["hello"]);
    assert_eq!(town.sum(|rooms| rooms.relays()), 1);
    assert_eq!(town.sum(|rooms| rooms.unreachable.get()), 0);
}

#[test]
fn the_same_name_in_another_room_is_somebody_else() {
    let mut town = Town::new(2);
    let ann = town.enter(0, "one", "ann");
    let (ben, stranger) = (town.enter(1, "one", "ben"), town.enter(0, "two", "ben"));
    town.say(&ann, "ben hello");
    town.settle();
    assert_eq!((heard(&ben).len(), heard(&stranger).len()), (1, 0));
}

#[test]
fn a_house_has_no_more_rooms_than_it_may_and_a_room_no_more_members() {
    let room = RoomLimits { members: 2, ..RoomLimits::default() };
    let mut town = Town::with(1, &Limits::default(), HallLimits { rooms: 1, room });
    let first = town.enter(0, "one", "a");
    let second = town.enter(0, "two", "a");
    assert_eq!(second.peer.heard(), ["NoMoreRooms"]);
    town.enter(0, "one", "b");
    assert_eq!(town.enter(0, "one", "c").peer.heard(), ["RoomFull"]);
    town.leave(&first);
    assert_eq!(heard(&town.enter(0, "one", "c")), Vec::<String>::new());
}

#[test]
fn a_member_that_does_not_read_is_closed_and_holds_nobody_up() {
    let limits = Limits { queue_size: 1_000, ..Limits::default() };
    let mut town = Town::with(2, &limits, HallLimits::default());
    let (ann, ben) = (town.enter(0, "room", "ann"), town.enter(1, "room", "ben"));
    let lazy = town.enter(1, "room", "lazy");
    lazy.peer.pipe.room.set(0);
    for number in 0..50 {
        town.say(&ann, &format!("lazy {number}"));
        town.say(&ann, &format!("ben {number}"));
        town.settle();
    }
    assert_eq!(heard(&ben).len(), 50);
    town.workers[1].pass(Duration::from_secs(2));
    assert!(!town.workers[1].is_open(&lazy.peer));
}

#[test]
fn where_too_much_waits_for_a_worker_senders_end_instead_of_losing_messages_unawares() {
    let mut town = Town::new(2);
    // A room that does not live at its members' worker: one of these does not.
    let rooms = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"];
    for room in rooms {
        town.enter(1, room, "reader");
    }
    let sender: Vec<_> = rooms.iter().map(|room| town.enter(0, room, "sender")).collect();
    let long = "x".repeat(60_000);
    // Nobody reads the other worker's mail meanwhile.
    for _ in 0..80 {
        for member in &sender {
            let text = format!("reader {long}");
            let mut bytes = client::text(text.as_bytes(), [1, 2, 3, 4]);
            town.workers[0].bytes(&member.peer, &mut bytes);
        }
        let mut own = town.workers[0].mails();
        let now = town.workers[0].now;
        town.workers[0].worker.read_mail(&mut own, now);
    }
    assert!(town.sum(|rooms| rooms.overloaded.get()) > 0);
    town.settle();
    let heard: usize =
        sender.iter().filter(|member| member.peer.heard().contains(&"close 1013".into())).count();
    assert!(heard > 0, "those whose room lives elsewhere are told to come back");
}

#[test]
fn a_room_that_panics_costs_its_members_and_nobody_else() {
    let mut town = Town::new(2);
    let (ann, ben) = (town.enter(0, "room", "ann"), town.enter(1, "room", "ben"));
    let others = [town.enter(0, "other", "ann"), town.enter(1, "other", "ben")];
    town.stumble("room");
    town.settle();
    for member in [&ann, &ben] {
        assert_eq!(member.peer.heard().last().map(String::as_str), Some("close 1011"));
    }
    assert_eq!(town.workers.iter().map(|house| house.counters.bugs.get()).sum::<u64>(), 1);
    assert_eq!(town.sum(|rooms| rooms.members.get()), 2);
    town.say(&others[0], "ben hello");
    town.settle();
    assert_eq!(heard(&others[1]), ["hello"]);
    // Those who come back find a new room.
    let (ann, ben) = (town.enter(0, "room", "ann"), town.enter(1, "room", "ben"));
    town.say(&ann, "ben again");
    town.settle();
    assert_eq!(heard(&ben), ["again"]);
}
