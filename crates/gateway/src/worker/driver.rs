//! Inputs to sessions, and the carrying out of their outputs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use vestibule_doors::contract::{
    Effect, Ending, Fault, Input, Outcome, Output, Session, Subscribe, Subscribed, Ticket,
};
use vestibule_model::{ChannelKey, Door, Now};
use vestibule_websocket::{Event, Input as Bytestream, encode};

use super::connection::ConnectionId;
use super::delivery::post;
use super::inbox::Mail;
use super::link::Link;
use super::shard::Subscription;
use super::{Worker, connection_of, frames, lay};
use crate::steward::{Departure, NewSubscription};

impl<L: Link> Worker<L> {
    /// The peer has sent bytes; they are unmasked where they lie.
    pub fn received(&mut self, who: ConnectionId, bytes: &mut [u8], now: Now) {
        self.house.counters.received_bytes.add_many(bytes.len());
        self.decode(who, Bytestream::new(bytes), now);
        self.flush_if_last(who, now);
    }

    /// Takes one message after the other out of `bytes` for as long as the session takes them.
    fn decode(&mut self, who: ConnectionId, mut bytes: Bytestream<'_>, now: Now) {
        while let Some(connection) = connection_of(&mut self.connections, who) {
            if connection.session().is_some_and(|session| !session.takes_messages()) {
                connection.decoder.suspend(bytes);
                return;
            }
            let Some(event) = connection.decoder.next(&mut bytes) else { return };
            match event {
                Event::Text(message) | Event::Binary(message) => {
                    self.house.counters.messages_received.add();
                    self.input(who, Input::Message(message), now);
                }
                Event::Ping(payload) => {
                    let pong = encode::pong(payload);
                    self.push(who, pong);
                }
                Event::Pong(_) => self.input(who, Input::Pong, now),
                Event::Close { code, .. } => return self.peer_closes(who, code, now),
                Event::Violation(violation) => return self.violated(who, violation, now),
            }
        }
    }

    /// One input, every output, and whatever follows from those.
    pub(super) fn input(&mut self, who: ConnectionId, input: Input<'_>, now: Now) {
        self.input_once(who, input, now);
        while let Some((other, notice)) = self.notices.pop_front() {
            self.input_once(other, Input::Notice(notice), now);
        }
    }

    fn input_once(&mut self, who: ConnectionId, input: Input<'_>, now: Now) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        let Some(session) = connection.session() else { return };
        let was_busy = !session.takes_messages();
        let mut outputs = std::mem::take(&mut self.outputs);
        // A session that panicked is not called again, so whatever state it is in is seen by nobody.
        let survived = catch_unwind(AssertUnwindSafe(|| session.handle(input, now, &mut outputs))).is_ok();
        if !survived {
            self.house.counters.bugs.add();
            return self.end(who, Ending::Bug, now);
        }
        for output in outputs.drain() {
            self.carry_out(who, output, now);
        }
        self.outputs = outputs;
        self.reschedule(who);
        if was_busy {
            self.resume(who, now);
        }
    }

