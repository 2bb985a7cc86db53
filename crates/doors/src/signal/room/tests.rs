//! What a room does, step by step.

mod fights;

use std::time::Duration;

use vestibule_model::Moment;

use super::{Limits, Room, Said};
use crate::room::{Call, Entry, Letter, Load, NotEntered, Proof, Receiver, Role, Service};

const NOW: Moment = Moment::from_millis(1_000_000);

const SERVICE: Service = Service { declared: true, serves: true, capacity: None, sessions: 0.0 };
const NORMAL: Role = Role::Normal(SERVICE);

/// A room whose members go by numbers.
struct Meeting {
    room: Room<u32>,
    now: Moment,
}

impl Meeting {
    fn new() -> Self {
        Self::with(Limits::default())
    }

    fn with(limits: Limits) -> Self {
        Self { room: Room::new(limits), now: NOW }
    }

    fn enters(&mut self, handle: u32, id: &str, role: Role) -> Vec<String> {
        self.tries(handle, id, role, Proof::Room).expect("let in")
    }

    fn comes(&mut self, handle: u32, entry: Entry) -> Vec<String> {
        let mut said = Vec::new();
        self.room.enter(handle, entry, self.now, &mut said).expect("let in");
        written(said)
    }

    fn tries(&mut self, handle: u32, id: &str, role: Role, proof: Proof) -> Result<Vec<String>, NotEntered> {
        let mut said = Vec::new();
        let entry = Entry { proof, role, ..entry(id) };
        self.room.enter(handle, entry, self.now, &mut said)?;
        Ok(written(said))
    }

    fn calls(&mut self, handle: u32, call: Call) -> Vec<String> {
        let mut said = Vec::new();
        self.room.call(handle, call, &mut said);
        written(said)
    }

    fn registers(&mut self, handle: u32, role: Role) -> Vec<String> {
        self.calls(handle, Call::Register { role, hears: false })
    }

