//! Rooms of this worker, and the way to those of others.
//!
//! A room lives at one worker, its *home*, which its key chooses. Whatever a connection wants of a room goes to the
//! home's inbox, also when the home is its own worker, so everything that is said in a room comes in one order and no
//! lock is needed. What the room answers goes straight to connections of the home, and by mail to those of others; so
//! what one peer sends to another arrives in the order in which it was sent.
//!
//! - `bounds`: how many rooms there may be; `sizes`: what is counted of them.

mod bounds;
mod sizes;

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;

use bytes::Bytes;
use foldhash::fast::RandomState;
use indexmap::IndexSet;
use vestibule_broker::WorkerId;
use vestibule_doors::contract::{Input, Notice, Order, Outcome, Ticket};
use vestibule_doors::room::{Call, Entry, NotEntered};
use vestibule_doors::signal::{Room, Said};
use vestibule_model::{Close, Moment, Now, RoomKey};
use vestibule_websocket::encode;

use super::connection::ConnectionId;
use super::inbox::Mail;
use super::link::Link;
use super::{Worker, connection_of};

use bounds::Permit;
pub use bounds::RoomBounds;
use sizes::Sizes;

/// More waits for a worker than it may hold. Clients come back after this code, to a house that has caught up.
const OVERLOADED: Close = Close::new(1013, "try again later");

/// A member of a room as the room knows it: its worker, and its connection there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId {
    worker: WorkerId,
    connection: ConnectionId,
}

/// What a connection wants of a room.
#[derive(Debug)]
pub enum Wish {
    /// To be a member.
    Enter(Ticket, Box<Entry>),
    /// To say something.
    Call(Call),
    /// To be a member no more.
    Leave,
}

/// The rooms whose home is this worker.
#[derive(Default)]
pub struct Rooms {
    rooms: HashMap<RoomKey, Home, RandomState>,
    /// Rooms that have something to say when the clock turns.
    ticking: IndexSet<RoomKey, RandomState>,
    sizes: Sizes,
    /// Used again for each wish.
    said: Vec<Said<MemberId>>,
}

struct Home {
    room: Room<MemberId>,
    /// Gives its place in the house back.
    _permit: Permit,
}

impl Rooms {
    /// Carries out a wish. What follows is in `said`.
    fn handle(
        &mut self,
        key: RoomKey,
        member: MemberId,
        wish: Wish,
        bounds: &RoomBounds,
        now: Moment,
    ) -> Option<(Ticket, Result<(), NotEntered>)> {
        let before = self.len(&key);
        let answer = match wish {
            Wish::Enter(ticket, entry) => Some((ticket, self.enter(&key, member, *entry, bounds, now))),
            Wish::Call(call) => {
                if let Some(home) = self.rooms.get_mut(&key) {
                    home.room.call(member, call, &mut self.said);
                }
                None
            }
            Wish::Leave => {
                if let Some(home) = self.rooms.get_mut(&key) {
                    home.room.leave(member, &mut self.said);
                }
                None
            }
        };
        self.look_after(key, before);
        answer
    }

    fn enter(
        &mut self,
        key: &RoomKey,
        member: MemberId,
        entry: Entry,
        bounds: &RoomBounds,
        now: Moment,
    ) -> Result<(), NotEntered> {
        let home = match self.rooms.entry(key.clone()) {
            Place::Occupied(home) => home.into_mut(),
            Place::Vacant(place) => {
                let permit = bounds.permit().ok_or(NotEntered::NoMoreRooms)?;
                place.insert(Home { room: Room::new(bounds.of_each()), _permit: permit })
            }
        };
        home.room.enter(member, entry, now, &mut self.said)
    }

    /// An empty room is gone, and one that has news for its members tells them at the next turn of the clock.
    fn look_after(&mut self, key: RoomKey, before: usize) {
        let after = self.len(&key);
        self.sizes.changed(before, after);
        if after == 0 {
            self.rooms.remove(&key);
            self.ticking.swap_remove(&key);
        } else if self.rooms.get(&key).is_some_and(|home| home.room.wants_tick()) {
            self.ticking.insert(key);
        }
    }

    fn len(&self, key: &RoomKey) -> usize {
        self.rooms.get(key).map_or(0, |home| home.room.len())
    }

    /// The clock has turned. What follows is in `said`.
    fn tick(&mut self) {
        for key in self.ticking.drain(..) {
            if let Some(home) = self.rooms.get_mut(&key) {
                home.room.tick(&mut self.said);
            }
        }
    }
}

