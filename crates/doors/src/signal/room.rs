//! The state machine of one room: who is there, what is relayed, and who hears of it.
//!
//! The room acts by the handle of a member's connection, never by a name that a message gives: whoever lost an id, or
//! never had it, cannot speak or be removed as its holder. `M` is how the house names a connection.
//!
//! - `member`: one who is there; `takeovers`: how often an id changes hands;
//! - `lists`: what members are told of each other.

mod lists;
mod member;
mod takeovers;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{Close, Moment};

use super::codes;
use super::message::{self, Relayed};
use crate::room::{Call, Entry, Letter, NotEntered, Receiver, Role};
use member::Member;

/// The bounds of a room.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Members of a room.
    pub members: usize,
    /// So often may an id go from one connection to another without a rest of [`Limits::takeover_rest`]; then the holder
    /// keeps it. Two tabs with one id would take it from each other for ever.
    pub takeovers: u32,
    /// An id has rested when nobody has asked for it for so long. Longer than clients in the field wait before they come
    /// back, which is half a minute, and than browsers let hidden pages sleep, which is a whole one.
    pub takeover_rest: Duration,
}

/// What a room wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Said<M> {
    /// Send a message to a member.
    To(M, Bytes),
    /// Send one message to several members.
    ToAll(Vec<M>, Bytes),
    /// Pass on to a member what another one says.
    Relay(M, Relayed),
    /// Send a member this message, because what it said reaches nobody.
    Unreachable(M, Bytes),
    /// The connection is no member any more, because of this.
    Left(M, Close),
}

/// One room.
#[derive(Debug)]
pub struct Room<M> {
    limits: Limits,
    /// By their places: a takeover keeps the old one.
    members: BTreeMap<u64, Member<M>>,
    by_id: HashMap<Box<str>, u64>,
    by_handle: HashMap<M, u64>,
    next_place: u64,
    /// At which server the next consumer's list begins.
    pointer: usize,
    /// Who serves, in the order of joining, as it was when that was looked at last. Consumers who know it share it.
    servers: Bytes,
    /// The servers may have changed since consumers were told, and who is there for those who asked.
    servers_changed: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { members: 5_000, takeovers: 10, takeover_rest: Duration::from_secs(120) }
    }
}

impl<M: Copy + Eq + Hash> Room<M> {
    /// A room without members.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            members: BTreeMap::new(),
            by_id: HashMap::new(),
            by_handle: HashMap::new(),
            next_place: 0,
            pointer: 0,
            servers: Bytes::new(),
            servers_changed: false,
        }
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nobody is there.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The connections of all members.
    pub fn handles(&self) -> impl Iterator<Item = M> {
        self.members.values().map(|member| member.handle)
    }

    /// Somebody comes in.
    ///
    /// # Errors
    /// Why not.
    pub fn enter(
        &mut self,
        handle: M,
        mut entry: Entry,
        now: Moment,
        said: &mut Vec<Said<M>>,
    ) -> Result<(), NotEntered> {
        let id = match entry.otherwise.take() {
            Some(otherwise) if self.by_id.contains_key(&entry.id) => otherwise,
            _ => std::mem::take(&mut entry.id),
        };
        let place = match self.by_id.get(&id).copied() {
            Some(place) => self.take_over(place, handle, &entry, now, said)?,
            None => self.take_place(Member::new(handle, id, &entry, now))?,
        };
        self.by_handle.insert(handle, place);
        self.take_role(place, entry.role, entry.hears, said);
        Ok(())
    }

    fn take_place(&mut self, member: Member<M>) -> Result<u64, NotEntered> {
        if self.members.len() >= self.limits.members {
            return Err(NotEntered::RoomFull);
        }
        self.next_place += 1;
        self.by_id.insert(member.id.clone(), self.next_place);
        self.members.insert(self.next_place, member);
        Ok(self.next_place)
    }

    /// The id goes from its holder to a newcomer, who has the holder's place.
    fn take_over(
        &mut self,
        place: u64,
        handle: M,
        entry: &Entry,
        now: Moment,
        said: &mut Vec<Said<M>>,
    ) -> Result<u64, NotEntered> {
        let holder = self.members.get_mut(&place).ok_or(NotEntered::IdTaken)?;
        let served = holder.serves();
        let before = holder.give_way(handle, entry, self.limits, now)?;
        said.push(Said::Left(before, codes::REPLACED));
        self.by_handle.remove(&before);
        self.servers_changed |= served;
        Ok(place)
    }

    /// A member says something. What is not its to say is passed over.
    pub fn call(&mut self, handle: M, call: Call, said: &mut Vec<Said<M>>) {
        let Some(place) = self.by_handle.get(&handle).copied() else { return };
        match call {
            Call::Register { role, hears } => self.take_role(place, role, hears, said),
            Call::Heartbeat(load) => {
                let Some(member) = self.members.get_mut(&place) else { return };
                let before = (member.serves(), member.presence());
                member.take_load(load);
                // Told at the next turn of the clock: one may change his mind as often as he may speak.
                self.servers_changed |= before != (member.serves(), member.presence());
            }
            Call::Relay { letter, arrived } => self.relay(place, letter, arrived, said),
        }
    }

    /// A connection is gone.
    pub fn leave(&mut self, handle: M, said: &mut Vec<Said<M>>) {
        let Some(place) = self.by_handle.remove(&handle) else { return };
        let Some(member) = self.members.remove(&place) else { return };
        self.by_id.remove(&member.id);
        self.servers_changed |= member.serves();
        self.tell_of_end(place, &member, said);
    }

    /// What a member is from now on, and what it and others hear because of that.
    fn take_role(&mut self, place: u64, role: Role, hears: bool, said: &mut Vec<Said<M>>) {
        let Some(member) = self.members.get_mut(&place) else { return };
        if !member.take_role(role, hears) {
            return;
        }
        self.servers_changed |= member.serves();
        match member.role {
            // Whoever took an id over goes on under its name for as long as it has not said what it is.
            Role::Pending => return,
            Role::Consumer => self.serve(place, said),
            Role::Provisional | Role::Normal(_) => self.greet(place, said),
        }
        self.tell_of(place, said);
    }

    fn relay(&self, place: u64, letter: Letter, arrived: Moment, said: &mut Vec<Said<M>>) {
        let Some(sender) = self.members.get(&place) else { return };
        // Who has not said what it is has nothing to say to others.
        let Some(role) = sender.role_name() else { return };
        let target = match &letter.to {
            Receiver::Id(id) => self.by_id.get(id).and_then(|place| self.members.get(place)),
            Receiver::Nobody(_) => None,
        };
        let from_consumer = sender.role == Role::Consumer;
        match target {
            // Consumers are nothing to each other.
            Some(target) if from_consumer && target.role == Role::Consumer => {}
            Some(target) if !(from_consumer && letter.is_offer && !target.is_declared()) => {
                let from = sender.id_as_json.clone();
                let relayed = Relayed { members: letter.members, from, role, arrived };
                said.push(Said::Relay(target.handle, relayed));
            }
            _ => {
                let (Receiver::Id(name) | Receiver::Nobody(name)) = &letter.to;
                said.push(Said::Unreachable(sender.handle, message::not_connected(name)));
            }
        }
    }
}
