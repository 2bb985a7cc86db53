//! One thread's share of the house: its connections, their sessions, and its part of the hub.
//!
//! A worker is plain state. Bytes of peers, mail from everyone else and the passing of time go in; bytes for peers
//! go out through a [`Link`], wishes to the [`Steward`]. It holds no socket of its own and reads no clock, so a whole
//! house can be run in a simulated world. What moves it in the real one is in [`crate::transport`].
//!
//! It obeys one law: one input to a session, then every output of that input, then the next input.
//!
//! - `connection`: what is kept of a connection; `outbox`: what waits for its peer; `link`: the peer's end;
//! - `shard`: who listens to what; `frames`: a publication written once for each form;
//! - `driver`: inputs to sessions, and the carrying out of their outputs;
//! - `delivery`: mail to subscribers; `goodbye`, `drain`: how connections end; `timers`: when they want to be woken;
//! - `hall`: the rooms that live here; `hall::mail`: members and rooms at different workers;
//! - `admission`: who they turn out to be, and when that ends; `roster`, `badges`, `passes`, `seats`: whose they are;
//! - `address_seats`: how many may come from one address;
//! - `inbox`, `survey`: how everyone else reaches a worker.

mod address_seats;
mod admission;
mod badges;
mod connection;
mod delivery;
mod drain;
mod driver;
mod frames;
mod goodbye;
mod hall;
mod inbox;
mod link;
mod outbox;
mod passes;
mod roster;
mod seats;
mod shard;
mod survey;
#[cfg(test)]
mod tests;
mod timers;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use slab::Slab;
use smallvec::SmallVec;
use vestibule_broker::WorkerId;
use vestibule_doors::contract::{Notice, Outputs};
use vestibule_doors::signal::Said;
use vestibule_model::{ClientId, Now};
use vestibule_websocket::{CloseHandshake, Decoder};

use crate::steward::Steward;
use crate::telemetry::Counters;

pub use address_seats::{AddressFull, AddressSeat, AddressSeats, network};
pub use connection::{AnySession, ConnectionId};
pub use hall::HallLimits;
pub use inbox::{Addressed, Inbox, Inboxes, Mail, Mailbox, inbox};
pub use link::Link;
pub use seats::Seats;
pub use survey::{Counts, Question, Survey};
pub use timers::TICK;

use badges::Badges;
use connection::{Connection, Phase};
use drain::Drain;
use hall::Hall;
use outbox::Flushed;
use passes::Passes;
use roster::Roster;
use shard::Shard;
use timers::Wheel;

/// The bounds of every connection, with a name each.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest message of a peer in bytes; above it 1009.
    pub message_size: u32,
    /// Bytes that may wait for a peer that does not read; above it 3008.
    pub queue_size: usize,
    /// How long a socket may take nothing while something waits for it; after it 3009.
    pub write_timeout: Duration,
    /// How long a goodbye waits for the peer's.
    pub close_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_size: 65_536,
            queue_size: 1 << 20,
            write_timeout: Duration::from_secs(1),
            close_timeout: Duration::from_secs(5),
        }
    }
}

/// What a worker shares with the rest of the house.
pub struct Surroundings {
    /// Which worker it is.
    pub id: WorkerId,
    /// The bounds of its connections.
    pub limits: Limits,
    /// The bounds of the rooms that live here.
    pub rooms: HallLimits,
    /// Who carries out effects.
    pub steward: Steward,
    /// Everyone's inboxes, its own among them.
    pub inboxes: Inboxes,
    /// The seats of users on this node.
    pub seats: Seats,
    /// What it counts.
    pub counters: Arc<Counters>,
}

/// One thread's share of the house.
pub struct Worker<L> {
    house: Surroundings,
    connections: Slab<Connection<L>>,
    /// Tells the users of one slot apart.
    generation: u32,
    shard: Shard,
    hall: Hall,
    roster: Roster,
    badges: Badges,
    passes: Passes,
    wheel: Wheel,
    /// Connections with something to send, in the order in which they got it.
    dirty: VecDeque<ConnectionId>,
    /// What sessions still have to be told.
    notices: VecDeque<(ConnectionId, Notice)>,
    /// Used again for each input.
    outputs: Outputs,
    /// Used again for each visit to a room.
    said: Vec<Said<hall::Address>>,
    /// Used again for each visit to a room.
    letters: hall::Letters,
    /// Connections that are to be told that the node goes away; `None` while it stays.
    draining: Option<Drain>,
}

/// What a connection waits for at its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wants {
    /// Bytes of the peer.
    pub read: bool,
    /// Room for what waits for the peer.
    pub write: bool,
}

/// A connection as it comes from the listener.
pub struct Arrival<L> {
    /// The peer's end.
    pub link: L,
    /// Its session.
    pub session: AnySession,
    /// What the session wanted when it opened.
    pub outputs: Outputs,
    /// Its id for other clients.
    pub client: ClientId,
    /// Whether its door writes texts.
    pub writes_text: bool,
    /// Its seat among those of its address.
    pub address_seat: Option<AddressSeat>,
}

impl<L: Link> Worker<L> {
    /// A worker without connections.
    pub fn new(house: Surroundings, now: Now) -> Self {
        let hall = Hall::new(house.rooms);
        Self {
            house,
            connections: Slab::new(),
            generation: 0,
            shard: Shard::default(),
            hall,
            roster: Roster::default(),
            badges: Badges::default(),
            passes: Passes::default(),
            wheel: Wheel::new(now.moment),
            dirty: VecDeque::new(),
            notices: VecDeque::new(),
            outputs: Outputs::default(),
            said: Vec::new(),
            letters: hall::Letters::new(),
            draining: None,
        }
    }

