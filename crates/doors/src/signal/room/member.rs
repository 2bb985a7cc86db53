//! One who is in a room.

use bytes::Bytes;
use vestibule_model::Moment;

use super::Limits;
use crate::room::{Entry, Proof, Role};
use crate::signal::message;

/// A member.
#[derive(Debug)]
pub(super) struct Member<M> {
    /// Its connection.
    pub(super) handle: M,
    pub(super) id: Box<str>,
    /// The id as every message of it names the sender.
    pub(super) id_as_json: Bytes,
    pub(super) proof: Proof,
    pub(super) role: Role,
    /// It wants to hear who comes and goes.
    pub(super) hears: bool,
    /// The list that it was given before it said what it is.
    pub(super) told: Option<Bytes>,
    /// Others were told that it came.
    pub(super) announced: bool,
    takeovers: u32,
    /// When the first of them was.
    since: Moment,
}

impl<M> Member<M> {
    pub(super) fn new(handle: M, entry: &Entry, now: Moment) -> Self {
        let mut id_as_json = String::new();
        message::quote(&entry.id, &mut id_as_json);
        Self {
            handle,
            id: entry.id.clone(),
            id_as_json: id_as_json.into(),
            proof: entry.proof,
            role: Role::Pending,
            hears: false,
            told: None,
            announced: false,
            takeovers: 0,
            since: now,
        }
    }

    /// Whether it is named in lists: as a peer, or as one that is taken for one.
    pub(super) fn is_peer(&self) -> bool {
        matches!(self.role, Role::Normal(_) | Role::Provisional)
    }

    /// Whether it said that it is a peer.
    pub(super) fn is_declared(&self) -> bool {
        matches!(&self.role, Role::Normal(service) if service.declared)
    }

    /// What its messages say that it is; `None`: it may send none.
    pub(super) const fn role_name(&self) -> Option<&'static str> {
        match self.role {
            Role::Pending => None,
            Role::Provisional | Role::Normal(_) => Some("normal"),
            Role::Consumer => Some("consumer"),
        }
    }

    /// Counts one more takeover, unless there were too many.
    pub(super) fn may_be_taken_over(&mut self, limits: Limits, now: Moment) -> bool {
        if now.since(self.since) >= limits.takeover_window {
            (self.takeovers, self.since) = (0, now);
        }
        if self.takeovers >= limits.takeovers {
            return false;
        }
        self.takeovers += 1;
        true
    }
}
