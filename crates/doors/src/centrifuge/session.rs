//! The state machine of one Centrifuge connection.
//!
//! A connection enters in steps, each a state that turns into the next (`entrance`): it says who it is, is counted
//! with its user's others, and is subscribed to what its token names. Then it is open: commands are carried
//! out one at a time, in order, and what does not finish at once holds back what follows it.
//!
//! - `entrance`: from the first message to the connect reply;
//! - `open`: an open connection: which input goes where, and the commands of a message in turn;
//! - one file for each command: `subscribe`, `unsubscribe`, `publish`, `presence`, `history`, `rpc`,
//!   `refresh`, `sub_refresh`;
//! - `order`: what the house says unasked;
//! - `verdict`: what becomes of a command; `profile`: what the clients of a realm are told about their tokens;
//! - `terms`, `joining`, `subscription`: what a subscription is granted, while it is made, when it stands;
//! - `pings`, `deadline`: pings, expiry and the presence tick;
//! - `turn`: what one input has at hand, and what it leaves behind.

mod deadline;
mod entrance;
mod history;
mod joining;
mod open;
mod order;
mod pings;
mod presence;
mod profile;
mod publish;
mod refresh;
mod rpc;
mod sub_refresh;
mod subscribe;
mod subscription;
mod terms;
mod turn;
mod unsubscribe;
mod verdict;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use vestibule_model::{ClientId, Close, Moment, Now};

use super::codes::disconnect;
use super::rules::Rules;
use super::wire::Encoding;
use crate::contract::{self, Ending, Input, Output, Outputs};
use crate::form::Form;
use crate::tickets::Tickets;

use entrance::{Admitting, Authenticating, Refused, Subscribing, Waiting};
use open::Open;
use turn::Turn;

/// What is known of a connection when it opens.
#[derive(Debug)]
pub struct Opening {
    /// Its name among its peers.
    pub client: ClientId,
    /// How it writes.
    pub encoding: Encoding,
    /// Pings go as frames of the transport, because the client asked for that (`cf_ws_frame_ping_pong`).
    pub frame_pings: bool,
    /// A random number: spreads pings and presence updates in time.
    pub jitter: u64,
    /// What the operator configured.
    pub rules: Arc<Rules>,
}

/// One connection.
///
/// Idle, it owns no memory beyond itself (see [`Session::MAX_SIZE`]), its subscriptions and what others see of it.
#[derive(Debug)]
pub struct Session {
    rules: Arc<Rules>,
    peer: Peer,
    tickets: Tickets,
    /// The last [`Output::WakeAt`] that has not come yet.
    alarm: Option<Moment>,
    state: State,
}

/// What does not change while the connection lives.
#[derive(Clone, Copy, Debug)]
struct Peer {
    client: ClientId,
    jitter: u64,
    encoding: Encoding,
    frame_pings: bool,
}

/// How far the connection has come.
#[derive(Debug)]
enum State {
    /// It has said nothing yet.
    Waiting(Waiting),
    /// Its token is looked at.
    Authenticating(Box<Authenticating>),
    /// It is counted with its user's other connections.
    Admitting(Box<Admitting>),
    /// It is subscribed to what the server wants it to be.
    Subscribing(Box<Subscribing>),
    /// It may do things.
    Open(Open),
    /// It was told that it may not come in.
    Refused(Refused),
    /// It has ended.
    Closed,
}

impl Session {
    /// No session is larger, in bytes, without its heap.
    pub const MAX_SIZE: usize = 256;

    /// A connection that has just opened.
    pub fn open(opening: Opening, now: Now, outputs: &mut Outputs) -> Self {
        let Opening { client, encoding, frame_pings, jitter, rules } = opening;
        let stale = now.moment + rules.client.stale_close_delay;
        let mut session = Self {
            rules,
            peer: Peer { client, jitter, encoding, frame_pings },
            tickets: Tickets::default(),
            alarm: None,
            state: State::Waiting(Waiting { stale }),
        };
        session.set_alarm(outputs);
        session
    }

    /// Asks to be woken for the earliest deadline, if that is another one than before.
    fn set_alarm(&mut self, outputs: &mut Outputs) {
        let deadline = self.state.deadline();
        if let Some(moment) = deadline
            && self.alarm != deadline
        {
            self.alarm = deadline;
            outputs.push(Output::WakeAt(moment));
        }
    }
}

impl contract::Session for Session {
    fn handle(&mut self, input: Input<'_>, now: Now, outputs: &mut Outputs) {
        if matches!(input, Input::Deadline) {
            self.alarm = None;
        }
        let mut turn = Turn::new(&self.rules, self.peer, now, &mut self.tickets, outputs);
        match self.state.take(input, &mut turn) {
            Ok(()) => {
                turn.finish();
                self.set_alarm(outputs);
            }
            Err(close) => {
                turn.close(close);
                self.state = State::Closed;
            }
        }
    }

    fn takes_messages(&self) -> bool {
        match &self.state {
            State::Waiting(_) | State::Refused(_) => true,
            State::Open(open) => open.is_free(),
            State::Authenticating(_) | State::Admitting(_) | State::Subscribing(_) | State::Closed => false,
        }
    }

    fn close_for(&self, ending: Ending) -> Close {
        disconnect::of(ending)
    }
}

impl State {
    fn take(&mut self, input: Input<'_>, turn: &mut Turn<'_>) -> Result<(), Close> {
        if let Self::Open(open) = self {
            return open.take(input, turn);
        }
        *self = match std::mem::replace(self, Self::Closed) {
            Self::Waiting(waiting) => waiting.take(input, turn)?,
            Self::Authenticating(authenticating) => authenticating.take(input, turn)?,
            Self::Admitting(admitting) => admitting.take(input, turn)?,
            Self::Subscribing(subscribing) => subscribing.take(input, turn)?,
            Self::Refused(refused) => refused.take(input, turn)?,
            settled @ (Self::Open(_) | Self::Closed) => settled,
        };
        Ok(())
    }

    /// When the session wants to be woken.
    fn deadline(&self) -> Option<Moment> {
        match self {
            Self::Waiting(waiting) => Some(waiting.stale),
            Self::Authenticating(authenticating) => Some(authenticating.stale()),
            Self::Admitting(admitting) => Some(admitting.stale()),
            Self::Subscribing(subscribing) => Some(subscribing.stale()),
            Self::Refused(refused) => Some(refused.stale),
            Self::Open(open) => open.deadline(),
            Self::Closed => None,
        }
    }
}

impl Peer {
    fn form(self) -> Form {
        match self.encoding {
            Encoding::Json => Form::CentrifugeJson,
            Encoding::Protobuf => Form::CentrifugeProtobuf,
        }
    }
}