impl<L: Link> Worker<L> {
    /// A connection wants to enter a room.
    pub(super) fn enter_room(&mut self, who: ConnectionId, ticket: Ticket, key: RoomKey, entry: Box<Entry>) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        connection.room = Some(key.clone());
        self.to_home(key, who, Wish::Enter(ticket, entry));
    }

    /// A connection says something in its room. What would wait too long at the home is not sent: the connection ends
    /// rather than lose a message without knowing.
    pub(super) fn call_in_room(&mut self, who: ConnectionId, call: Call) {
        let Some(key) = self.connection_ref(who).and_then(|connection| connection.room.clone()) else {
            return;
        };
        let is_relay = matches!(call, Call::Relay { .. });
        if is_relay && !self.house.inboxes.home(&key).has_room() {
            self.house.counters.rooms.overloaded.add();
            self.notices.push_back((who, Notice::Order(Order::Disconnect(OVERLOADED))));
            return;
        }
        self.to_home(key, who, Wish::Call(call));
    }

    /// A connection is gone, and its membership with it.
    pub(super) fn leave_room(&mut self, who: ConnectionId) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        if let Some(key) = connection.room.take() {
            self.to_home(key, who, Wish::Leave);
        }
    }

    fn to_home(&self, key: RoomKey, connection: ConnectionId, wish: Wish) {
        let member = MemberId { worker: self.house.id, connection };
        self.house.inboxes.home(&key).send(Mail::Room(key, member, wish));
    }

    /// A wish has come to the home of its room.
    pub(super) fn at_home(&mut self, key: RoomKey, member: MemberId, wish: Wish, now: Now) {
        let arrived = match &wish {
            Wish::Call(Call::Relay { arrived, .. }) => Some(*arrived),
            _ => None,
        };
        let answer = self.rooms.handle(key, member, wish, &self.house.rooms, now.moment);
        if let Some((ticket, entered)) = answer {
            if let Err(why) = &entered {
                self.house.counters.rooms.refused(*why);
            }
            self.answer_entry(member, ticket, entered, now);
        }
        self.rooms.sizes.tell(&self.house.counters.rooms);
        self.tell_members(arrived.map(|arrived| (member, arrived)), now);
    }

    /// The clock has turned for rooms.
    pub(super) fn tick_rooms(&mut self, now: Now) {
        self.rooms.tick();
        self.tell_members(None, now);
    }

    fn answer_entry(&mut self, to: MemberId, ticket: Ticket, entered: Result<(), NotEntered>, now: Now) {
        let outcome = Outcome::Entered(entered);
        if to.worker == self.house.id {
            self.input(to.connection, Input::Outcome(ticket, outcome), now);
        } else {
            self.house.inboxes.of(to.worker).send(Mail::Outcome(to.connection, ticket, outcome));
        }
    }

    /// Hands on what the room said. A message for several is one frame, which they share.
    fn tell_members(&mut self, relay: Option<(MemberId, Moment)>, now: Now) {
        let mut said = std::mem::take(&mut self.rooms.said);
        let mut last: Option<(Bytes, Bytes)> = None;
        for said in said.drain(..) {
            match said {
                Said::To(member, message) => {
                    let frame = match last.take() {
                        Some((known, frame)) if is_same(&known, &message) => frame,
                        _ => encode::text(&message),
                    };
                    last = Some((message, frame.clone()));
                    let arrived = match relay {
                        // A relay that comes back to its sender as an answer: nobody of that name is there.
                        Some((sender, _)) if sender == member => {
                            self.house.counters.rooms.unreachable.add();
                            None
                        }
                        Some((_, arrived)) => Some(arrived),
                        None => None,
                    };
                    self.tell_member(member, frame, arrived, now);
                }
                Said::Left(member, close) if member.worker == self.house.id => {
                    self.put_out(member.connection, close, now);
                }
                Said::Left(member, close) => {
                    self.house.inboxes.of(member.worker).send(Mail::Left(member.connection, close));
                }
            }
        }
        self.rooms.said = said;
    }

    fn tell_member(&mut self, member: MemberId, frame: Bytes, arrived: Option<Moment>, now: Now) {
        if member.worker == self.house.id {
            return self.said(member.connection, frame, arrived, now);
        }
        let inbox = self.house.inboxes.of(member.worker);
        if inbox.has_room() {
            inbox.send(Mail::Said(member.connection, frame, arrived));
        } else {
            self.house.counters.rooms.overloaded.add();
            inbox.send(Mail::Left(member.connection, OVERLOADED));
        }
    }

    /// A room says something to a connection of this worker.
    pub(super) fn said(&mut self, who: ConnectionId, frame: Bytes, arrived: Option<Moment>, now: Now) {
        self.house.counters.messages_sent.add();
        if let Some(arrived) = arrived {
            self.house.counters.rooms.relayed(now.moment.since(arrived));
        }
        self.push(who, frame);
    }

    /// A connection is no member any more, and ends.
    pub(super) fn put_out(&mut self, who: ConnectionId, why: Close, now: Now) {
        self.close(who, why, now);
    }
}

/// Whether both are one piece of memory, and not only alike.
fn is_same(one: &Bytes, other: &Bytes) -> bool {
    one.as_ptr() == other.as_ptr() && one.len() == other.len()
}
