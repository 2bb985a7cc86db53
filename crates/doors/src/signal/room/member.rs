//! One who is in a room.

use bytes::Bytes;
use vestibule_model::Moment;

use super::Limits;
use super::takeovers::Takeovers;
use crate::room::{Entry, Load, NotEntered, Proof, Role, Service};
use crate::signal::message;

/// A member.
#[derive(Debug)]
pub(super) struct Member<M> {
    /// Its connection.
    pub(super) handle: M,
    pub(super) id: Box<str>,
    /// The id as every message of it names the sender.
    pub(super) id_as_json: Bytes,
    pub(super) role: Role,
    /// It wants to hear who comes and goes.
    pub(super) hears: bool,
    /// The list that it knows: of peers, while it only counts as one; of servers, if it is a consumer.
    pub(super) told: Option<Bytes>,
    /// As what the others were told that it is there.
    pub(super) announced: Presence,
    proof: Proof,
    takeovers: Takeovers,
}

/// As what somebody is there for those who hear who comes and goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Presence {
    /// For peers.
    pub(super) as_peer: bool,
    /// For consumers, who hear of nobody else: one who serves them.
    pub(super) as_server: bool,
}

impl<M: Copy> Member<M> {
    pub(super) fn new(handle: M, id: Box<str>, entry: &Entry, now: Moment) -> Self {
        Self {
            handle,
            id_as_json: message::quoted(&id),
            id,
            role: Role::Pending,
            hears: false,
            told: None,
            announced: Presence::default(),
            proof: entry.proof,
            takeovers: Takeovers::new(now),
        }
    }

    /// Leaves its id and its place to a newcomer, if that has shown as much and does not come once too often. Gives back
    /// the connection that had them. Those who hear of the member go on believing that it is there.
    pub(super) fn give_way(
        &mut self,
        handle: M,
        entry: &Entry,
        limits: Limits,
        now: Moment,
    ) -> Result<M, NotEntered> {
        let is_nobody = self.role == Role::Pending;
        if entry.proof < self.proof || (entry.proof == Proof::Nothing && !is_nobody) {
            return Err(NotEntered::IdTaken);
        }
        if entry.proof > self.proof {
            // There is no way back, so this is no fight, and none that was before it matters.
            self.takeovers = Takeovers::new(now);
        } else {
            self.takeovers.count(limits, now)?;
        }
        self.proof = entry.proof;
        self.role = Role::Pending;
        self.hears = false;
        self.told = None;
        Ok(std::mem::replace(&mut self.handle, handle))
    }

    /// Becomes what it says it is, unless it has said so before.
    pub(super) fn take_role(&mut self, role: Role, hears: bool) -> bool {
        let is_open = matches!(self.role, Role::Pending | Role::Provisional);
        if is_open {
            (self.role, self.hears) = (role, hears);
        }
        is_open
    }

    /// How it is doing, if it is a peer.
    pub(super) fn take_load(&mut self, load: Load) {
        if let Role::Normal(service) = &mut self.role {
            service.sessions = load.sessions.unwrap_or(service.sessions);
            service.serves = load.serves.unwrap_or(service.serves);
            service.capacity = load.capacity.or(service.capacity);
        }
    }

    /// As what it is there now.
    pub(super) fn presence(&self) -> Presence {
        let as_server = matches!(&self.role, Role::Normal(service) if service.is_offered());
        Presence { as_peer: self.is_peer(), as_server }
    }
}

impl<M> Member<M> {
    /// Whether it is named in lists: as a peer, or as one that is taken for one.
    pub(super) fn is_peer(&self) -> bool {
        matches!(self.role, Role::Normal(_) | Role::Provisional)
    }

    /// Whether it said that it is a peer.
    pub(super) fn is_declared(&self) -> bool {
        matches!(&self.role, Role::Normal(service) if service.declared)
    }

    /// Whether consumers are sent to it now.
    pub(super) fn serves(&self) -> bool {
        matches!(&self.role, Role::Normal(service) if service.is_offered() && service.has_room())
    }

    /// What its messages say that it is; `None`: it may send none.
    pub(super) const fn role_name(&self) -> Option<&'static str> {
        match self.role {
            Role::Pending => None,
            Role::Provisional | Role::Normal(_) => Some("normal"),
            Role::Consumer => Some("consumer"),
        }
    }
}

impl Presence {
    /// What a member that is a consumer, or a peer, sees of it.
    pub(super) fn for_one(self, is_consumer: bool) -> bool {
        if is_consumer { self.as_server } else { self.as_peer }
    }
}

impl Service {
    /// Whether consumers hear of it at all: it said that it is a peer, serves them, and may take one.
    fn is_offered(&self) -> bool {
        self.declared && self.serves && self.capacity.is_none_or(|capacity| capacity > 0.0)
    }

    fn has_room(&self) -> bool {
        self.capacity.is_none_or(|capacity| self.sessions < capacity)
    }
}
