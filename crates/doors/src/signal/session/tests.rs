//! What a session does, as its peer and the house see it.

use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{Cure, Expiry, Identity, Moment, Now, OrganisationId, Profile, UnixSeconds, UserId};

use super::Session;
use crate::contract::{
    Effect, Input, NotAdmitted, Notice, Order, Outcome, Output, Outputs, Refusal, Refused, Session as _,
    Ticket,
};
use crate::room::{Call, Entry, NotEntered, Proof, Receiver, Role};
use crate::signal::{Roomless, Rules};

const START: u64 = 1_000_000;
const UNIX: i64 = 1_700_000_000;

/// A session with its house.
struct Meeting {
    session: Session,
    millis: u64,
    asked: Option<(Ticket, Effect)>,
    /// What the peer heard, and what the room was told.
    heard: Vec<String>,
    closed: Option<(u16, String)>,
    wake_at: Option<Moment>,
}

impl Meeting {
    fn new(query: &str) -> Self {
        Self::with(Rules { takes_consumers: true, ..Rules::default() }, query)
    }

    fn with(rules: Rules, query: &str) -> Self {
        let mut outputs = Outputs::default();
        let session = Session::open(Arc::new(rules), "spare".into(), at(START), &mut outputs);
        let (asked, heard, closed, wake_at) = (None, Vec::new(), None, None);
        let mut meeting = Self { session, millis: START, asked, heard, closed, wake_at };
        meeting.take(outputs);
        meeting.says(query);
        meeting
    }

    /// One whose token of that subject is good, who is in its room if it may be.
    fn known(query: &str, subject: &str) -> Self {
        let mut meeting = Self::new(query);
        meeting.identified(subject);
        meeting
    }

    fn identified(&mut self, subject: &str) {
        self.answers(Outcome::Identity(Ok(Box::new(identity(subject)))));
        if self.asked.is_some() {
            self.answers(Outcome::Admitted(Ok(())));
        }
    }

    fn handle(&mut self, input: Input<'_>) {
        let mut outputs = Outputs::default();
        self.session.handle(input, at(self.millis), &mut outputs);
        self.take(outputs);
    }

    fn says(&mut self, message: &str) {
        assert!(self.session.takes_messages(), "it takes no message");
        self.handle(Input::Message(message.as_bytes()));
    }

    #[track_caller]
    fn answers(&mut self, outcome: Outcome) {
        let (ticket, _) = self.asked.take().expect("something was asked for");
        self.handle(Input::Outcome(ticket, outcome));
    }

    fn orders(&mut self, order: Order) {
        self.handle(Input::Notice(Notice::Order(order)));
    }

    /// Time passes; the session is woken when it wanted to be.
    fn pass(&mut self, time: Duration) {
        let end = self.millis + u64::try_from(time.as_millis()).expect("a short time");
        while let Some(due) = self.wake_at.filter(|due| due.as_millis() <= end && self.closed.is_none()) {
            self.millis = due.as_millis().max(self.millis);
            self.wake_at = None;
            self.handle(Input::Deadline);
        }
        self.millis = end;
    }

    fn take(&mut self, mut outputs: Outputs) {
        for output in outputs.drain() {
            match output {
                Output::Send(message) => self.heard.push(String::from_utf8_lossy(&message).into()),
                Output::Perform(ticket, effect) => self.asked = Some((ticket, effect)),
                Output::Close(close) => self.closed = Some((close.code, close.reason.into())),
                Output::WakeAt(moment) => self.wake_at = Some(moment),
                Output::Call(call) => self.heard.push(in_words(&call)),
                Output::Ping => self.heard.push("ping".into()),
                other => panic!("{other:?}"),
            }
        }
    }

    #[track_caller]
    fn entry(&mut self) -> (String, Entry) {
        match self.asked.take() {
            Some((ticket, Effect::Enter(key, entry))) => {
                self.handle(Input::Outcome(ticket, Outcome::Entered(Ok(()))));
                (key.name().to_owned(), *entry)
            }
            other => panic!("{other:?} instead of a wish to enter"),
        }
    }

    #[track_caller]
    fn is_closed_with(&self, code: u16, reason: &str) {
        assert_eq!(self.closed, Some((code, reason.into())));
    }
}

fn in_words(call: &Call) -> String {
    match call {
        Call::Register { role: Role::Normal(_), .. } => "is a peer".into(),
        Call::Register { role, .. } => format!("is {role:?}"),
        Call::Heartbeat { .. } => "beats".into(),
        Call::Relay { to: Receiver::Id(id), .. } => format!("to {id}"),
        Call::Relay { to: Receiver::Nobody(name), .. } => format!("to nobody {name}"),
    }
}

