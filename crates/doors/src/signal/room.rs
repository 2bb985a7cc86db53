//! The state machine of one room: who is there, what is relayed, and who hears of it.
//!
//! The room acts by the handle of a member's connection, never by a name that a message gives: whoever lost an id, or
//! never had it, cannot speak or be removed as its holder. `M` is how the house names a connection.
//!
//! - `member`: one who is there; `servers`: by whom consumers are served.

mod member;
mod servers;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{Close, Moment};

use super::codes;
use super::message::{self, Relayed};
use crate::room::{Call, Entry, NotEntered, Proof, Receiver, Role};
use member::Member;

/// The bounds of a room.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Members of a room.
    pub members: usize,
    /// So often may an id go from one connection to another within [`Limits::takeover_window`]; then the holder keeps it.
    /// Two tabs with one id would take it from each other for ever.
    pub takeovers: u32,
    /// The time in which takeovers are counted.
    pub takeover_window: Duration,
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
    /// The servers have changed since consumers were told.
    servers_changed: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { members: 5_000, takeovers: 10, takeover_window: Duration::from_secs(60) }
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
        entry: Entry,
        now: Moment,
        said: &mut Vec<Said<M>>,
    ) -> Result<(), NotEntered> {
        let place = match self.by_id.get(&entry.id) {
            Some(place) => self.take_over(*place, &entry, now, said)?,
            None if self.members.len() >= self.limits.members => return Err(NotEntered::RoomFull),
            None => {
                self.next_place += 1;
                let place = self.next_place;
                self.by_id.insert(entry.id.clone(), place);
                self.members.insert(place, Member::new(handle, &entry, now));
                place
            }
        };
        self.by_handle.insert(handle, place);
        if let Some(member) = self.members.get_mut(&place) {
            member.handle = handle;
        }
        self.take_role(place, entry.role, entry.hears, said);
        Ok(())
    }

    /// The id goes from its holder to a newcomer, who has the holder's place.
    fn take_over(
        &mut self,
        place: u64,
        entry: &Entry,
        now: Moment,
        said: &mut Vec<Said<M>>,
    ) -> Result<u64, NotEntered> {
        let limits = self.limits;
        let holder = self.members.get_mut(&place).ok_or(NotEntered::IdTaken)?;
        let is_known = entry.proof > Proof::Nothing;
        let may = entry.proof >= holder.proof && (is_known || holder.role == Role::Pending);
        if !may || !holder.may_be_taken_over(limits, now) {
            return Err(NotEntered::IdTaken);
        }
        said.push(Said::Left(holder.handle, codes::REPLACED));
        self.by_handle.remove(&holder.handle);
        holder.proof = entry.proof;
        let was_listed = holder.is_peer();
        holder.role = Role::Pending;
        self.servers_changed |= was_listed;
        Ok(place)
    }

    /// A member says something. What is not its to say is passed over.
    pub fn call(&mut self, handle: M, call: Call, said: &mut Vec<Said<M>>) {
        let Some(place) = self.by_handle.get(&handle).copied() else { return };
        match call {
            Call::Register { role, hears } => self.take_role(place, role, hears, said),
            Call::Heartbeat { sessions, serves, capacity } => {
                let Some(member) = self.members.get_mut(&place) else { return };
                let Role::Normal(service) = &mut member.role else { return };
                let before = *service;
                service.sessions = sessions.unwrap_or(service.sessions);
                service.serves = serves.unwrap_or(service.serves);
                service.capacity = capacity.or(service.capacity);
                self.servers_changed |= servers::serves(&before) != servers::serves(service);
            }
            Call::Relay { to, is_offer, members, arrived } => {
                self.relay(place, (&to, is_offer), (members, arrived), said)
            }
        }
    }

    /// A connection is gone.
    pub fn leave(&mut self, handle: M, said: &mut Vec<Said<M>>) {
        let Some(place) = self.by_handle.remove(&handle) else { return };
        let Some(member) = self.members.remove(&place) else { return };
        self.by_id.remove(&member.id);
        self.servers_changed |= member.is_peer();
        if member.announced {
            self.announce(message::left(&member.id), place, said);
        }
    }

    /// Tells consumers by whom they are served, if that has changed since they were told.
    pub fn tick(&mut self, said: &mut Vec<Said<M>>) {
        if !std::mem::take(&mut self.servers_changed) {
            return;
        }
        let mut consumers = self.members.values().filter(|member| member.role == Role::Consumer).peekable();
        if consumers.peek().is_none() {
            return;
        }
        let list = message::server_list(servers::rotated(self.members.values(), self.pointer));
        said.push(Said::ToAll(consumers.map(|consumer| consumer.handle).collect(), list));
    }

    /// Whether [`Room::tick`] has something to say.
    pub fn wants_tick(&self) -> bool {
        self.servers_changed
    }

    /// What a member is from now on, and what it hears because of that.
    fn take_role(&mut self, place: u64, role: Role, hears: bool, said: &mut Vec<Said<M>>) {
        let Some(member) = self.members.get_mut(&place) else { return };
        let was_provisional = member.role == Role::Provisional;
        let was_peer = member.is_peer();
        if !matches!(member.role, Role::Pending | Role::Provisional) {
            return;
        }
        member.role = role;
        member.hears = hears;
        let (handle, is_peer) = (member.handle, member.is_peer());
        let is_pending = member.role == Role::Pending;
        match (&self.members[&place].role, is_peer) {
            (Role::Consumer, _) => {
                let servers: Vec<_> = servers::rotated(self.members.values(), self.pointer).collect();
                said.push(Said::To(handle, message::server_list(servers.iter().copied())));
                if !servers.is_empty() {
                    self.pointer = (self.pointer + 1) % servers.len();
                }
            }
            (_, true) => self.greet(place, handle, was_provisional, hears, said),
            (Role::Pending | Role::Provisional | Role::Normal(_), _) => {}
        }
        self.servers_changed |= was_peer || is_peer;
        // Whoever took an id over has its name for as long as it has not said what it is.
        if !is_pending {
            self.tell_of(place, is_peer, said);
        }
    }

    /// Tells those who want to hear it that a peer is there, or is none any more.
    fn tell_of(&mut self, place: u64, is_peer: bool, said: &mut Vec<Said<M>>) {
        let Some(member) = self.members.get_mut(&place) else { return };
        if std::mem::replace(&mut member.announced, is_peer) == is_peer {
            return;
        }
        let news = if is_peer { message::joined(&member.id) } else { message::left(&member.id) };
        self.announce(news, place, said);
    }

    /// Tells a peer whom it meets: once, and again only if it was told before it said what it is, and others came since.
    fn greet(&mut self, place: u64, handle: M, was_provisional: bool, hears: bool, said: &mut Vec<Said<M>>) {
        let list = message::peer_list(self.peers_but(place));
        let roster = hears.then(|| message::roster(self.peers_but(place)));
        let Some(member) = self.members.get_mut(&place) else { return };
        let told_the_same = was_provisional && member.told.as_ref() == Some(&list);
        member.told = (member.role == Role::Provisional).then(|| list.clone());
        if !told_the_same {
            said.push(Said::To(handle, list));
        }
        said.extend(roster.map(|roster| Said::To(handle, roster)));
    }

    fn peers_but(&self, place: u64) -> impl Iterator<Item = &str> {
        let others = self.members.iter().filter(move |(other, member)| **other != place && member.is_peer());
        others.map(|(_, member)| &*member.id)
    }

    fn announce(&self, news: Bytes, about: u64, said: &mut Vec<Said<M>>) {
        let hearers = self.members.iter().filter(|(place, member)| **place != about && member.hears);
        let hearers: Vec<M> = hearers.map(|(_, member)| member.handle).collect();
        if !hearers.is_empty() {
            said.push(Said::ToAll(hearers, news));
        }
    }

    fn relay(
        &self,
        place: u64,
        (to, is_offer): (&Receiver, bool),
        relayed: (Bytes, Moment),
        said: &mut Vec<Said<M>>,
    ) {
        let Some(sender) = self.members.get(&place) else { return };
        // Who has not said what it is has nothing to say to others.
        let Some(role) = sender.role_name() else { return };
        let target = match to {
            Receiver::Id(id) => self.by_id.get(id).and_then(|place| self.members.get(place)),
            Receiver::Nobody(_) => None,
        };
        let from_consumer = sender.role == Role::Consumer;
        match target {
            // Consumers are nothing to each other.
            Some(target) if from_consumer && target.role == Role::Consumer => {}
            Some(target) if !(from_consumer && is_offer && !target.is_declared()) => {
                let (members, arrived) = relayed;
                let from = sender.id_as_json.clone();
                said.push(Said::Relay(target.handle, Relayed { members, from, role, arrived }));
            }
            _ => {
                let (Receiver::Id(name) | Receiver::Nobody(name)) = to;
                said.push(Said::Unreachable(sender.handle, message::not_connected(name)));
            }
        }
    }
}
