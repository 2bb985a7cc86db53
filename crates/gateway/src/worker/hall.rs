//! Rooms. Each lives on one worker, its home; members on other workers reach it, and are reached, by mail. Nothing on
//! the way of a message is locked.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Found;

use bytes::Bytes;
use foldhash::fast::RandomState;
use vestibule_broker::WorkerId;
use vestibule_doors::contract::{Notice, Order, Outcome, Ticket};
use vestibule_doors::room::{Call, Entry, NotEntered};
use vestibule_doors::signal::{Room, RoomLimits, Said};
use vestibule_model::{Close, Moment, Now, RoomKey};
use vestibule_websocket::encode;

use super::connection::ConnectionId;
use super::inbox::Mail;
use super::link::Link;
use super::{Worker, connection_of};
use crate::telemetry::{SIZES, size_class};

/// Where a member's connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub(super) worker: WorkerId,
    pub(super) who: ConnectionId,
}

/// A wish to enter a room, on its way to the room's home.
#[derive(Debug)]
pub struct Knock {
    pub(super) key: RoomKey,
    pub(super) entry: Entry,
    pub(super) from: Address,
    pub(super) ticket: Ticket,
}

/// What a connection of another worker gets from a room.
#[derive(Debug)]
pub enum Word {
    /// A frame for its peer, and when what is relayed in it arrived.
    Frame(Bytes, Option<Moment>),
    /// It is no member any more.
    Out(Close),
}

/// A message that somebody sent to another member.
#[derive(Clone, Copy)]
struct Relay {
    from: Address,
    arrived: Moment,
    now: Moment,
}

impl Word {
    /// How many bytes wait with it.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Frame(frame, _) => frame.len(),
            Self::Out(_) => 0,
        }
    }
}

/// The rooms whose home is here.
pub(super) struct Hall {
    rooms: HashMap<RoomKey, Room<Address>, RandomState>,
    limits: HallLimits,
    /// Rooms in which something has to be told at the next turn of the clock.
    changed: Vec<RoomKey>,
    /// Rooms by size, as [`size_class`] tells them apart.
    sizes: [usize; SIZES],
    /// Members of all rooms.
    members: usize,
}

/// The bounds of rooms on one worker.
#[derive(Clone, Copy, Debug)]
pub struct HallLimits {
    /// Rooms at a time.
    pub rooms: usize,
    /// Those of each.
    pub room: RoomLimits,
}

impl Default for HallLimits {
    fn default() -> Self {
        Self { rooms: 100_000, room: RoomLimits::default() }
    }
}

/// More waits for a worker than it may hold. Clients come back after this code, to a house that has caught up.
const OVERLOADED: Close = Close::new(1013, "try again later");

impl Hall {
    pub(super) fn new(limits: HallLimits) -> Self {
        Self { rooms: HashMap::default(), limits, changed: Vec::new(), sizes: [0; SIZES], members: 0 }
    }

    /// Does something in a room, which is opened for somebody who enters, and closed behind the last one who leaves.
    fn visit<T>(
        &mut self,
        key: &RoomKey,
        opens: bool,
        visit: impl FnOnce(&mut Room<Address>) -> T,
    ) -> Option<T> {
        let is_full = self.rooms.len() >= self.limits.rooms;
        let limits = self.limits.room;
        let mut found = match self.rooms.entry(key.clone()) {
            Found::Occupied(found) => found,
            Found::Vacant(vacant) if opens && !is_full => vacant.insert_entry(Room::new(limits)),
            Found::Vacant(_) => return None,
        };
        let room = found.get_mut();
        let (before, wanted) = (room.len(), room.wants_tick());
        let visited = visit(room);
        let after = room.len();
        if room.wants_tick() && !wanted {
            self.changed.push(key.clone());
        }
        if after == 0 {
            found.remove();
        }
        for (members, count) in [(before, -1_isize), (after, 1)] {
            if members > 0 {
                let class = &mut self.sizes[size_class(members)];
                *class = class.saturating_add_signed(count);
            }
        }
        self.members = (self.members + after).saturating_sub(before);
        Some(visited)
    }

    /// Members of all rooms, and rooms by size.
    pub(super) const fn count(&self) -> (usize, &[usize; SIZES]) {
        (self.members, &self.sizes)
    }
}