fn at(millis: u64) -> Now {
    let passed = i64::try_from(millis - START).expect("a short time");
    Now::new(Moment::from_millis(millis), UNIX * 1_000 + passed)
}

fn identity(subject: &str) -> Identity {
    let organisation = OrganisationId::from_verified("org");
    Identity { user: UserId::new(subject), ..Identity::anonymous("rooms".into(), organisation) }
}

const INVALID: Refused = Refused { refusal: Refusal::Invalid, profile: Profile::Centrifugo };

const NORMAL: &str = r#"{"type":"register","nodeId":"said","role":"normal"}"#;
const CONSUMER: &str = r#"{"type":"register","nodeId":"said","role":"consumer","token":"t"}"#;
const OFFER: &str = r#"{"type":"offer","to":"b","sdp":{}}"#;

#[test]
fn a_peer_with_a_token_enters_the_room_of_its_subject_and_is_what_it_says() {
    let mut peer = Meeting::known("token=t&room=music&nodeId=a", "music");
    let (room, entry) = peer.entry();
    assert_eq!(
        (room.as_str(), &*entry.id, entry.proof, entry.role),
        ("music", "a", Proof::Room, Role::Pending)
    );
    peer.says(OFFER);
    assert!(peer.heard.is_empty(), "it has not said what it is");
    peer.says(NORMAL);
    peer.says(OFFER);
    assert_eq!(peer.heard, ["is a peer", "to b"]);
}