    /// The session takes messages again: first those that were read before, then what is in the socket.
    fn resume(&mut self, who: ConnectionId, now: Now) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        if connection.session().is_none_or(|session| !session.takes_messages()) {
            return;
        }
        if connection.decoder.is_suspended() {
            self.decode(who, Bytestream::empty(), now);
        }
        self.wake_link(who);
    }

    pub(super) fn carry_out(&mut self, who: ConnectionId, output: Output, now: Now) {
        match output {
            Output::Send(message) => self.send(who, &message),
            Output::Ping => self.push(who, encode::ping(b"")),
            Output::Perform(ticket, effect) => self.perform(who, ticket, effect, now),
            Output::Release(channel) => self.shard.release(who, &channel, &mut post!(self)),
            Output::Unsubscribe(channel) => self.unsubscribe(who, &channel),
            Output::Tend(channel) => self.tend(who, channel, now),
            Output::Renew(credential) => self.renew(who, *credential, now),
            Output::Regrant(channel, credential) => self.grant(who, channel, *credential, now),
            Output::Call(call) => self.call_room(who, call, now),
            Output::Malformed => self.house.counters.rooms.malformed.add(),
            Output::WakeAt(moment) => {
                if let Some(connection) = self.connection(who) {
                    connection.wake_at = Some(moment);
                }
            }
            Output::Close(close) => self.close(who, close, now),
        }
    }

    fn send(&mut self, who: ConnectionId, message: &[u8]) {
        let Some(connection) = self.connection(who) else { return };
        let frame = frames::frame(connection.writes_text, message);
        self.house.counters.messages_sent.add();
        self.push(who, frame);
    }

    /// Puts a frame into the outbox; it leaves at the end of the turn.
    pub(super) fn push(&mut self, who: ConnectionId, frame: Bytes) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        if !connection.goodbye.may_send() {
            return;
        }
        lay(&mut self.dirty, who, connection, frame);
    }

    /// Sends at once what one connection was given, unless others wait before it.
    fn flush_if_last(&mut self, who: ConnectionId, now: Now) {
        if self.dirty.back() == Some(&who) {
            self.dirty.pop_back();
            self.flush_one(who, now);
        }
    }

    fn perform(&mut self, who: ConnectionId, ticket: Ticket, effect: Effect, now: Now) {
        match effect {
            Effect::Admit(admission) => self.admit(who, ticket, admission, now),
            Effect::Subscribe(subscribe) => self.subscribe(who, ticket, subscribe, now),
            Effect::Enter(key, entry) => self.enter_room(who, ticket, key, *entry, now),
            Effect::Authenticate(_)
            | Effect::AuthenticateConsumer(_)
            | Effect::Authorise(_)
            | Effect::Publish { .. }
            | Effect::Presence(_)
            | Effect::PresenceStats(_)
            | Effect::History { .. } => {
                let Some(door) = self.door_of(who) else { return };
                let outcome = self.house.steward.clone().perform(door, effect, now);
                self.errand(async move { Mail::Outcome(who, ticket, outcome.await) });
            }
        }
    }

    fn door_of(&mut self, who: ConnectionId) -> Option<Door> {
        self.connection(who)?.session().map(|session| session.door())
    }

    /// The door hands on what the request said that opened the connection: it is the session's first message.
    pub fn greet(&mut self, who: ConnectionId, query: &[u8], now: Now) {
        self.input(who, Input::Message(query), now);
    }

    /// Runs an errand as far as it goes at once, and the rest of it beside the worker. What it brings comes through
    /// the inbox, behind what it caused.
    fn errand(&self, errand: impl Future<Output = Mail> + 'static) {
        let inbox = self.house.inboxes.of(self.house.id).clone();
        self.house.steward.run(async move { inbox.send(errand.await) });
    }

    fn subscribe(&mut self, who: ConnectionId, ticket: Ticket, subscribe: Subscribe, now: Now) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        let Subscribe { channel, form, grant, info, presence, announces, hears, following } = subscribe;
        connection.channels.push(channel.clone());
        if let Some(grant) = grant {
            self.grant(who, channel.clone(), *grant, now);
        }
        let departure = Departure { info, presence, announces };
        let begin = Subscription {
            form,
            hears,
            follows: following.as_ref().map(|following| following.meta_ttl),
            departure: departure.clone(),
        };
        let undelivered = self.shard.subscribe(who, &channel, begin);
        let standing = self.house.steward.clone().subscribe(
            NewSubscription {
                channel: channel.clone(),
                departure: departure.clone(),
                deliver_to: undelivered.then_some(self.house.id),
                following,
            },
            now,
        );
        self.errand(async move {
            let result = standing.await;
            Mail::Subscribed { who, ticket, channel, departure, result }
        });
    }

    /// The house has answered a wish to subscribe.
    pub(super) fn subscribed(
        &mut self,
        (who, ticket): (ConnectionId, Ticket),
        channel: &ChannelKey,
        departure: Departure,
        result: Result<Subscribed, Fault>,
        now: Now,
    ) {
        match &result {
            Ok(_) if !self.shard.has(who, channel) => {
                self.house.steward.end(channel.clone(), Some(departure), None)
            }
            Ok(subscribed) => self.shard.settle(who, channel, subscribed.position.as_ref(), &mut post!(self)),
            Err(_) => self.unsubscribe(who, channel),
        }
        self.input(who, Input::Outcome(ticket, Outcome::Subscribed(result)), now);
    }

    pub(super) fn unsubscribe(&mut self, who: ConnectionId, channel: &ChannelKey) {
        if let Some(connection) = self.connection(who) {
            connection.channels.retain(|subscribed| subscribed != channel);
        }
        self.end_subscription(who, channel);
    }

    fn tend(&mut self, who: ConnectionId, channel: ChannelKey, now: Now) {
        if let Some(info) = self.shard.presence(who, &channel) {
            self.house.steward.still_there(channel.clone(), info, now);
        }
        if let Some((_, meta_ttl)) = self.shard.position(who, &channel) {
            let top = self.house.steward.clone().top(channel.clone(), meta_ttl, now);
            let inbox = self.house.inboxes.of(self.house.id).clone();
            self.house.steward.run(async move {
                if let Some(top) = top.await {
                    inbox.send(Mail::Top(who, channel, top));
                }
            });
        }
    }
}
