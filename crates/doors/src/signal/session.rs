//! The state machine of one connection.
//!
//! The first message of a session is the query of the request that opened it, which the house hands on as it came: who
//! the peer is, is asked at once. What the peer sends after that is read one message at a time, and not while the house
//! is asked for something: early messages wait at the peer's end and lose neither place nor content.
//!
//! A peer enters in steps, each a state that turns into the next, until it is a member that has said what it is.
//!
//! - `hello`: the query; `entrance`: from its token to the room;
//! - `register`: what the peer says it is; `consumer`: whose tokens are another's;
//! - `order`: what the house says unasked; `deadline`: what comes by itself; `pace`: how fast messages are taken;
//! - `turn`: what one input has at hand.

mod consumer;
mod deadline;
mod entrance;
mod hello;
mod order;
mod pace;
mod register;
#[cfg(test)]
mod tests;
mod turn;

use std::sync::Arc;

use vestibule_model::{ClientId, Close, Moment, Now, UnixSeconds};

use super::codes;
use super::message::{self, Heard};
use super::rules::Rules;
use crate::contract::{self, Ending, Input, Notice, Outcome, Output, Outputs, Ticket};
use crate::pulse::Pulse;
use crate::room::Call;
use crate::tickets::Tickets;
use consumer::{Counting, Proving, ProvingAgain};
use entrance::{Admitting, Authenticating, Entering, Known, Silent, Stranger};
use hello::Hello;
use pace::Pace;
use register::Member;
use turn::Turn;

/// What is known of a connection when it opens.
#[derive(Debug)]
pub struct Opening {
    /// Its name among connections: the id of a peer that has none.
    pub client: ClientId,
    /// A random number: spreads pings in time.
    pub jitter: u64,
    /// What the operator configured.
    pub rules: Arc<Rules>,
}

/// One connection.
///
/// A member that is idle owns no memory beyond itself (see [`Session::MAX_SIZE`]).
#[derive(Debug)]
pub struct Session {
    rules: Arc<Rules>,
    client: ClientId,
    opened: Moment,
    /// When the first of its tokens ends; `None`: never.
    expires: Option<UnixSeconds>,
    tickets: Tickets,
    pulse: Pulse,
    pace: Pace,
    /// Messages that were none.
    malformed: u32,
    /// The last [`Output::WakeAt`] that has not come yet.
    alarm: Option<Moment>,
    state: State,
}

/// How far the connection has come.
#[derive(Debug)]
enum State {
    /// Its query has not been read.
    Waiting,
    /// It has no token of a room, and may turn out to be a consumer.
    Stranger(Box<Stranger>),
    /// Its token is looked at.
    Authenticating(Box<Authenticating>),
    /// It is counted.
    Admitting(Box<Admitting>),
    /// It has a token of its room; what it is, or under which id, it has not said.
    Known(Box<Known>),
    /// It is on its way into its room.
    Entering(Box<Entering>),
    /// It is in its room, and has not said what it is.
    Silent(Box<Silent>),
    /// It says that it is a consumer, and the token that it brought is looked at.
    Proving(Box<Proving>),
    /// It is counted as a connection of the consumer's.
    Counting(Box<Counting>),
    /// It has said what it is.
    Member(Member),
    /// It says again that it is a consumer.
    ProvingAgain(ProvingAgain),
    /// It has ended.
    Closed,
}

impl Session {
    /// No session is larger, in bytes, without its heap.
    pub const MAX_SIZE: usize = 192;

    /// A connection that has just opened.
    pub fn open(opening: Opening, now: Now, outputs: &mut Outputs) -> Self {
        let Opening { client, jitter, rules } = opening;
        let mut session = Self {
            client,
            opened: now.moment,
            expires: None,
            tickets: Tickets::default(),
            pulse: Pulse::begin(rules.rhythm(), jitter, now.moment),
            pace: Pace::new(rules.messages_per_second),
            malformed: 0,
            alarm: None,
            state: State::Waiting,
            rules,
        };
        session.set_alarm(now, outputs);
        session
    }

