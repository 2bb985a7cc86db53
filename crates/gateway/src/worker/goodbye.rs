//! How connections end.

use std::time::Duration;

use vestibule_doors::contract::{Ending, Input, Session};
use vestibule_model::{ChannelKey, Close, Moment, Now};
use vestibule_websocket::{Violation, close, encode};

use super::connection::{ConnectionId, Phase};
use super::link::Link;
use super::{Worker, connection_of, lay};

impl<L: Link> Worker<L> {
    /// Says goodbye in the words of the door.
    pub(super) fn end(&mut self, who: ConnectionId, ending: Ending, now: Now) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        let Some(session) = connection.session() else { return };
        let close = session.close_for(ending);
        self.close(who, close, now);
    }

    /// Says goodbye: the session and its subscriptions end now, the socket when the peer has answered or the time for
    /// that is over.
    pub(super) fn close(&mut self, who: ConnectionId, close: Close, now: Now) {
        let until = now.moment + self.close_timeout(&close);
        self.end_session(who, until, now);
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        if !close.flush {
            connection.outbox.abandon();
        }
        if connection.goodbye.send() {
            lay(&mut self.dirty, who, connection, encode::close(Some(close.code), &close.reason));
            self.house.counters.closed_with(close.code);
        }
        self.reschedule(who);
        // Its reader was waiting for the session; now it waits for the peer's answer.
        self.wake_link(who);
    }

    /// The peer says goodbye, or answers ours.
    pub(super) fn peer_closes(&mut self, who: ConnectionId, code: Option<u16>, now: Now) {
        let until = now.moment + self.house.limits.close_timeout;
        self.end_session(who, until, now);
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        if connection.goodbye.receive() && connection.goodbye.send() {
            lay(&mut self.dirty, who, connection, encode::close(code, ""));
        }
        self.reschedule(who);
        self.finish_if_done(who, now);
    }

    /// The peer broke a rule of the framing. Nothing it sends after that can be understood, its goodbye included, so
    /// ours ends with the end of the stream.
    pub(super) fn violated(&mut self, who: ConnectionId, violation: Violation, now: Now) {
        // The code of a message that is too big says it all, and SDKs know it without a reason.
        let reason = if violation.code() == close::MESSAGE_TOO_BIG { "" } else { violation.reason() };
        self.close(who, Close::new(violation.code(), reason), now);
    }

    /// The peer is gone.
    pub fn gone(&mut self, who: ConnectionId, now: Now) {
        self.remove(who, now);
    }

    /// A slow peer holds up nobody, and no more memory than its bound.
    pub(super) fn close_if_slow(&mut self, who: ConnectionId, now: Now) {
        let bound = self.house.limits.queue_size;
        let slow = self.connection(who).is_some_and(|connection| {
            matches!(connection.phase, Phase::Open(_)) && connection.outbox.len() > bound
        });
        if slow {
            self.end(who, Ending::Slow, now);
        }
    }

    /// When both have said goodbye, or the peer cannot be understood any more, and nothing waits, the socket goes.
    pub(super) fn finish_if_done(&mut self, who: ConnectionId, now: Now) {
        let Some(connection) = self.connection(who) else { return };
        if matches!(connection.phase, Phase::Open(_)) || !connection.outbox.is_empty() {
            return;
        }
        if connection.goodbye.is_complete() {
            self.remove(who, now);
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
        let over = |since: Moment, limit: Duration| since + limit <= now.moment;
        match &connection.phase {
            Phase::Closing(until) if *until <= now.moment => return self.remove(who, now),
            Phase::Closing(_) => {}
            Phase::Open(_) if connection.blocked.is_some_and(|since| over(since, write_timeout)) => {
                self.end(who, Ending::Stuck, now);
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
    fn end_session(&mut self, who: ConnectionId, until: Moment, now: Now) {
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
            self.leave_room(who, room, now);
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

    pub(super) fn remove(&mut self, who: ConnectionId, now: Now) {
        self.end_session(who, now.moment, now);
        if self.connection(who).is_some() {
            let connection = self.connections.remove(who.slot as usize);
            connection.link.wake();
            self.house.counters.ended.add();
        }
    }
}
