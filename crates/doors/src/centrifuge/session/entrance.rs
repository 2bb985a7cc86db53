//! From the first message to the connect reply.
//!
//! [`Waiting`] → [`Authenticating`] → [`Admitting`] → [`Subscribing`] → open; [`Refused`] when the answer was an error.
//! What the peer sent behind its connect command is kept until the connection is open. What the house orders in the
//! meantime is kept too; a connection that is to end, ends at once.
//!
//! - [`plan`]: to which channels the server subscribes the connection;
//! - [`welcome`]: the subscriptions are made, and the connect reply is said.

mod plan;
mod welcome;

use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{ClientInfo, Close, Credential, Expiry, Identity, Moment, Position, UnixSeconds};

use super::State;
use super::joining::Joining;
use super::open::Voucher;
use super::profile;
use super::terms::Wish;
use super::turn::Turn;
use super::verdict::Denied;
use crate::centrifuge::codes::{ErrorCode, disconnect};
use crate::centrifuge::rules::Rules;
use crate::centrifuge::wire::{Command, Commands, ConnectRequest, Request};
use crate::contract::{Admission, Effect, Input, NotAdmitted, Notice, Order, Outcome, Ticket, Token};

pub(super) use welcome::Subscribing;

/// So many orders wait for a connection that is not open yet; with more it starts anew.
const WAITING_ORDERS: usize = 64;

/// It has said nothing yet.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) stale: Moment,
}

/// Its token is looked at.
#[derive(Debug)]
pub(super) struct Authenticating {
    ticket: Ticket,
    entrant: Entrant,
}

/// It is counted with its user's other connections.
#[derive(Debug)]
pub(super) struct Admitting {
    ticket: Ticket,
    entrant: Entrant,
    guest: Guest,
    plan: Vec<Joining>,
}

/// It was told that it may not come in, and is expected to go.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) stale: Moment,
}

/// What is kept of a verified token.
#[derive(Debug)]
struct Guest {
    /// The connection as others see it.
    who: Arc<ClientInfo>,
    voucher: Voucher,
    credential: Credential,
    expires: Option<UnixSeconds>,
}

/// A connection on its way in.
#[derive(Debug)]
struct Entrant {
    /// Of its connect command.
    id: u32,
    stale: Moment,
    /// The server-side subscriptions that it had or wishes for.
    wishes: Vec<(Box<str>, Option<Position>)>,
    /// What followed its connect command.
    rest: Bytes,
    orders: Vec<Order>,
}

impl Waiting {
    pub(super) fn take(self, input: Input<'_>, turn: &mut Turn<'_>) -> Result<State, Close> {
        match input {
            Input::Message(message) => self.first_message(message, turn),
            Input::Notice(Notice::Order(order)) => final_order(order).map(|_| State::Waiting(self)),
            Input::Deadline => {
                unless_stale(self.stale, disconnect::STALE, turn).map(|()| State::Waiting(self))
            }
            Input::Pong | Input::Outcome(..) | Input::Notice(Notice::Lost(_) | Notice::Revoked(..)) => {
                Ok(State::Waiting(self))
            }
        }
    }

    fn first_message(self, message: &[u8], turn: &mut Turn<'_>) -> Result<State, Close> {
        let mut commands = Commands::new(turn.peer.encoding, message);
        let first = commands.next().and_then(Result::ok);
        let Some(Command { id: id @ 1.., request: Some(Request::Connect(request)) }) = first else {
            return Err(disconnect::BAD_REQUEST);
        };
        let ConnectRequest { token, subs, .. } = request;
        let entrant = Entrant {
            id,
            stale: self.stale,
            wishes: subs.into_iter().map(|(name, wanted)| (name.into(), Wish::of(&wanted).since)).collect(),
            rest: Bytes::copy_from_slice(commands.rest()),
            orders: Vec::new(),
        };
        let token = (!token.is_empty()).then(|| Token(token.into()));
        let ticket = turn.perform(Effect::Authenticate(token));
        Ok(State::Authenticating(Box::new(Authenticating { ticket, entrant })))
    }
}

impl Authenticating {
    pub(super) fn stale(&self) -> Moment {
        self.entrant.stale
    }

    pub(super) fn take(mut self: Box<Self>, input: Input<'_>, turn: &mut Turn<'_>) -> Result<State, Close> {
        match input {
            Input::Outcome(ticket, Outcome::Identity(outcome)) if ticket == self.ticket => match outcome {
                Ok(identity) => self.entrant.identified(*identity, turn),
                Err(refused) => self.entrant.deny(profile::at_connect(refused), turn),
            },
            other => {
                self.entrant.meanwhile(other, turn)?;
                Ok(State::Authenticating(self))
            }
        }
    }
}

impl Admitting {
    pub(super) fn stale(&self) -> Moment {
        self.entrant.stale
    }