    fn message(&mut self, message: &[u8], now: Now, outputs: &mut Outputs) -> Result<(), Close> {
        if matches!(self.state, State::Waiting) {
            return self.step(outputs, |_, turn| entrance::greet(Hello::read(message), turn));
        }
        self.pulse.heard();
        self.pace.take(now.moment);
        match message::read(message) {
            None => return self.nonsense(outputs),
            Some(Heard::Register(register)) => {
                return self.step(outputs, |state, turn| state.register(*register, turn));
            }
            Some(Heard::Heartbeat(load)) if matches!(self.state, State::Member(Member::Peer)) => {
                outputs.push(Output::Call(Call::Heartbeat(load)));
            }
            Some(Heard::Signal(letter)) if self.state.may_speak() => {
                outputs.push(Output::Call(Call::Relay { letter, arrived: now.moment }));
            }
            Some(Heard::Heartbeat(_) | Heard::Signal(_) | Heard::Other) => {}
        }
        Ok(())
    }

    fn nonsense(&mut self, outputs: &mut Outputs) -> Result<(), Close> {
        outputs.push(Output::Malformed);
        self.malformed += 1;
        if self.malformed > self.rules.malformed_messages { Err(codes::BAD_REQUEST) } else { Ok(()) }
    }

    /// Goes from one state to the next.
    fn step(
        &mut self,
        outputs: &mut Outputs,
        step: impl FnOnce(State, &mut Turn<'_>) -> Result<State, Close>,
    ) -> Result<(), Close> {
        let (rules, client) = (&*self.rules, self.client);
        let (expires, tickets) = (&mut self.expires, &mut self.tickets);
        let mut turn = Turn { rules, client, expires, tickets, outputs };
        self.state = step(std::mem::replace(&mut self.state, State::Closed), &mut turn)?;
        Ok(())
    }
}

impl contract::Session for Session {
    fn handle(&mut self, input: Input<'_>, now: Now, outputs: &mut Outputs) {
        let done = match input {
            Input::Message(message) => self.message(message, now, outputs),
            Input::Pong => {
                self.pulse.heard();
                Ok(())
            }
            Input::Outcome(ticket, outcome) => {
                self.step(outputs, |state, turn| state.outcome(ticket, outcome, turn))
            }
            Input::Notice(Notice::Order(order)) => self.order(order, outputs),
            // There are no channels behind this door.
            Input::Notice(Notice::Lost(_) | Notice::Revoked(..)) => Ok(()),
            Input::Deadline => {
                self.alarm = None;
                self.look_at_the_clock(now, outputs)
            }
        };
        match done {
            Ok(()) => self.set_alarm(now, outputs),
            Err(close) => {
                self.state = State::Closed;
                outputs.push(Output::Close(close));
            }
        }
    }

    fn takes_messages(&self) -> bool {
        self.state.takes_messages() && self.pace.is_open()
    }

    fn close_for(&self, ending: Ending) -> Close {
        codes::of(ending)
    }
}

impl State {
    /// Every answer has its place; one that nobody waits for has none.
    fn outcome(self, ticket: Ticket, outcome: Outcome, turn: &mut Turn<'_>) -> Result<Self, Close> {
        match (self, outcome) {
            (Self::Authenticating(state), Outcome::Identity(identity)) if state.ticket == ticket => {
                state.answered(identity, turn)
            }
            (Self::Admitting(state), Outcome::Admitted(admitted)) if state.ticket == ticket => {
                state.answered(admitted, turn)
            }
            (Self::Entering(state), Outcome::Entered(entered)) if state.ticket == ticket => {
                state.answered(entered)
            }
            (Self::Proving(state), Outcome::Identity(identity)) if state.ticket == ticket => {
                state.answered(identity, turn)
            }
            (Self::Counting(state), Outcome::Admitted(admitted)) if state.ticket == ticket => {
                state.answered(admitted, turn)
            }
            (Self::ProvingAgain(state), Outcome::Identity(identity)) if state.ticket == ticket => {
                state.answered(identity.map(drop), turn)
            }
            (state, _) => Ok(state),
        }
    }

    /// Nothing is asked of the house.
    const fn takes_messages(&self) -> bool {
        matches!(self, Self::Waiting | Self::Stranger(_) | Self::Known(_) | Self::Silent(_) | Self::Member(_))
    }

    /// It may send messages to others.
    fn may_speak(&self) -> bool {
        match self {
            Self::Member(_) => true,
            Self::Silent(silent) => silent.counts_as_peer,
            _ => false,
        }
    }
}
