//! How connections end.

use std::time::Duration;

use vestibule_doors::contract::Input;
use vestibule_model::{ChannelKey, Close, Now};
use vestibule_websocket::{Violation, close, encode};

use super::connection::{ConnectionId, Phase};
use super::link::Link;
use super::{Worker, connection_of};

/// A peer that does not read what is sent to it.
const SLOW: Close = Close::abrupt(3008, "slow");
/// A socket that has taken nothing for too long.
const WRITE_ERROR: Close = Close::abrupt(3009, "write error");

impl<L: Link> Worker<L> {
    /// Says goodbye: the session and its subscriptions end now, the socket when the peer has answered or the time for
    /// that is over.
    pub(super) fn close(&mut self, who: ConnectionId, close: Close, now: Now) {
        let until = now.moment + self.close_timeout(&close);
        self.end_session(who, until);
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        if !close.flush {
            connection.outbox.abandon();
        }
        if connection.goodbye.send() {
            connection.outbox.push(encode::close(Some(close.code), &close.reason));
            if !std::mem::replace(&mut connection.dirty, true) {
                self.dirty.push_back(who);
            }
            self.house.counters.closed_with(close.code);
        }
        self.reschedule(who);
        // Its reader was waiting for the session; now it waits for the peer's answer.
        self.wake_link(who);
    }

    /// The peer says goodbye, or answers ours.
    pub(super) fn peer_closes(&mut self, who: ConnectionId, code: Option<u16>, now: Now) {
        let until = now.moment + self.house.limits.close_timeout;
        self.end_session(who, until);
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        if connection.goodbye.receive() && connection.goodbye.send() {
            connection.outbox.push(encode::close(code, ""));
            if !std::mem::replace(&mut connection.dirty, true) {
                self.dirty.push_back(who);
            }
        }
        self.reschedule(who);
        self.finish_if_done(who);
    }

    /// The peer broke a rule of the framing. Nothing it sends after that can be understood, its goodbye included, so
    /// ours ends with the end of the stream.
    pub(super) fn violated(&mut self, who: ConnectionId, violation: Violation, now: Now) {
        // The code of a message that is too big says it all, and SDKs know it without a reason.
        let reason = if violation.code() == close::MESSAGE_TOO_BIG { "" } else { violation.reason() };
        self.close(who, Close::new(violation.code(), reason), now);
    }

    /// The peer is gone.
    pub fn gone(&mut self, who: ConnectionId) {
        self.remove(who);
    }

    /// A slow peer holds up nobody, and no more memory than its bound.
    pub(super) fn close_if_slow(&mut self, who: ConnectionId, now: Now) {
        let bound = self.house.limits.queue_size;
        let slow = self.connection(who).is_some_and(|connection| {
            matches!(connection.phase, Phase::Open(_)) && connection.outbox.len() > bound
        });
        if slow {
            self.close(who, SLOW, now);
        }
    }

    /// When both have said goodbye, or the peer cannot be understood any more, and nothing waits, the socket goes.
    pub(super) fn finish_if_done(&mut self, who: ConnectionId) {
        let Some(connection) = self.connection(who) else { return };
        if matches!(connection.phase, Phase::Open(_)) || !connection.outbox.is_empty() {
            return;
        }
        if connection.goodbye.is_complete() {
            self.remove(who);
        } else if connection.decoder.has_ended() {
            connection.link.finish();
        }
    }

    /// The wheel has come round to the connection.
    pub(super) fn look_at(&mut self, who: ConnectionId, now: Now) {
        let write_timeout = self.house.limits.write_timeout;
        let Some(connection) = self.connection(who) else { return };
        if connection.scheduled.is_some_and(|scheduled| scheduled > now.moment) {
            return;
        }
        connection.scheduled = None;
        let over = |since: vestibule_model::Moment, limit: Duration| since + limit <= now.moment;
        match &connection.phase {
            Phase::Closing(until) if *until <= now.moment => return self.remove(who),
            Phase::Closing(_) => {}
            Phase::Open(_) if connection.blocked.is_some_and(|since| over(since, write_timeout)) => {
                self.close(who, WRITE_ERROR, now);
            }
            Phase::Open(_) if connection.wake_at.is_some_and(|at| at <= now.moment) => {
                connection.wake_at = None;
                self.input(who, Input::Deadline, now);
            }
            Phase::Open(_) => {}
        }
        self.reschedule(who);
    }

    fn close_timeout(&self, close: &Close) -> Duration {
        // Whoever does not read will not answer either.
        if close.flush { self.house.limits.close_timeout } else { self.house.limits.write_timeout }
    }

    /// Ends the session and everything that stands because of it, however it came to its end.
    fn end_session(&mut self, who: ConnectionId, until: vestibule_model::Moment) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        if matches!(connection.phase, Phase::Closing(_)) {
            return;
        }
        connection.phase = Phase::Closing(until);
        connection.wake_at = None;
        connection.blocked = None;
        let channels = std::mem::take(&mut connection.channels);
        let room = connection.room.take();
        self.dismiss(who);
        if let Some(room) = room {
            self.leave_room(who, room);
        }
        for channel in &channels {
            self.end_subscription(who, channel);
        }
    }

    pub(super) fn end_subscription(&mut self, who: ConnectionId, channel: &ChannelKey) {
        self.passes.remove(who, channel);
        let Some(ended) = self.shard.unsubscribe(who, channel) else { return };
        let worker = ended.last.then_some(self.house.id);
        self.house.steward.end(channel.clone(), ended.departure, worker);
    }

    pub(super) fn remove(&mut self, who: ConnectionId) {
        self.end_session(who, vestibule_model::Moment::ZERO);
        if self.connection(who).is_some() {
            let connection = self.connections.remove(who.slot as usize);
            connection.link.wake();
            self.house.counters.ended.add();
        }
    }
}