impl<L: Link> Worker<L> {
    /// A connection wants to enter a room.
    pub(super) fn knock(&mut self, who: ConnectionId, ticket: Ticket, key: RoomKey, entry: Entry, now: Now) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        connection.room = Some(key.clone());
        let knock = Knock { key, entry, from: self.address(who), ticket };
        match self.home_of(&knock.key) {
            home if home == self.house.id => self.let_in(knock, now),
            home => self.house.inboxes.of(home).send(Mail::Knock(Box::new(knock))),
        }
    }

    /// A connection says something in its room.
    pub(super) fn call(&mut self, who: ConnectionId, call: Call, now: Now) {
        let Some(key) = self.connection_ref(who).and_then(|connection| connection.room.clone()) else {
            return;
        };
        let from = self.address(who);
        let home = self.home_of(&key);
        if home == self.house.id {
            return self.hear(&key, from, call, now);
        }
        let inbox = self.house.inboxes.of(home);
        if matches!(call, Call::Relay { .. }) && !inbox.has_room() {
            // The sender ends: it would rather come back than not know that its message is lost.
            return self.give_up(who);
        }
        inbox.send(Mail::Call(key, from, Box::new(call)));
    }

    /// A connection is gone from its room.
    pub(super) fn leave_room(&mut self, who: ConnectionId, key: RoomKey) {
        let from = self.address(who);
        match self.home_of(&key) {
            home if home == self.house.id => self.see_off(&key, from),
            home => self.house.inboxes.of(home).send(Mail::Leave(key, from)),
        }
    }

    /// Somebody enters a room of this hall.
    pub(super) fn let_in(&mut self, knock: Knock, now: Now) {
        let Knock { key, entry, from, ticket } = knock;
        let mut said = Vec::new();
        let entered = self.hall.visit(&key, true, |room| room.enter(from, entry, now.moment, &mut said));
        let entered = entered.unwrap_or(Err(NotEntered::NoMoreRooms));
        if let Err(why) = &entered {
            self.house.counters.rooms.not_entered(*why);
        }
        self.count_rooms();
        self.utter(said, None);
        let outcome = Mail::Outcome(from.who, ticket, Outcome::Entered(entered));
        self.house.inboxes.of(from.worker).send(outcome);
    }

    /// Something is said in a room of this hall.
    pub(super) fn hear(&mut self, key: &RoomKey, from: Address, call: Call, now: Now) {
        let mut said = Vec::new();
        let relay = match &call {
            Call::Relay { arrived, .. } => Some(Relay { from, arrived: *arrived, now: now.moment }),
            Call::Register { .. } | Call::Heartbeat(_) => None,
        };
        self.hall.visit(key, false, |room| room.call(from, call, &mut said));
        self.utter(said, relay);
    }

    /// Somebody leaves a room of this hall.
    pub(super) fn see_off(&mut self, key: &RoomKey, from: Address) {
        let mut said = Vec::new();
        self.hall.visit(key, false, |room| room.leave(from, &mut said));
        self.count_rooms();
        self.utter(said, None);
    }

    /// Rooms tell what has changed since the last turn of the clock.
    pub(super) fn tick_rooms(&mut self) {
        for key in std::mem::take(&mut self.hall.changed) {
            let mut said = Vec::new();
            self.hall.visit(&key, false, |room| room.tick(&mut said));
            self.utter(said, None);
        }
    }

    fn count_rooms(&self) {
        let (members, sizes) = self.hall.count();
        self.house.counters.rooms.set(members, sizes);
    }

    /// Brings what a room said to those it is for: a message that was relayed, or something else. A message to many is
    /// framed once.
    fn utter(&mut self, said: Vec<Said<Address>>, relay: Option<Relay>) {
        let mut framed: Option<(Bytes, Bytes)> = None;
        let mut mails: Vec<(WorkerId, Vec<(ConnectionId, Word)>)> = Vec::new();
        for said in said {
            let (to, word) = match said {
                Said::Left(to, close) => (to, Word::Out(close)),
                Said::To(to, message) => {
                    let known = framed.as_ref().filter(|(known, _)| known.as_ptr() == message.as_ptr());
                    let frame = known.map_or_else(|| encode::text(&message), |(_, frame)| frame.clone());
                    framed = Some((message, frame.clone()));
                    (to, Word::Frame(frame, self.of_relay(to, relay)))
                }
            };
            if to.worker == self.house.id {
                self.speak(to.who, word, relay.map_or(Moment::ZERO, |relay| relay.now));
                continue;
            }
            match mails.iter_mut().find(|(worker, _)| *worker == to.worker) {
                Some((_, words)) => words.push((to.who, word)),
                None => mails.push((to.worker, vec![(to.who, word)])),
            }
        }
        for (worker, mut words) in mails {
            let inbox = self.house.inboxes.of(worker);
            if !inbox.has_room() {
                self.house.counters.rooms.overloaded.add();
                words.iter_mut().for_each(|(_, word)| *word = Word::Out(OVERLOADED));
            }
            inbox.send(Mail::Words(words));
        }
    }

    /// When the message arrived that somebody gets because of it. What comes back to its sender is no relay: nobody of
    /// that name is there.
    fn of_relay(&self, to: Address, relay: Option<Relay>) -> Option<Moment> {
        let Relay { from, arrived, .. } = relay?;
        if from == to {
            self.house.counters.rooms.unreachable.add();
            return None;
        }
        Some(arrived)
    }

    fn give_up(&mut self, who: ConnectionId) {
        self.house.counters.rooms.overloaded.add();
        self.notices.push_back((who, Notice::Order(Order::Disconnect(OVERLOADED))));
    }

    /// A connection of this worker gets something from its room. `now` matters for what is relayed alone.
    pub(super) fn speak(&mut self, who: ConnectionId, word: Word, now: Moment) {
        match word {
            Word::Frame(frame, arrived) => {
                self.house.counters.messages_sent.add();
                if let Some(arrived) = arrived {
                    self.house.counters.rooms.relayed(now.since(arrived));
                }
                self.push(who, frame);
            }
            Word::Out(close) => self.notices.push_back((who, Notice::Order(Order::Disconnect(close)))),
        }
    }

    fn address(&self, who: ConnectionId) -> Address {
        Address { worker: self.house.id, who }
    }

    fn home_of(&self, key: &RoomKey) -> WorkerId {
        self.house.inboxes.home(key)
    }
}
