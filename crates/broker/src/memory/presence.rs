//! Who is present in a channel.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use vestibule_model::{ClientId, ClientInfo, PresenceStats, UserId};

/// The clients of a channel, and how many of them each user has. Nobody expires: this node is told when one leaves.
#[derive(Default)]
pub(super) struct Presence {
    clients: IndexMap<ClientId, Arc<ClientInfo>, RandomState>,
    users: HashMap<UserId, u32, RandomState>,
}

impl Presence {
    /// Counts the client once, with what was last said of it.
    pub(super) fn enter(&mut self, info: &Arc<ClientInfo>) {
        let previous = self.clients.insert(info.client, info.clone());
        *self.users.entry(info.user.clone()).or_default() += 1;
        if let Some(previous) = previous {
            self.forget_one(&previous.user);
        }
    }

    pub(super) fn leave(&mut self, client: ClientId) {
        if let Some(info) = self.clients.swap_remove(&client) {
            self.forget_one(&info.user);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    pub(super) fn clients(&self) -> Vec<Arc<ClientInfo>> {
        self.clients.values().cloned().collect()
    }

    pub(super) fn stats(&self) -> PresenceStats {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        PresenceStats { clients: count(self.clients.len()), users: count(self.users.len()) }
    }

    fn forget_one(&mut self, user: &UserId) {
        if let Some(clients) = self.users.get_mut(user) {
            *clients -= 1;
            if *clients == 0 {
                self.users.remove(user);
            }
        }
    }
}
