//! What members are told of each other: peers whom they meet, consumers who serves them, and those who asked for it who
//! comes and goes.

use std::hash::Hash;

use bytes::Bytes;

use super::member::{Member, Presence};
use super::{Room, Said};
use crate::room::Role;
use crate::signal::message;

impl<M: Copy + Eq + Hash> Room<M> {
    /// Tells consumers by whom they are served, and those who asked for it who is there for them, if that is not what
    /// they know.
    pub fn tick(&mut self, said: &mut Vec<Said<M>>) {
        if !std::mem::take(&mut self.servers_changed) {
            return;
        }
        self.tell_of_changes(said);
        if !self.members.values().any(|member| member.role == Role::Consumer) {
            return;
        }
        let servers = self.look_at_servers();
        let consumers = self.members.values_mut().filter(|member| member.role == Role::Consumer);
        let behind = consumers.filter(|consumer| consumer.told.as_ref() != Some(&servers));
        let behind: Vec<M> = behind
            .map(|consumer| {
                consumer.told = Some(servers.clone());
                consumer.handle
            })
            .collect();
        if !behind.is_empty() {
            said.push(Said::ToAll(behind, self.servers_in_turn()));
        }
    }

    /// Whether [`Room::tick`] may have something to say.
    pub fn wants_tick(&self) -> bool {
        self.servers_changed
    }

    /// Tells a peer whom it meets: once, and again only if it was told before it said what it is, and others came since.
    pub(super) fn greet(&mut self, place: u64, said: &mut Vec<Said<M>>) {
        let others = self.members.iter().filter(|(other, member)| **other != place && member.is_peer());
        let list = message::peer_list(others.map(|(_, member)| &*member.id));
        let Some(member) = self.members.get_mut(&place) else { return };
        let before = member.told.take();
        if member.role == Role::Provisional {
            member.told = Some(list.clone());
        }
        if before.as_ref() != Some(&list) {
            said.push(Said::To(member.handle, list));
        }
        self.call_the_roll(place, said);
    }

    /// Tells a consumer by whom it is served, beginning with another one each time.
    pub(super) fn serve(&mut self, place: u64, said: &mut Vec<Said<M>>) {
        let servers = self.look_at_servers();
        let list = self.servers_in_turn();
        self.pointer = (self.pointer + 1).checked_rem(self.serving().count()).unwrap_or(self.pointer);
        let Some(consumer) = self.members.get_mut(&place) else { return };
        consumer.told = Some(servers);
        said.push(Said::To(consumer.handle, list));
        self.call_the_roll(place, said);
    }

    /// Tells one who wants to hear who comes and goes who is there: the same of whom it hears afterwards.
    fn call_the_roll(&self, place: u64, said: &mut Vec<Said<M>>) {
        let Some(member) = self.members.get(&place).filter(|member| member.hears) else { return };
        let is_consumer = member.role == Role::Consumer;
        let others = self.members.iter().filter(|(other, _)| **other != place);
        let there = others.filter(|(_, other)| other.announced.for_one(is_consumer));
        let roster = message::roster(there.map(|(_, other)| &*other.id));
        said.push(Said::To(member.handle, roster));
    }

    /// Tells those who want to hear it as what a member is there from now on.
    pub(super) fn tell_of(&mut self, place: u64, said: &mut Vec<Said<M>>) {
        let Some(member) = self.members.get_mut(&place) else { return };
        let now = member.presence();
        let before = std::mem::replace(&mut member.announced, now);
        if let Some(member) = self.members.get(&place).filter(|_| before != now) {
            self.announce(place, &member.id, (before, now), said);
        }
    }

    /// The same of every peer that has changed since. Who has taken over an id has not: it is taken for what was there.
    fn tell_of_changes(&mut self, said: &mut Vec<Said<M>>) {
        let is_news = |member: &Member<M>| {
            matches!(member.role, Role::Normal(_)) && member.announced != member.presence()
        };
        let changed = self.members.iter().filter(|(_, member)| is_news(member)).map(|(place, _)| *place);
        let changed: Vec<u64> = changed.collect();
        changed.into_iter().for_each(|place| self.tell_of(place, said));
    }

    /// Tells them that one is gone.
    pub(super) fn tell_of_end(&self, place: u64, member: &Member<M>, said: &mut Vec<Said<M>>) {
        self.announce(place, &member.id, (member.announced, Presence::default()), said);
    }

    fn announce(&self, about: u64, id: &str, change: (Presence, Presence), said: &mut Vec<Said<M>>) {
        let (mut meet, mut miss) = (Vec::new(), Vec::new());
        let hearers = self.members.iter().filter(|(place, member)| **place != about && member.hears);
        for (_, hearer) in hearers {
            let is_consumer = hearer.role == Role::Consumer;
            match (change.0.for_one(is_consumer), change.1.for_one(is_consumer)) {
                (false, true) => meet.push(hearer.handle),
                (true, false) => miss.push(hearer.handle),
                _ => {}
            }
        }
        if !meet.is_empty() {
            said.push(Said::ToAll(meet, message::joined(id)));
        }
        if !miss.is_empty() {
            said.push(Said::ToAll(miss, message::left(id)));
        }
    }

    /// Who serves, in the order of joining: what is compared with what consumers know.
    fn look_at_servers(&mut self) -> Bytes {
        let servers = message::server_list(self.serving());
        if self.servers != servers {
            self.servers = servers;
        }
        self.servers.clone()
    }

    /// The list as consumers get it: it begins at the pointer.
    fn servers_in_turn(&self) -> Bytes {
        let mut servers: Vec<&str> = self.serving().collect();
        let first = self.pointer.checked_rem(servers.len()).unwrap_or(0);
        servers.rotate_left(first);
        message::server_list(servers)
    }

    fn serving(&self) -> impl Iterator<Item = &str> {
        self.members.values().filter(|member| member.serves()).map(|member| &*member.id)
    }
}
