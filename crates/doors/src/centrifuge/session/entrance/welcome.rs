//! The server-side subscriptions are made, and the connect reply is said.

use std::time::Duration;

use vestibule_model::{Close, Moment};

use super::{Entrant, Guest};
use crate::centrifuge::session::State;
use crate::centrifuge::session::joining::Joining;
use crate::centrifuge::session::open::Open;
use crate::centrifuge::session::subscription::Subscription;
use crate::centrifuge::session::turn::Turn;
use crate::centrifuge::wire::{Answer, ConnectResult, SubscribeResult};
use crate::contract::{Fault, Input, Outcome, Subscribed, Ticket};

/// It is subscribed to what the server wants it to be.
#[derive(Debug)]
pub(in crate::centrifuge::session) struct Subscribing {
    entrant: Entrant,
    guest: Guest,
    parts: Vec<Part>,
}

/// One of the subscriptions, and what became of it so far.
#[derive(Debug)]
struct Part {
    ticket: Ticket,
    joining: Joining,
    outcome: Option<Result<Subscribed, Fault>>,
}

impl Subscribing {
    /// Asks for all subscriptions at once.
    pub(super) fn begin(
        entrant: Entrant,
        guest: Guest,
        joinings: Vec<Joining>,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        let parts = joinings
            .into_iter()
            .map(|joining| Part { ticket: joining.perform(turn), joining, outcome: None })
            .collect();
        Box::new(Self { entrant, guest, parts }).go_on(turn)
    }

    pub(in crate::centrifuge::session) fn stale(&self) -> Moment {
        self.entrant.stale
    }

    pub(in crate::centrifuge::session) fn take(
        mut self: Box<Self>,
        input: Input<'_>,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        match input {
            Input::Outcome(ticket, Outcome::Subscribed(outcome)) => {
                if let Some(part) = self.parts.iter_mut().find(|part| part.ticket == ticket) {
                    part.outcome = Some(outcome);
                }
                self.go_on(turn)
            }
            other => {
                self.entrant.meanwhile(other, turn)?;
                Ok(State::Subscribing(self))
            }
        }
    }

    /// Waits for the rest, and lets the connection in when there is none.
    fn go_on(self: Box<Self>, turn: &mut Turn<'_>) -> Result<State, Close> {
        if self.parts.iter().any(|part| part.outcome.is_none()) {
            return Ok(State::Subscribing(self));
        }
        let Self { entrant, guest, parts } = *self;
        let mut standing = Vec::with_capacity(parts.len());
        let mut fault = None;
        for Part { joining, outcome, .. } in parts {
            match outcome {
                Some(Ok(subscribed)) => standing.push(joining.stand(subscribed, turn)),
                Some(Err(why)) => fault = Some(why),
                None => {}
            }
        }
        match fault {
            None => entrant.welcome(guest, standing, turn),
            Some(why) => {
                for (subscription, _) in standing {
                    turn.unsubscribe(subscription.channel);
                }
                entrant.turn_away(why.into(), turn)
            }
        }
    }
}

impl Entrant {
    /// Says the connect reply, and goes on with what came before and after it.
    fn welcome(
        self,
        guest: Guest,
        standing: Vec<(Subscription, SubscribeResult)>,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        let Guest { who, voucher, expires, .. } = guest;
        let (subscriptions, results): (Vec<_>, Vec<_>) = standing.into_iter().unzip();
        let names = subscriptions.iter().map(|subscription| subscription.channel.name().into());
        let result = ConnectResult {
            expires: expires.and_then(|expires| turn.ttl(expires)),
            subs: names.zip(results).collect(),
            ..greeting(turn)
        };
        turn.answer(self.id, Answer::Connect(Box::new(result)))?;
        let mut open = Open::begin(who, voucher, expires, turn);
        for subscription in subscriptions {
            turn.release(&subscription.channel);
            open.adopt(subscription, turn);
        }
        for order in self.orders {
            open.order(order, turn)?;
        }
        open.converse(self.rest, turn)?;
        Ok(State::Open(open))
    }
}

/// What every connect reply says.
fn greeting(turn: &Turn<'_>) -> ConnectResult {
    let rules = &turn.rules.client;
    let pings = !turn.peer.frame_pings && !rules.ping_interval.is_zero();
    ConnectResult {
        ping: if pings { whole_seconds(rules.ping_interval) } else { 0 },
        pong: pings && rules.pong_timeout.is_some(),
        time: if rules.connect_include_server_time { turn.now.unix_millis } else { 0 },
        ..ConnectResult::new(turn.peer.client, rules.server_version.clone())
    }
}

fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