    fn sends(&mut self, handle: u32, kind: &str, to: &str) -> Vec<String> {
        let members = format!(r#""type":"{kind}""#).into();
        let to = Receiver::Id(to.into());
        let letter = Letter { to, is_offer: kind == "offer", members };
        self.calls(handle, Call::Relay { letter, arrived: self.now })
    }

    fn leaves(&mut self, handle: u32) -> Vec<String> {
        let mut said = Vec::new();
        self.room.leave(handle, &mut said);
        written(said)
    }

    fn ticks(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        self.room.tick(&mut said);
        written(said)
    }
}

/// One with a token of the room, who has not said what it is.
fn entry(id: &str) -> Entry {
    Entry { id: id.into(), otherwise: None, proof: Proof::Room, role: Role::Pending, hears: false }
}

/// `HANDLE MESSAGE`, or `HANDLE CODE` for one who is out.
fn written(said: Vec<Said<u32>>) -> Vec<String> {
    let line = |handle, message: &[u8]| format!("{handle} {}", String::from_utf8_lossy(message));
    let lines = |said| match said {
        Said::To(handle, message) | Said::Unreachable(handle, message) => vec![line(handle, &message)],
        Said::ToAll(handles, message) => handles.into_iter().map(|handle| line(handle, &message)).collect(),
        Said::Relay(handle, relayed) => {
            let mut message = Vec::new();
            relayed.write(&mut message);
            vec![line(handle, &message)]
        }
        Said::Left(handle, close) => vec![format!("{handle} {}", close.code)],
    };
    said.into_iter().flat_map(lines).collect()
}

fn peers(handle: u32, ids: &str) -> String {
    format!(r#"{handle} {{"type":"peer-list","peers":[{ids}]}}"#)
}

fn servers(handle: u32, ids: &str) -> String {
    format!(r#"{handle} {{"type":"server-list","servers":[{ids}]}}"#)
}

fn relayed(handle: u32, kind: &str, from: &str, role: &str) -> String {
    format!(r#"{handle} {{"type":"{kind}","from":"{from}","fromRole":"{role}"}}"#)
}

#[test]
fn a_newcomer_hears_who_is_there_in_the_order_of_joining_and_nobody_hears_of_the_newcomer() {
    let mut room = Meeting::new();
    assert_eq!(room.enters(1, "c", NORMAL), [peers(1, "")]);
    assert_eq!(room.enters(2, "a", NORMAL), [peers(2, r#""c""#)]);
    assert_eq!(room.enters(3, "b", NORMAL), [peers(3, r#""c","a""#)]);
}

#[test]
fn one_who_has_not_said_what_it_is_can_be_reached_is_listed_nowhere_and_may_not_speak() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    assert!(room.enters(2, "b", Role::Pending).is_empty());
    assert!(room.sends(2, "offer", "a").is_empty());
    assert_eq!(room.sends(1, "offer", "b"), [relayed(2, "offer", "a", "normal")]);
    assert_eq!(room.enters(3, "c", NORMAL), [peers(3, r#""a""#)]);
    assert_eq!(room.registers(2, NORMAL), [peers(2, r#""a","c""#)]);
    assert!(room.registers(2, NORMAL).is_empty(), "said once");
}

#[test]
fn a_message_for_nobody_is_answered_and_one_for_oneself_is_echoed() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    let answer =
        r#"1 {"type":"error","code":"PEER_NOT_FOUND","message":"Peer ghost is not connected","to":"ghost"}"#;
    assert_eq!(room.sends(1, "offer", "ghost"), [answer]);
    assert_eq!(room.sends(1, "answer", "a"), [relayed(1, "answer", "a", "normal")]);
}

#[test]
fn a_second_connection_takes_the_id_and_the_place_and_the_first_can_do_nothing_any_more() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    room.enters(2, "b", NORMAL);
    assert_eq!(room.enters(3, "a", Role::Pending), ["1 1000"]);
    assert!(room.sends(1, "offer", "b").is_empty(), "the old connection speaks for nobody");
    assert!(room.leaves(1).is_empty());
    assert_eq!(room.registers(3, NORMAL), [peers(3, r#""b""#)]);
    assert_eq!(room.enters(4, "c", NORMAL), [peers(4, r#""a","b""#)], "the newcomer has the old place");
    assert_eq!(room.sends(2, "offer", "a"), [relayed(3, "offer", "b", "normal")]);
}

#[test]
fn one_without_a_token_takes_no_id_of_one_who_is_there() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    room.enters(2, "b", Role::Pending);
    for id in ["a", "b"] {
        assert_eq!(room.tries(3, id, Role::Consumer, Proof::Nothing), Err(NotEntered::IdTaken));
    }
    assert!(room.sends(3, "offer", "a").is_empty(), "who was refused is nobody");
}

#[test]
fn an_id_that_a_token_is_bound_to_goes_only_to_another_such_token() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    assert!(room.tries(2, "a", NORMAL, Proof::Id).is_ok(), "it has more to show");
    assert_eq!(room.tries(3, "a", NORMAL, Proof::Room), Err(NotEntered::IdTaken));
    assert!(room.tries(4, "a", NORMAL, Proof::Id).is_ok(), "it has come back");
}

#[test]
fn a_silent_one_counts_as_a_peer_and_hears_a_second_list_only_if_it_is_another() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    room.enters(2, "b", Role::Pending);
    assert_eq!(room.registers(2, Role::Provisional), [peers(2, r#""a""#)]);
    assert_eq!(room.enters(3, "c", Role::Provisional), [peers(3, r#""a","b""#)]);
    assert!(room.registers(3, NORMAL).is_empty(), "nothing has changed since");
    assert_eq!(room.registers(2, NORMAL), [peers(2, r#""a","c""#)]);
}

#[test]
fn consumers_are_served_in_turns_and_meet_no_other_consumer() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    room.enters(2, "b", NORMAL);
    assert_eq!(room.enters(3, "x", Role::Consumer), [servers(3, r#""a","b""#)]);
    assert_eq!(room.enters(4, "y", Role::Consumer), [servers(4, r#""b","a""#)]);
    assert_eq!(room.enters(5, "c", NORMAL), [peers(5, r#""a","b""#)], "consumers are no peers");
    assert!(room.sends(3, "offer", "y").is_empty(), "and nothing to each other");
    assert_eq!(room.sends(3, "offer", "a"), [relayed(1, "offer", "x", "consumer")]);
    assert_eq!(room.sends(1, "answer", "x"), [relayed(3, "answer", "a", "normal")]);
}

#[test]
fn only_peers_that_said_so_and_have_room_are_offered_to_consumers() {
    let service =
        |declared, serves, capacity| Role::Normal(Service { declared, serves, capacity, sessions: 0.0 });
    let mut room = Meeting::new();
    room.enters(1, "old", service(false, true, None));
    room.enters(2, "unwilling", service(true, false, None));
    room.enters(3, "closed", service(true, true, Some(0.0)));
    room.enters(4, "open", service(true, true, Some(1.0)));
    assert_eq!(room.enters(5, "x", Role::Consumer), [servers(5, r#""open""#)]);
    assert_eq!(room.sends(5, "offer", "unwilling").len(), 1, "who knows an id may use it");
    assert!(room.sends(5, "offer", "old")[0].contains("PEER_NOT_FOUND"), "old peers take no consumers");
}

#[test]
fn consumers_hear_at_once_when_their_servers_change() {
    let beat =
        |sessions| Call::Heartbeat(Load { sessions: Some(sessions), serves: None, capacity: Some(2.0) });
    let mut room = Meeting::new();
    room.enters(1, "x", Role::Consumer);
    room.ticks();
    room.enters(2, "a", NORMAL);
    assert_eq!(room.ticks(), [servers(1, r#""a""#)]);
    assert!(room.ticks().is_empty(), "said once");
    room.calls(2, beat(1.0));
    assert!(room.ticks().is_empty(), "there is still room");
    room.calls(2, beat(2.0));
    assert_eq!(room.ticks(), [servers(1, "")]);
    room.calls(2, beat(0.0));
    room.leaves(2);
    assert!(room.ticks().is_empty(), "it came and went before anybody was told");
}

#[test]
fn consumers_hear_nothing_when_their_servers_are_the_same() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    room.enters(2, "x", Role::Consumer);
    assert!(room.ticks().is_empty(), "it knows");
    room.enters(3, "idle", Role::Normal(Service { serves: false, ..SERVICE }));
    room.enters(4, "a", NORMAL);
    assert!(room.ticks().is_empty(), "one who serves nobody came, and one took its own id again");
    room.enters(5, "b", NORMAL);
    assert_eq!(room.enters(6, "y", Role::Consumer), [servers(6, r#""a","b""#)]);
    assert_eq!(room.ticks(), [servers(2, r#""b","a""#)], "the other came in time to know");
}

#[test]
fn a_consumer_that_asked_hears_of_those_who_serve_consumers_and_of_nobody_else() {
    let there = |kind: &str, id: &str| format!(r#"9 {{"type":"{kind}","peer":"{id}"}}"#);
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    room.enters(2, "secret", Role::Normal(Service { serves: false, ..SERVICE }));
    room.enters(3, "old", Role::Normal(Service { declared: false, ..SERVICE }));
    room.enters(4, "silent", Role::Provisional);
    let consumer = Entry { role: Role::Consumer, hears: true, ..entry("x") };
    assert_eq!(
        room.comes(9, consumer),
        [servers(9, r#""a""#), r#"9 {"type":"roster","peers":["a"]}"#.into()]
    );
    room.enters(5, "y", Role::Consumer);
    assert_eq!(room.enters(6, "b", Role::Pending).len(), 0);
    assert_eq!(room.registers(6, NORMAL).pop(), Some(there("joined", "b")));
    let beat = |serves, sessions| Call::Heartbeat(Load { serves, sessions, capacity: Some(2.0) });
    let mut after = |beats: &[Call]| -> Vec<String> {
        for beat in beats {
            assert!(room.calls(6, beat.clone()).is_empty(), "nothing is told beat by beat");
        }
        room.ticks().into_iter().filter(|said| !said.contains("server-list")).collect()
    };
    assert!(after(&[beat(None, Some(2.0))]).is_empty(), "it is full, and still there");
    assert_eq!(after(&[beat(Some(false), None)]), [there("left", "b")]);
    assert_eq!(after(&[beat(Some(true), None)]), [there("joined", "b")]);
    assert!(after(&[beat(Some(false), None), beat(Some(true), None)]).is_empty(), "it was away for nobody");
    assert_eq!(room.leaves(6), [there("left", "b")]);
    for handle in 2..=5 {
        assert!(room.leaves(handle).is_empty(), "of these it never heard");
    }
}

#[test]
fn a_roster_names_those_of_whom_one_will_hear_when_they_go() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    room.enters(2, "a", Role::Pending);
    let hearer = Entry { role: NORMAL, hears: true, ..entry("b") };
    assert_eq!(room.comes(3, hearer), [peers(3, ""), r#"3 {"type":"roster","peers":["a"]}"#.into()]);
    assert_eq!(room.registers(2, NORMAL), [peers(2, r#""b""#)]);
    assert_eq!(room.leaves(2), [r#"3 {"type":"left","peer":"a"}"#]);
}

#[test]
fn one_that_did_not_choose_its_name_puts_nobody_out() {
    let mut room = Meeting::new();
    let nameless =
        |spare: &str| Entry { otherwise: Some(spare.into()), role: Role::Provisional, ..entry("sub") };
    assert_eq!(room.comes(1, nameless("s1")), [peers(1, "")]);
    assert_eq!(room.comes(2, nameless("s2")), [peers(2, r#""sub""#)]);
    assert_eq!(room.enters(3, "c", NORMAL), [peers(3, r#""sub","s2""#)]);
}

#[test]
fn those_who_asked_hear_who_is_there_and_who_comes_and_goes() {
    let mut room = Meeting::new();
    room.enters(1, "a", NORMAL);
    let hearer = Entry { role: NORMAL, hears: true, ..entry("b") };
    assert_eq!(room.comes(2, hearer), [peers(2, r#""a""#), r#"2 {"type":"roster","peers":["a"]}"#.into()]);
    let came = room.enters(3, "c", NORMAL);
    assert_eq!(came, [peers(3, r#""a","b""#), r#"2 {"type":"joined","peer":"c"}"#.into()]);
    assert_eq!(room.enters(4, "c", Role::Pending), ["3 1000"], "it is still there");
    assert_eq!(room.registers(4, NORMAL), [peers(4, r#""a","b""#)]);
    room.enters(5, "c", Role::Pending);
    assert_eq!(room.leaves(5), [r#"2 {"type":"left","peer":"c"}"#]);
    assert_eq!(room.leaves(1), [r#"2 {"type":"left","peer":"a"}"#]);
}

#[test]
fn a_full_room_takes_nobody_but_those_who_come_back() {
    let mut room = Meeting::with(Limits { members: 2, ..Limits::default() });
    room.enters(1, "a", NORMAL);
    room.enters(2, "b", NORMAL);
    assert_eq!(room.tries(3, "c", NORMAL, Proof::Room), Err(NotEntered::RoomFull));
    assert_eq!(room.enters(4, "a", Role::Pending), ["1 1000"]);
    room.leaves(2);
    room.enters(5, "c", NORMAL);
    assert_eq!(room.room.len(), 2);
}
