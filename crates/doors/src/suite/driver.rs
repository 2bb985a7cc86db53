//! A session with its house, under a witness and in virtual time.

use std::time::Duration;

use vestibule_model::{Moment, Now};

use super::witness::{Asked, Witness};
use super::{DoorUnderTest, START};
use crate::contract::{Input, Notice, Outcome, Output, Outputs, Session, Ticket};

/// A session with its house.
#[derive(Debug)]
pub struct Driver<S> {
    session: S,
    outputs: Outputs,
    /// The law.
    pub witness: Witness,
    /// What the clocks say.
    pub now: Now,
}

impl<S: Session> Driver<S> {
    /// A connection that has just opened, at [`START`], and what followed from that.
    pub fn open(open: impl FnOnce(Now, &mut Outputs) -> S) -> (Self, Vec<Output>) {
        let mut outputs = Outputs::default();
        let session = open(START, &mut outputs);
        let mut driver = Self { session, outputs, witness: Witness::default(), now: START };
        let first = driver.observe();
        (driver, first)
    }

    /// A connection of this door that has just opened.
    pub fn of<D: DoorUnderTest<Session = S>>(door: &D) -> Self {
        Self::open(|now, outputs| door.open(now, outputs)).0
    }

    /// The session, to look at.
    pub fn session(&self) -> &S {
        &self.session
    }

    /// Whether the session has ended.
    pub fn is_closed(&self) -> bool {
        self.witness.close.is_some()
    }

    /// Whether the session takes a message.
    pub fn takes_messages(&self) -> bool {
        !self.is_closed() && self.session.takes_messages()
    }

    /// The peer's message.
    ///
    /// # Panics
    /// When the session takes none.
    pub fn message(&mut self, message: &[u8]) -> Vec<Output> {
        assert!(self.takes_messages(), "the house gives a message only to a session that takes it");
        self.handle(Input::Message(message))
    }

    /// The outcome of an effect that was asked for.
    pub fn outcome(&mut self, ticket: Ticket, outcome: Outcome) -> Vec<Output> {
        self.witness.answered(ticket, &outcome);
        self.handle(Input::Outcome(ticket, outcome))
    }

    /// The house says something unasked.
    pub fn notice(&mut self, notice: Notice) -> Vec<Output> {
        self.handle(Input::Notice(notice))
    }

    /// Any input; after a close there is none.
    ///
    /// # Panics
    /// When the session has ended, or what follows is against the law.
    pub fn handle(&mut self, input: Input<'_>) -> Vec<Output> {
        assert!(!self.is_closed(), "a session that has ended is not called again");
        if matches!(input, Input::Deadline) {
            self.witness.alarm = None;
        }
        self.session.handle(input, self.now, &mut self.outputs);
        self.observe()
    }

    /// Lets time pass, and wakes the session as it wants.
    ///
    /// # Panics
    /// When the session wants to be woken again and again without time passing.
    pub fn pass(&mut self, duration: Duration) -> Vec<Output> {
        let until = self.now.moment + duration;
        let mut all = Vec::new();
        let mut wakes = 0;
        while let Some(alarm) = self.witness.alarm.filter(|alarm| *alarm <= until)
            && !self.is_closed()
        {
            self.set_clock(alarm.max(self.now.moment));
            all.extend(self.handle(Input::Deadline));
            wakes += 1;
            assert!(wakes < 100_000, "the session does not sleep");
        }
        self.set_clock(until);
        all
    }

    /// The one effect that is in flight.
    ///
    /// # Panics
    /// When there are none or several.
    pub fn only_effect(&self) -> (Ticket, Asked) {
        let mut all = self.witness.in_flight.iter();
        match (all.next(), all.next()) {
            (Some((ticket, asked)), None) => (*ticket, asked.clone()),
            _ => unreachable!("one effect is in flight, not {:?}", self.witness.in_flight),
        }
    }

    fn set_clock(&mut self, moment: Moment) {
        let passed = i64::try_from(moment.since(self.now.moment).as_millis()).unwrap_or(i64::MAX);
        self.now = Now::new(moment, self.now.unix_millis.saturating_add(passed));
    }

    fn observe(&mut self) -> Vec<Output> {
        let outputs = self.witness.observe(self.now.moment, &mut self.outputs);
        self.witness.at_rest(self.session.takes_messages());
        outputs
    }
}
