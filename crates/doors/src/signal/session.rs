//! The state machine of one connection.
//!
//! The first message of a session is the query of the request that opened it, which the house hands on as it came: who
//! the peer is, is asked at once. What the peer sends after that is read one message at a time, and not while the house
//! is asked for something: early messages wait at the peer's end and lose neither place nor content.
//!
//! - `hello`: the query; `arrival`: from a token to a member of a room; `register`: what the peer says it is;
//! - `clock`: what comes by itself; `pace`: how fast messages are taken.

mod arrival;
mod clock;
mod hello;
mod pace;
mod register;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use vestibule_model::{Close, Moment, Now, OrganisationId, RoomKey, UnixSeconds};

use super::codes;
use super::message::{self, Heard};
use super::rules::Rules;
use crate::contract::{self, Effect, Input, Notice, Order, Outcome, Output, Outputs, Ticket};
use crate::room::{Call, Role};
use arrival::Asked;
use hello::Hello;
use pace::Pace;

/// One connection.
#[derive(Debug)]
pub struct Session {
    rules: Arc<Rules>,
    /// A fresh id, for a peer that has none.
    spare_id: Box<str>,
    hello: Hello,
    /// Whose token it came with.
    bearer: Option<Bearer>,
    standing: Standing,
    /// What the house is asked for, of which there is one thing at a time.
    asked: Option<(Ticket, Asked)>,
    next_ticket: u32,
    opened: Moment,
    /// When it was pinged; `None`: it has been heard of since.
    pinged: Option<Moment>,
    next_ping: Moment,
    pace: Pace,
    malformed: u32,
    /// When it asked to be woken last.
    wake_at: Option<Moment>,
}

/// What is kept of a token.
#[derive(Debug)]
struct Bearer {
    organisation: OrganisationId,
    expires: Option<UnixSeconds>,
}

/// Where the peer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The query has not been read.
    Fresh,
    /// It is nobody yet: it has no token of a room and may turn out to be a consumer.
    Stranger,
    /// It is known, and in its room if it has an id; what it is, it has not said.
    Pending {
        /// It is in its room.
        inside: bool,
    },
    /// It has been silent, and counts as a peer.
    Provisional,
    /// It is a peer.
    Normal,
    /// It is a consumer.
    Consumer,
}

impl Session {
    /// Opens a session; `spare_id` is a fresh UUID.
    pub fn open(rules: Arc<Rules>, spare_id: Box<str>, now: Now, outputs: &mut Outputs) -> Self {
        let next_ping = now.moment + rules.ping_interval;
        let pace = Pace::new(rules.messages_per_second);
        let mut session = Self {
            rules,
            spare_id,
            hello: Hello::default(),
            bearer: None,
            standing: Standing::Fresh,
            asked: None,
            next_ticket: 0,
            opened: now.moment,
            pinged: None,
            next_ping,
            pace,
            malformed: 0,
            wake_at: None,
        };
        session.wake(now, outputs);
        session
    }

    /// How many of its messages were none.
    pub const fn malformed(&self) -> u32 {
        self.malformed
    }

    fn ask(&mut self, asked: Asked, effect: Effect, outputs: &mut Outputs) {
        self.next_ticket = self.next_ticket.wrapping_add(1);
        let ticket = Ticket(self.next_ticket);
        self.asked = Some((ticket, asked));
        outputs.push(Output::Perform(ticket, effect));
    }

    fn message(&mut self, bytes: &[u8], now: Now, outputs: &mut Outputs) -> Result<(), Close> {
        if self.standing == Standing::Fresh {
            return self.greet(Hello::read(bytes), outputs);
        }
        self.pinged = None;
        self.pace.take(now.moment);
        match message::read(bytes) {
            None => {
                self.malformed += 1;
                if self.malformed > self.rules.malformed_messages { Err(codes::NONSENSE) } else { Ok(()) }
            }
            Some(Heard::Register(register)) => self.register(*register, outputs),
            Some(Heard::Heartbeat(beat)) => {
                let message::Heartbeat { sessions, serves, capacity } = beat;
                if self.standing == Standing::Normal {
                    outputs.push(Output::Call(Call::Heartbeat { sessions, serves, capacity }));
                }
                Ok(())
            }
            Some(Heard::Signal(signal)) => {
                if matches!(self.standing, Standing::Normal | Standing::Provisional | Standing::Consumer) {
                    let message::Signal { to, is_offer, members } = signal;
                    let arrived = now.moment;
                    outputs.push(Output::Call(Call::Relay { to, is_offer, members, arrived }));
                }
                Ok(())
            }
            Some(Heard::Other) => Ok(()),
        }
    }

    fn outcome(&mut self, ticket: Ticket, outcome: Outcome, outputs: &mut Outputs) -> Result<(), Close> {
        match self.asked.take() {
            Some((expected, asked)) if expected == ticket => self.answered(asked, outcome, outputs),
            asked => {
                self.asked = asked;
                Ok(())
            }
        }
    }

    fn notice(&mut self, notice: Notice, outputs: &mut Outputs) -> Result<(), Close> {
        match notice {
            Notice::Order(Order::Disconnect(close)) => Err(close),
            Notice::Order(Order::Revoke { .. }) => Err(codes::INVALID_TOKEN),
            Notice::Order(Order::Refresh { expired: true, .. }) => Err(codes::INVALID_TOKEN),
            Notice::Order(Order::Drain) => {
                if !matches!(self.standing, Standing::Fresh | Standing::Stranger) {
                    outputs.push(Output::Send(message::reconnect()));
                }
                Err(codes::RESTART)
            }
            Notice::Order(Order::Refresh { expires, .. }) => {
                if let Some(bearer) = &mut self.bearer {
                    bearer.expires = expires;
                }
                Ok(())
            }
            // There are no channels behind this door.
            Notice::Order(Order::Subscribe { .. } | Order::Unsubscribe { .. })
            | Notice::Lost(_)
            | Notice::Revoked(..) => Ok(()),
        }
    }

    /// Its room, once the organisation is known.
    fn room(&self, organisation: &OrganisationId, name: &str) -> RoomKey {
        RoomKey::new(organisation, vestibule_model::Door::Signal, name)
    }
}

impl contract::Session for Session {
    fn handle(&mut self, input: Input<'_>, now: Now, outputs: &mut Outputs) {
        let done = match input {
            Input::Message(bytes) => self.message(bytes, now, outputs),
            Input::Pong => {
                self.pinged = None;
                Ok(())
            }
            Input::Outcome(ticket, outcome) => self.outcome(ticket, outcome, outputs),
            Input::Notice(notice) => self.notice(notice, outputs),
            Input::Deadline => {
                self.wake_at = None;
                self.deadline(now, outputs)
            }
        };
        match done {
            Ok(()) => self.wake(now, outputs),
            Err(close) => outputs.push(Output::Close(close)),
        }
    }

    fn takes_messages(&self) -> bool {
        self.asked.is_none() && self.pace.is_open()
    }
}

/// What a peer is that says no more than that it is one.
fn plain(role: Role) -> Call {
    Call::Register { role, hears: false }
}