    /// Takes in a connection.
    pub fn arrive(&mut self, arrival: Arrival<L>, now: Now) -> ConnectionId {
        self.generation = self.generation.wrapping_add(1);
        let slot = self.connections.insert(Connection {
            link: arrival.link,
            generation: self.generation,
            client: arrival.client,
            writes_text: arrival.writes_text,
            _address_seat: arrival.address_seat,
            phase: Phase::Open(arrival.session),
            decoder: Decoder::new(self.house.limits.message_size),
            goodbye: CloseHandshake::Open,
            outbox: outbox::Outbox::default(),
            dirty: false,
            blocked: None,
            channels: Vec::new(),
            room: None,
            admitted: SmallVec::new(),
            wake_at: None,
            scheduled: None,
        });
        let slot = u32::try_from(slot).expect("file descriptors are fewer than 2^32");
        let who = ConnectionId { slot, generation: self.generation };
        self.house.counters.opened.add();
        let mut outputs = arrival.outputs;
        for output in outputs.drain() {
            self.carry_out(who, output, now);
        }
        self.reschedule(who);
        if let Some(drain) = &mut self.draining {
            drain.add(who);
        }
        who
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// What the connection waits for; `None` when it is gone.
    pub fn wants(&self, who: ConnectionId) -> Option<Wants> {
        let connection = self.connection_ref(who)?;
        Some(Wants { read: connection.reads(), write: connection.blocked.is_some() })
    }

    /// How many bytes wait for the peer of the connection; `None` when it is gone.
    pub fn waiting(&self, who: ConnectionId) -> Option<usize> {
        self.connection_ref(who).map(|connection| connection.outbox.len())
    }

    /// The peer's end of the connection.
    pub fn link(&mut self, who: ConnectionId) -> Option<&mut L> {
        self.connection(who).map(|connection| &mut connection.link)
    }

    /// Time has passed: wakes the sessions that wanted it, and ends what has waited too long.
    pub fn turn(&mut self, now: Now) {
        let mut due = Vec::new();
        self.wheel.turn(now.moment, &mut due);
        for who in due {
            self.look_at(who, now);
        }
        self.tick_rooms(now);
        self.tell(now);
        self.drain_some(now);
        self.house.counters.connections.set(self.connections.len());
        self.house.counters.subscriptions.set(self.shard.subscriptions());
    }

    /// Sends what waits, for at most `budget` connections. True when there are more, so that the caller can let
    /// others run in between.
    pub fn flush(&mut self, budget: usize, now: Now) -> bool {
        for _ in 0..budget {
            let Some(who) = self.dirty.pop_front() else { return false };
            self.flush_one(who, now);
        }
        !self.dirty.is_empty()
    }

    /// Whether something waits to be sent. Bytes of one peer may leave something for others.
    pub fn has_unsent(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// The socket takes bytes again.
    pub fn writable(&mut self, who: ConnectionId, now: Now) {
        self.flush_one(who, now);
    }

    fn flush_one(&mut self, who: ConnectionId, now: Now) {
        let Some(connection) = self.connection(who) else { return };
        connection.dirty = false;
        let before = connection.outbox.len();
        let flushed = connection.outbox.flush(&connection.link);
        let sent = before - connection.outbox.len();
        let blocked_before = connection.blocked;
        match flushed {
            Ok(Flushed::Empty) => connection.blocked = None,
            Ok(Flushed::Blocked { progress }) if progress || connection.blocked.is_none() => {
                connection.blocked = Some(now.moment);
            }
            Ok(Flushed::Blocked { .. }) => {}
            Err(_) => return self.remove(who, now),
        }
        let blocked_now = connection.blocked;
        self.house.counters.sent_bytes.add_many(sent);
        if blocked_now.is_some() {
            if blocked_before.is_none() {
                self.wake_link(who);
            }
            self.reschedule(who);
            self.close_if_slow(who, now);
        } else {
            self.finish_if_done(who, now);
        }
    }

    fn wake_link(&mut self, who: ConnectionId) {
        if let Some(connection) = self.connection(who) {
            connection.link.wake();
        }
    }

    /// Makes the wheel look at the connection in time for its next deadline.
    fn reschedule(&mut self, who: ConnectionId) {
        let write_timeout = self.house.limits.write_timeout;
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        let Some(deadline) = connection.deadline(write_timeout) else { return };
        if connection.scheduled.is_none_or(|scheduled| deadline < scheduled) {
            connection.scheduled = Some(self.wheel.set(who, deadline));
        }
    }

    fn connection(&mut self, who: ConnectionId) -> Option<&mut Connection<L>> {
        connection_of(&mut self.connections, who)
    }

    fn connection_ref(&self, who: ConnectionId) -> Option<&Connection<L>> {
        self.connections.get(who.slot as usize).filter(|connection| connection.generation == who.generation)
    }
}

/// Beside the method of the same purpose because the borrow of one field must leave the others free.
fn connection_of<L>(connections: &mut Slab<Connection<L>>, who: ConnectionId) -> Option<&mut Connection<L>> {
    connections.get_mut(who.slot as usize).filter(|connection| connection.generation == who.generation)
}

/// Lays bytes into the outbox of a connection; they leave at the end of the turn.
fn lay<L>(
    dirty: &mut VecDeque<ConnectionId>,
    who: ConnectionId,
    connection: &mut Connection<L>,
    bytes: Bytes,
) {
    connection.outbox.push(bytes);
    if !std::mem::replace(&mut connection.dirty, true) {
        dirty.push_back(who);
    }
}
