//! What a session does, as its peer and the house see it.

mod consumers;
mod deadline;
mod entrance;

use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{
    ClientId, Credential, Cure, Expiry, Identity, Moment, Now, OrganisationId, Profile, UnixSeconds, UserId,
};

use super::{Opening, Session};
use crate::contract::{
    Admission, Effect, Input, NotAdmitted, Notice, Order, Outcome, Output, Outputs, Refusal, Refused,
    Session as _, Ticket,
};
use crate::room::{Call, Entry, Letter, NotEntered, Proof, Receiver, Role};
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
    malformed: u32,
    wake_at: Option<Moment>,
}

impl Meeting {
    fn new(query: &str) -> Self {
        Self::with(Rules { takes_consumers: true, ..Rules::default() }, query)
    }

    fn with(rules: Rules, query: &str) -> Self {
        let mut outputs = Outputs::default();
        // Such a jitter that the first ping comes after a whole interval.
        let jitter = u64::try_from(rules.ping_interval.as_millis() / 2).expect("a short time");
        let opening = Opening { client: ClientId::from_random([7; 16]), jitter, rules: Arc::new(rules) };
        let session = Session::open(opening, at(START), &mut outputs);
        let (asked, heard, closed, wake_at) = (None, Vec::new(), None, None);
        let mut meeting = Self { session, millis: START, asked, heard, closed, malformed: 0, wake_at };
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
                Output::Malformed => self.malformed += 1,
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
        Call::Heartbeat(_) => "beats".into(),
        Call::Relay { letter: Letter { to: Receiver::Id(id), .. }, .. } => format!("to {id}"),
        Call::Relay { letter: Letter { to: Receiver::Nobody(name), .. }, .. } => format!("to nobody {name}"),
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

fn told(message: &str) -> String {
    format!(r#"{{"type":"auth-err","status":"UNAUTHENTICATED","message":"{message}"}}"#)
}

const INVALID: Refused = Refused { refusal: Refusal::Invalid, profile: Profile::Centrifugo };

const NORMAL: &str = r#"{"type":"register","nodeId":"said","role":"normal"}"#;
const CONSUMER: &str = r#"{"type":"register","nodeId":"said","role":"consumer","token":"t"}"#;
const OFFER: &str = r#"{"type":"offer","to":"b","sdp":{}}"#;

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
    assert_eq!(peer.malformed, 4, "each is counted, the last one too");
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
fn a_session_is_small() {
    assert!(size_of::<Session>() <= Session::MAX_SIZE, "{} bytes", size_of::<Session>());
}
