//! How connections reach rooms, and rooms their members, wherever these live: what is at another worker goes by its
//! inbox, and nothing on the way of a message is locked.
//!
//! Each verb comes twice: from where the connection is, and `_at_home`, where its room is.

use bytes::Bytes;
use smallvec::SmallVec;
use vestibule_broker::WorkerId;
use vestibule_doors::contract::{Ending, Notice, Order, Outcome, Ticket};
use vestibule_doors::room::{Call, Entry};
use vestibule_doors::signal::{Room, Said};
use vestibule_model::{Close, Moment, Now, RoomKey};
use vestibule_websocket::{FrameBuilder, encode};

use super::Visit;
use crate::worker::connection::{ConnectionId, Membership};
use crate::worker::inbox::Mail;
use crate::worker::link::Link;
use crate::worker::{Worker, connection_of};

/// Where a member's connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub(in crate::worker) worker: WorkerId,
    pub(in crate::worker) who: ConnectionId,
}

/// A wish to enter a room, on its way to the room's home.
#[derive(Debug)]
pub struct Entering {
    pub(in crate::worker) key: RoomKey,
    pub(in crate::worker) entry: Entry,
    pub(in crate::worker) from: Address,
    pub(in crate::worker) ticket: Ticket,
}

/// What a connection gets from a room.
#[derive(Debug)]
pub enum Word {
    /// A frame for its peer.
    Frame(Bytes),
    /// A frame for its peer with what another member said.
    Relay {
        /// The frame.
        frame: Bytes,
        /// When it arrived here.
        arrived: Moment,
    },
    /// It is no member any more.
    Out(Close),
    /// It has to end, though the room does not want that.
    End(Ending),
}

/// Words for connections of one worker. Mostly it is one: a relayed message has one receiver.
pub type Words = SmallVec<[(ConnectionId, Word); 1]>;

/// Words that wait for the end of a visit, by the workers of those they are for. The list is used again for each visit.
pub(in crate::worker) type Letters = Vec<(WorkerId, Words)>;

impl Word {
    /// The frame in it.
    pub(in crate::worker) const fn frame(&self) -> Option<&Bytes> {
        match self {
            Self::Frame(frame) | Self::Relay { frame, .. } => Some(frame),
            Self::Out(_) | Self::End(_) => None,
        }
    }
}

impl<L: Link> Worker<L> {
    /// A connection wants to enter a room.
    pub(in crate::worker) fn enter_room(
        &mut self,
        who: ConnectionId,
        ticket: Ticket,
        key: RoomKey,
        entry: Entry,
        now: Now,
    ) {
        let Some(connection) = connection_of(&mut self.connections, who) else { return };
        let home = self.house.inboxes.home(&key);
        connection.room = Some(Membership { key: key.clone(), home });
        let entering = Entering { key, entry, from: self.address(who), ticket };
        if home == self.house.id {
            self.enter_at_home(entering, now);
        } else {
            self.house.inboxes.of(home).send(Mail::Enter(Box::new(entering)));
        }
    }

    /// Somebody enters a room of this hall.
    pub(in crate::worker) fn enter_at_home(&mut self, entering: Entering, now: Now) {
        let Entering { key, entry, from, ticket } = entering;
        let entered = match self.hall.open(&key) {
            Err(why) => Err(why),
            Ok(()) => {
                let entered =
                    self.visit_room(&key, now, |room, said| room.enter(from, entry, now.moment, said));
                let Some(entered) = entered else {
                    // The room broke before it knew of the newcomer.
                    self.bring(from, Word::End(Ending::Bug), now);
                    return self.send_letters();
                };
                entered
            }
        };
        if let Err(why) = &entered {
            self.house.counters.rooms.not_entered(*why);
        }
        self.count_rooms();
        let outcome = Mail::Outcome(from.who, ticket, Outcome::Entered(entered));
        self.house.inboxes.of(from.worker).send(outcome);
    }

    /// A connection says something in its room.
    pub(in crate::worker) fn call_room(&mut self, who: ConnectionId, call: Call, now: Now) {
        let Some(connection) = self.connection_ref(who) else { return };
        let Some(Membership { key, home }) = connection.room.clone() else { return };
        let from = self.address(who);
        if home == self.house.id {
            return self.call_at_home(&key, from, call, now);
        }
        let inbox = self.house.inboxes.of(home);
        if matches!(call, Call::Relay { .. }) && !inbox.has_room() {
            // The sender ends: it would rather come back than not know that its message is lost.
            self.house.counters.rooms.overloaded.add();
            return self.hand_over(who, Word::End(Ending::Overloaded), now);
        }
        inbox.send(Mail::Call(key, from, call));
    }

    /// Something is said in a room of this hall.
    pub(in crate::worker) fn call_at_home(&mut self, key: &RoomKey, from: Address, call: Call, now: Now) {
        self.visit_room(key, now, |room, said| room.call(from, call, said));
    }