#[test]
fn an_id_is_the_querys_or_what_the_peer_says_or_its_subject_or_a_fresh_one() {
    let mut said = Meeting::known("token=t", "music");
    said.says(NORMAL);
    assert_eq!(&*said.entry().1.id, "said");
    let mut silent = Meeting::known("token=t", "music");
    silent.says(r#"{"type":"register"}"#);
    assert_eq!(&*silent.entry().1.id, "music");
    let open = Rules { authenticates: false, ..Rules::default() };
    let mut nobody = Meeting::with(open, "room=r");
    nobody.identified("");
    nobody.says(r#"{"type":"register"}"#);
    assert_eq!(&*nobody.entry().1.id, "spare");
    let mut empty = Meeting::known("token=t&nodeId=", "music");
    assert_eq!(&*empty.entry().1.id, "", "an empty id is taken literally");
}

#[test]
fn a_token_may_be_for_one_id_alone() {
    let bound = |query: &str| {
        let mut peer = Meeting::new(query);
        let identity = Identity { node_id: Some("mine".into()), ..identity("music") };
        peer.answers(Outcome::Identity(Ok(Box::new(identity))));
        if peer.asked.is_some() {
            peer.answers(Outcome::Admitted(Ok(())));
        }
        peer
    };
    for query in ["token=t", "token=t&nodeId=mine"] {
        let (_, entry) = bound(query).entry();
        assert_eq!((&*entry.id, entry.proof), ("mine", Proof::Id), "whatever it says in a message");
    }
    bound("token=t&nodeId=other").is_closed_with(4003, "nodeId does not match token");
}

#[test]
fn who_names_no_room_is_in_the_shared_one_or_in_that_of_its_subject() {
    let mut shared = Meeting::known("token=t&nodeId=a", "label");
    assert_eq!(shared.entry().0, "default");
    let rules = Rules { roomless: Roomless::Subject, ..Rules::default() };
    let mut own = Meeting::with(rules, "token=t&nodeId=a");
    own.identified("label");
    assert_eq!(own.entry().0, "label");
    let open = Rules { authenticates: false, ..Rules::default() };
    let mut nobody = Meeting::with(open, "nodeId=a");
    nobody.identified("");
    assert_eq!(nobody.entry().0, "default");
}

#[test]
fn bad_tokens_and_rooms_of_others_are_refused_before_anything_is_sent() {
    let mut bad = Meeting::new("token=t&room=music");
    bad.answers(Outcome::Identity(Err(INVALID)));
    bad.is_closed_with(4003, "Invalid or expired token");
    assert!(bad.heard.is_empty());
    for query in ["token=t&room=other", "token=t&room="] {
        Meeting::known(query, "music").is_closed_with(4003, "Room does not match token subject");
    }
    Meeting::new("").is_closed_with(4001, "Missing room");
    Meeting::new("room=&nodeId=a").is_closed_with(4001, "Missing room");
    let mut later = Meeting::new("token=t");
    later.answers(Outcome::Identity(Err(Refused { refusal: Refusal::Unavailable, ..INVALID })));
    later.is_closed_with(1013, "try again later");
}

#[test]
fn what_is_said_while_a_token_is_looked_at_waits_and_is_not_lost() {
    let peer = Meeting::new("token=t");
    assert!(!peer.session.takes_messages());
    let mut consumer = Meeting::new("room=music");
    consumer.says(CONSUMER);
    assert!(!consumer.session.takes_messages());
    consumer.identified("ann");
    consumer.entry();
    consumer.says(OFFER);
    assert_eq!(consumer.heard, ["to b"]);
}

#[test]
fn without_a_token_one_can_be_a_consumer_and_nothing_else() {
    let mut peer = Meeting::new("room=music&nodeId=a");
    peer.says(NORMAL);
    peer.is_closed_with(4001, "Normal Client requires a room token");
    let mut consumer = Meeting::new("room=music&nodeId=c");
    consumer.says(CONSUMER);
    consumer.identified("ann");
    let (room, entry) = consumer.entry();
    assert_eq!(
        (room.as_str(), &*entry.id, entry.proof, entry.role),
        ("music", "c", Proof::Nothing, Role::Consumer)
    );
    consumer.says(NORMAL);
    consumer.is_closed_with(4001, "Normal Client requires a room token");
}

#[test]
fn a_refused_consumer_is_told_why_and_then_closed() {
    let told =
        |message: &str| format!(r#"{{"type":"auth-err","status":"UNAUTHENTICATED","message":"{message}"}}"#);
    let mut bad = Meeting::new("room=music");
    bad.says(CONSUMER);
    bad.answers(Outcome::Identity(Err(INVALID)));
    assert_eq!(bad.heard, [told("invalid or expired consumer token")]);
    bad.is_closed_with(4003, "invalid consumer token");
    let mut missing = Meeting::new("room=music");
    missing.says(r#"{"type":"register","role":"consumer"}"#);
    assert_eq!(missing.heard, [told("missing consumer token")]);
    missing.is_closed_with(4003, "missing consumer token");
    let mut closed = Meeting::with(Rules::default(), "room=music");
    closed.says(CONSUMER);
    assert_eq!(closed.heard, [told("consumer authentication is not configured on this server")]);
    closed.is_closed_with(4003, "consumer auth not configured");
}

#[test]
fn the_first_word_decides_and_a_bad_token_in_a_later_one_is_still_bad() {
    let mut peer = Meeting::known("token=t&nodeId=a", "music");
    peer.entry();
    peer.says(NORMAL);
    peer.says(NORMAL);
    peer.says(CONSUMER);
    peer.answers(Outcome::Identity(Ok(Box::new(identity("ann")))));
    assert_eq!(peer.heard, ["is a peer"]);
    peer.says(CONSUMER);
    peer.answers(Outcome::Identity(Err(INVALID)));
    peer.is_closed_with(4003, "invalid consumer token");
}

#[test]
fn an_id_of_another_a_full_room_and_a_full_house_are_told_apart() {
    for (why, code, reason) in [
        (NotEntered::IdTaken, 4409, "nodeId already in use"),
        (NotEntered::RoomFull, 1013, "room is full"),
        (NotEntered::NoMoreRooms, 1013, "try again later"),
    ] {
        let mut peer = Meeting::known("token=t&nodeId=a", "music");
        peer.answers(Outcome::Entered(Err(why)));
        peer.is_closed_with(code, reason);
    }
    let mut full = Meeting::new("token=t");
    full.answers(Outcome::Identity(Ok(Box::new(identity("music")))));
    full.answers(Outcome::Admitted(Err(NotAdmitted::Full)));
    full.is_closed_with(1008, "connection limit");
}

#[test]
fn a_silent_peer_counts_as_one_after_the_grace_and_a_stranger_is_closed() {
    let mut silent = Meeting::known("token=t&nodeId=a", "music");
    silent.entry();
    silent.pass(Duration::from_millis(499));
    assert!(silent.heard.is_empty());
    silent.pass(Duration::from_millis(1));
    assert_eq!(silent.heard, ["is Provisional"]);
    silent.pass(Duration::from_secs(20));
    assert_eq!(silent.closed, None);
    silent.says(NORMAL);
    assert_eq!(silent.heard, ["is Provisional", "is a peer"]);
    let mut stranger = Meeting::new("room=music");
    stranger.pass(Duration::from_secs(10));
    stranger.is_closed_with(4002, "registration timeout");
}

#[test]
fn without_a_grace_a_silent_peer_is_closed_too() {
    let rules = Rules { register_grace: None, ..Rules::default() };
    let mut silent = Meeting::with(rules, "token=t&nodeId=a");
    silent.identified("music");
    silent.entry();
    silent.pass(Duration::from_secs(10));
    silent.is_closed_with(4002, "registration timeout");
}

#[test]
fn a_peer_that_answers_no_ping_is_gone_and_one_that_says_anything_is_not() {
    let mut peer = Meeting::known("token=t&nodeId=a", "music");
    peer.entry();
    peer.says(NORMAL);
    peer.pass(Duration::from_secs(25));
    assert_eq!(peer.heard.last().map(String::as_str), Some("ping"));
    peer.handle(Input::Pong);
    peer.pass(Duration::from_secs(25));
    peer.says(OFFER);
    peer.pass(Duration::from_secs(24));
    assert_eq!(peer.closed, None);
    peer.pass(Duration::from_secs(12));
    peer.is_closed_with(1001, "no answer to a ping");
}

#[test]
fn a_session_outlives_its_token_unless_the_operator_wants_otherwise_and_never_its_revocation() {
    let expiring = |rules| {
        let mut peer = Meeting::with(rules, "token=t&nodeId=a");
        let expires = Some(Expiry::Token(UnixSeconds(UNIX + 30)));
        peer.answers(Outcome::Identity(Ok(Box::new(Identity { expires, ..identity("music") }))));
        peer.answers(Outcome::Admitted(Ok(())));
        peer.entry();
        peer.says(NORMAL);
        for _ in 0..6 {
            peer.pass(Duration::from_secs(10));
            peer.handle(Input::Pong);
        }
        peer
    };
    let mut stays = expiring(Rules::default());
    assert_eq!(stays.closed, None);
    stays.orders(Order::Revoke(Cure::FreshToken));
    stays.is_closed_with(4003, "Invalid or expired token");
    let rules = Rules { close_on_expiry: Some(Duration::from_secs(5)), ..Rules::default() };
    expiring(rules).is_closed_with(4003, "Invalid or expired token");
}

#[test]
fn nonsense_is_passed_over_and_too_much_of_it_is_not() {
    let rules = Rules { malformed_messages: 3, ..Rules::default() };
    let mut peer = Meeting::with(rules, "token=t&nodeId=a");
    peer.identified("music");
    peer.entry();
    for nonsense in ["null", "[]", "{"] {
        peer.says(nonsense);
    }
    peer.says(r#"{"type":"unheard of"}"#);
    assert_eq!((peer.closed.clone(), peer.heard.len()), (None, 0));
    peer.says("5");
    peer.is_closed_with(1008, "too many malformed messages");
}

#[test]
fn who_sends_too_fast_waits_at_its_own_end_and_loses_nothing() {
    let rules = Rules { messages_per_second: std::num::NonZeroU32::new(10), ..Rules::default() };
    let mut peer = Meeting::with(rules, "token=t&nodeId=a");
    peer.identified("music");
    peer.entry();
    peer.says(NORMAL);
    let mut sent = 0;
    while peer.session.takes_messages() {
        peer.says(OFFER);
        sent += 1;
    }
    assert_eq!(sent, 49, "five seconds' worth at once");
    peer.pass(Duration::from_millis(100));
    assert!(peer.session.takes_messages());
}

#[test]
fn a_peer_is_told_to_come_back_before_the_node_goes() {
    let mut peer = Meeting::known("token=t&nodeId=a", "music");
    peer.entry();
    peer.orders(Order::Drain);
    assert_eq!(peer.heard, [r#"{"type":"reconnect"}"#]);
    peer.is_closed_with(1012, "service restart");
}

#[test]
fn names_have_a_bound() {
    let long = "x".repeat(257);
    Meeting::new(&format!("token=t&nodeId={long}")).is_closed_with(1008, "nodeId or room is too long");
    Meeting::new(&format!("token=t&room={long}")).is_closed_with(1008, "nodeId or room is too long");
    let mut peer = Meeting::known("token=t", "music");
    peer.says(&format!(r#"{{"type":"register","nodeId":"{long}"}}"#));
    peer.is_closed_with(1008, "nodeId or room is too long");
}

#[test]
fn a_consumer_of_another_organisation_is_none_of_the_rooms() {
    let mut peer = Meeting::known("token=t&nodeId=a", "music");
    peer.entry();
    peer.says(CONSUMER);
    let foreign = Identity { organisation: OrganisationId::from_verified("other"), ..identity("ann") };
    peer.answers(Outcome::Identity(Ok(Box::new(foreign))));
    peer.is_closed_with(4003, "invalid consumer token");
}