    pub(super) fn take(mut self: Box<Self>, input: Input<'_>, turn: &mut Turn<'_>) -> Result<State, Close> {
        match input {
            Input::Outcome(ticket, Outcome::Admitted(outcome)) if ticket == self.ticket => {
                let Self { entrant, guest, plan, .. } = *self;
                match outcome {
                    Ok(()) => Subscribing::begin(entrant, guest, plan, turn),
                    Err(NotAdmitted::Full) => Err(disconnect::CONNECTION_LIMIT),
                    Err(NotAdmitted::Revoked(cure)) => {
                        entrant.deny(profile::revoked_at_connect(guest.voucher.profile, cure), turn)
                    }
                }
            }
            other => {
                self.entrant.meanwhile(other, turn)?;
                Ok(State::Admitting(self))
            }
        }
    }
}

impl Refused {
    /// What it says now counts for nothing.
    pub(super) fn take(self, input: Input<'_>, turn: &mut Turn<'_>) -> Result<State, Close> {
        match input {
            Input::Notice(Notice::Order(order)) => final_order(order).map(|_| State::Refused(self)),
            Input::Deadline => {
                unless_stale(self.stale, disconnect::STALE, turn).map(|()| State::Refused(self))
            }
            Input::Message(_)
            | Input::Pong
            | Input::Outcome(..)
            | Input::Notice(Notice::Lost(_) | Notice::Revoked(..)) => Ok(State::Refused(self)),
        }
    }
}

impl Entrant {
    /// The token is good: what it wants is looked at before the connection is counted.
    fn identified(self, identity: Identity, turn: &mut Turn<'_>) -> Result<State, Close> {
        let who = Arc::new(ClientInfo {
            user: identity.user,
            client: turn.peer.client,
            connection: identity.info,
            channel: None,
        });
        let expires = identity.expires.filter(|_| !turn.rules.client.insecure);
        let (over, expires) = (turn.over(expires), expires.map(Expiry::at));
        let voucher =
            Voucher { realm: identity.realm, organisation: identity.organisation, profile: identity.profile };
        let guest = Guest { who, voucher, credential: identity.credential, expires };
        let plan = match plan::plan(&guest, &identity.subscriptions, &self.wishes, turn.rules) {
            Ok(plan) => plan,
            Err(denied) => return self.deny(denied, turn),
        };
        if let Some(over) = over {
            return self.turn_away(profile::at_end(over), turn);
        }
        let ticket = turn.perform(Effect::Admit(guest.admission(turn.rules)));
        Ok(State::Admitting(Box::new(Admitting { ticket, entrant: self, guest, plan })))
    }

    /// The connect command is refused.
    fn deny(self, denied: Denied, turn: &mut Turn<'_>) -> Result<State, Close> {
        match denied {
            Denied::Error(error) => self.turn_away(error, turn),
            Denied::Close(close) => Err(close),
            Denied::ErrorAndClose(error, close) => {
                turn.refuse(self.id, error)?;
                Err(close)
            }
        }
    }

    /// Answers the connect command with an error; nothing more will be heard from here.
    fn turn_away(self, error: ErrorCode, turn: &mut Turn<'_>) -> Result<State, Close> {
        turn.refuse(self.id, error)?;
        Ok(State::Refused(Refused { stale: self.stale }))
    }

    /// Something else than what the entrance waits for. That it takes too long is not the peer's fault, so it is
    /// told to try again.
    fn meanwhile(&mut self, input: Input<'_>, turn: &Turn<'_>) -> Result<(), Close> {
        match input {
            Input::Notice(Notice::Order(order)) => self.orders.push(final_order(order)?),
            Input::Notice(Notice::Lost(_) | Notice::Revoked(..)) => {
                return Err(disconnect::INSUFFICIENT_STATE);
            }
            Input::Deadline => unless_stale(self.stale, disconnect::SERVER_ERROR, turn)?,
            Input::Message(_) | Input::Pong | Input::Outcome(..) => {}
        }
        if self.orders.len() > WAITING_ORDERS {
            return Err(disconnect::INSUFFICIENT_STATE);
        }
        Ok(())
    }
}

impl Guest {
    fn admission(&self, rules: &Rules) -> Admission {
        let personal = rules.client.personal_channel.as_ref();
        Admission {
            organisation: self.voucher.organisation.clone(),
            user: self.who.user.clone(),
            credential: self.credential.clone(),
            is_person: !self.who.user.is_anonymous(),
            exclusive: personal.is_some_and(|p| p.single_connection) && !self.who.user.is_anonymous(),
        }
    }
}

/// Carries out an order that ends the connection; gives back any other.
fn final_order(order: Order) -> Result<Order, Close> {
    match order {
        Order::Drain => Err(disconnect::SHUTDOWN),
        Order::Disconnect(close) => Err(close),
        Order::End(ending) => Err(disconnect::of(ending)),
        // What is wrong with its token, it hears when it comes back.
        Order::Revoke(_) => Err(disconnect::FORCE_RECONNECT),
        order @ (Order::Subscribe { .. } | Order::Unsubscribe { .. } | Order::Refresh { .. }) => Ok(order),
    }
}

fn unless_stale(stale: Moment, close: Close, turn: &Turn<'_>) -> Result<(), Close> {
    if stale <= turn.now.moment { Err(close) } else { Ok(()) }
}
