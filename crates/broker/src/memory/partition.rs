//! The channels behind one lock.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, OccupiedEntry};
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::RandomState;
use vestibule_model::{
    ChannelKey, ClientId, ClientInfo, HistoryPage, HistoryQuery, Moment, PresenceStats, Publication,
    PublishOptions, Published,
};

use super::Common;
use super::agenda::Agenda;
use super::channel::Channel;
use crate::{Announcement, BrokerError, Courier, WorkerId};

/// A share of all channels, and the order in which they expire. It holds only channels of which something is known.
#[derive(Default)]
pub(super) struct Partition {
    channels: HashMap<ChannelKey, Channel, RandomState>,
    agenda: Agenda,
}

impl Partition {
    pub(super) fn publish(
        &mut self,
        key: &ChannelKey,
        publication: Publication,
        options: &PublishOptions,
        now: Moment,
        common: &Common,
    ) -> Result<Published, BrokerError> {
        if options.retention.is_none() && options.idempotency_key.is_none() {
            let passed_on = self.channels.get(key).map(|c| c.pass_on(key, publication, &*common.courier));
            return passed_on.unwrap_or(Ok(())).map(|()| Published { position: None, suppressed: false });
        }
        if options.retention.is_some_and(|retention| retention.size > common.limits.history_size) {
            return Err(BrokerError::NotSupported);
        }
        self.visit(key, common)?.channel().publish(key, publication, options, now, common)
    }

    pub(super) fn announce(
        &self,
        key: &ChannelKey,
        event: Announcement,
        courier: &dyn Courier,
    ) -> Result<(), BrokerError> {
        self.channels.get(key).map_or(Ok(()), |channel| channel.announce(key, event, courier))
    }

    pub(super) fn subscribe(
        &mut self,
        worker: WorkerId,
        key: &ChannelKey,
        common: &Common,
    ) -> Result<(), BrokerError> {
        self.visit(key, common)?.channel().workers.insert(worker);
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, worker: WorkerId, key: &ChannelKey, common: &Common) {
        if let Some(mut visit) = self.visit_known(key, common) {
            visit.channel().workers.remove(worker);
        }
    }

    pub(super) fn history(
        &mut self,
        key: &ChannelKey,
        query: &HistoryQuery,
        meta_ttl: Duration,
        now: Moment,
        common: &Common,
    ) -> Result<HistoryPage, BrokerError> {
        self.visit(key, common)?.channel().history(query, meta_ttl, now, common)
    }

    pub(super) fn remove_history(&mut self, key: &ChannelKey, common: &Common) {
        if let Some(mut visit) = self.visit_known(key, common) {
            visit.channel().remove_history(&common.budgets);
        }
    }

    pub(super) fn enter(
        &mut self,
        key: &ChannelKey,
        info: &Arc<ClientInfo>,
        common: &Common,
    ) -> Result<(), BrokerError> {
        self.visit(key, common)?.channel().enter(info);
        Ok(())
    }

    pub(super) fn leave(&mut self, key: &ChannelKey, client: ClientId, common: &Common) {
        if let Some(mut visit) = self.visit_known(key, common) {
            visit.channel().leave(client);
        }
    }

    pub(super) fn presence(&self, key: &ChannelKey) -> Vec<Arc<ClientInfo>> {
        self.channels.get(key).map(Channel::presence).unwrap_or_default()
    }

    pub(super) fn presence_stats(&self, key: &ChannelKey) -> PresenceStats {
        self.channels.get(key).map(Channel::presence_stats).unwrap_or_default()
    }

    /// Drops what has expired, as far as one batch goes.
    pub(super) fn sweep(&mut self, now: Moment, common: &Common) {
        let mut steps = 0;
        while steps < common.limits.sweep_batch
            && let Some(key) = self.agenda.pop(now)
        {
            if let Some(mut visit) = self.visit_known(&key, common) {
                visit.channel().due = None;
                steps += 1 + visit.channel().expire(now, &common.budgets);
            }
        }
    }

    /// How many channels it holds, and how many of these are on the agenda.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.channels.len(), self.agenda.len())
    }

    /// Visits a channel, of which perhaps nothing is known yet.
    fn visit<'a>(&'a mut self, key: &ChannelKey, common: &'a Common) -> Result<Visit<'a>, BrokerError> {
        let entry = match self.channels.entry(key.clone()) {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => {
                common.budgets.channels.reserve(1)?.keep();
                entry.insert_entry(Channel::default())
            }
        };
        Ok(Visit { entry: Some(entry), agenda: &mut self.agenda, common })
    }

    /// Visits a channel of which something is known.
    fn visit_known<'a>(&'a mut self, key: &ChannelKey, common: &'a Common) -> Option<Visit<'a>> {
        match self.channels.entry(key.clone()) {
            Entry::Occupied(entry) => Some(Visit { entry: Some(entry), agenda: &mut self.agenda, common }),
            Entry::Vacant(_) => None,
        }
    }
}

/// A channel that may be changed. When the visit ends, however it ends, the channel is on the agenda if something in
/// it expires, and gone if nothing is known of it.
struct Visit<'a> {
    /// Taken when the visit ends.
    entry: Option<OccupiedEntry<'a, ChannelKey, Channel>>,
    agenda: &'a mut Agenda,
    common: &'a Common,
}

impl Visit<'_> {
    fn channel(&mut self) -> &mut Channel {
        self.entry.as_mut().expect("the visit has not ended").get_mut()
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let Some(mut entry) = self.entry.take() else { return };
        let channel = entry.get();
        let (due, deadline) = (channel.due, channel.deadline());
        if channel.is_blank() {
            self.agenda.cancel(entry.key(), due);
            entry.remove();
            self.common.budgets.channels.release(1);
        } else {
            let due = self.agenda.plan(entry.key(), due, deadline);
            entry.get_mut().due = due;
        }
    }
}