    /// A connection is gone from its room.
    pub(in crate::worker) fn leave_room(&mut self, who: ConnectionId, room: Membership, now: Now) {
        let (Membership { key, home }, from) = (room, self.address(who));
        if home == self.house.id {
            self.leave_at_home(&key, from, now);
        } else {
            self.house.inboxes.of(home).send(Mail::Leave(key, from));
        }
    }

    /// Somebody leaves a room of this hall.
    pub(in crate::worker) fn leave_at_home(&mut self, key: &RoomKey, from: Address, now: Now) {
        self.visit_room(key, now, |room, said| room.leave(from, said));
        self.count_rooms();
    }

    /// Rooms tell what has changed since the last turn of the clock.
    pub(in crate::worker) fn tick_rooms(&mut self, now: Now) {
        for key in self.hall.take_changed() {
            self.visit_room(&key, now, |room, said| room.tick(said));
        }
    }

    /// Does something in a room of this hall, and brings what the room says because of that. A bug costs the room and
    /// its members, and nobody else. `None`: there is no such room, or no more.
    pub(in crate::worker) fn visit_room<T>(
        &mut self,
        key: &RoomKey,
        now: Now,
        visit: impl FnOnce(&mut Room<Address>, &mut Vec<Said<Address>>) -> T,
    ) -> Option<T> {
        let mut said = std::mem::take(&mut self.said);
        let done = match self.hall.visit(key, |room| visit(room, &mut said)) {
            Visit::Done(done) => Some(done),
            Visit::NoRoom => None,
            Visit::Broken(members) => {
                self.house.counters.bugs.add();
                self.count_rooms();
                // Who is out already is told so; nothing else that it said is heard.
                said.retain(|said| matches!(said, Said::Left(..)));
                members.into_iter().for_each(|member| self.bring(member, Word::End(Ending::Bug), now));
                None
            }
        };
        for said in said.drain(..) {
            self.utter(said, now);
        }
        self.said = said;
        self.send_letters();
        done
    }

    /// Brings one thing that a room says to those it is for, framed once.
    fn utter(&mut self, said: Said<Address>, now: Now) {
        match said {
            Said::To(to, message) => self.bring(to, Word::Frame(encode::text(&message)), now),
            Said::ToAll(members, message) => {
                let frame = encode::text(&message);
                members.into_iter().for_each(|to| self.bring(to, Word::Frame(frame.clone()), now));
            }
            Said::Relay(to, relayed) => {
                let mut frame = FrameBuilder::text(relayed.size());
                relayed.write(frame.payload());
                self.bring(to, Word::Relay { frame: frame.finish(), arrived: relayed.arrived }, now);
            }
            Said::Unreachable(to, message) => {
                self.house.counters.rooms.unreachable.add();
                self.bring(to, Word::Frame(encode::text(&message)), now);
            }
            Said::Left(to, close) => self.bring(to, Word::Out(close), now),
        }
    }

    /// Brings a word to a connection of this worker, or lays it to the others for its worker.
    fn bring(&mut self, to: Address, word: Word, now: Now) {
        if to.worker == self.house.id {
            return self.hand_over(to.who, word, now);
        }
        match self.letters.iter_mut().find(|(worker, _)| *worker == to.worker) {
            Some((_, words)) => words.push((to.who, word)),
            None => self.letters.push((to.worker, SmallVec::from_buf([(to.who, word)]))),
        }
    }

    fn send_letters(&mut self) {
        for (worker, mut words) in self.letters.drain(..) {
            let inbox = self.house.inboxes.of(worker);
            if !inbox.has_room() {
                self.house.counters.rooms.overloaded.add();
                for (_, word) in words.iter_mut().filter(|(_, word)| word.frame().is_some()) {
                    *word = Word::End(Ending::Overloaded);
                }
            }
            inbox.send(Mail::Words(words));
        }
    }

    /// A connection of this worker gets something from its room.
    pub(in crate::worker) fn hand_over(&mut self, who: ConnectionId, word: Word, now: Now) {
        let order = match word {
            Word::Out(close) => Order::Disconnect(close),
            Word::End(ending) => Order::End(ending),
            Word::Frame(frame) => {
                self.house.counters.messages_sent.add();
                return self.push(who, frame);
            }
            Word::Relay { frame, arrived } => {
                self.house.counters.messages_sent.add();
                self.house.counters.rooms.relayed(now.moment.since(arrived));
                return self.push(who, frame);
            }
        };
        self.notices.push_back((who, Notice::Order(order)));
    }

    fn count_rooms(&self) {
        let (members, sizes) = self.hall.count();
        self.house.counters.rooms.set(members, sizes);
    }

    const fn address(&self, who: ConnectionId) -> Address {
        Address { worker: self.house.id, who }
    }
}
