//! What is known of one channel, and what publishing into it means.

use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{
    ChannelEvent, ChannelKey, ClientId, ClientInfo, HistoryPage, HistoryQuery, Moment, PresenceStats,
    Publication, PublishOptions, Published, Retention,
};

use super::presence::Presence;
use super::repeats::{self, Repeats};
use super::stream::{self, Stream};
use super::workers::Workers;
use super::{Common, limits::Budgets};
use crate::{Announcement, BrokerError, Courier};

/// A channel. Most have subscribers and nothing else, so the other parts are boxed and made when they are needed.
#[derive(Default)]
pub(super) struct Channel {
    pub(super) workers: Workers,
    stream: Option<Box<Stream>>,
    presence: Option<Box<Presence>>,
    repeats: Option<Box<Repeats>>,
    /// For when the channel is on its partition's agenda.
    pub(super) due: Option<Moment>,
}

impl Channel {
    /// Delivers a publication of which nothing is to be remembered.
    pub(super) fn pass_on(
        &self,
        key: &ChannelKey,
        mut publication: Publication,
        courier: &dyn Courier,
    ) -> Result<(), BrokerError> {
        publication.position = None;
        self.deliver(key, || ChannelEvent::Publication(Arc::new(publication)), courier)
    }

    /// Delivers a join or leave.
    pub(super) fn announce(
        &self,
        key: &ChannelKey,
        event: Announcement,
        courier: &dyn Courier,
    ) -> Result<(), BrokerError> {
        let event = || match event {
            Announcement::Join(info) => ChannelEvent::Join(info),
            Announcement::Leave(info) => ChannelEvent::Leave(info),
        };
        self.deliver(key, event, courier)
    }

    /// Publishes with all that the options ask for. Nothing is changed before it is certain that everything fits.
    pub(super) fn publish(
        &mut self,
        key: &ChannelKey,
        publication: Publication,
        options: &PublishOptions,
        now: Moment,
        common: &Common,
    ) -> Result<Published, BrokerError> {
        self.expire(now, &common.budgets);
        if let Some(suppressed) = self.suppressed(&publication, options, now) {
            return Ok(suppressed);
        }
        self.workers.have_room(&*common.courier)?;
        let budgets = &common.budgets;
        let repeat = options.idempotency_key.as_deref().map(|key| (key, repeats::cost(key)));
        let reserved = repeat.map(|(_, cost)| budgets.repeat_bytes.reserve(cost)).transpose()?;

        let publication = match &options.retention {
            Some(retention) => self.keep(publication, options, retention, now, common)?,
            None => Arc::new(Publication { position: None, ..publication }),
        };
        let position = publication.position.clone();
        if let (Some((key, _)), Some(reserved)) = (repeat, reserved) {
            reserved.keep();
            self.repeats.get_or_insert_default().remember(key, position.clone(), now);
        }
        self.workers.deliver(key, &ChannelEvent::Publication(publication), &*common.courier);
        Ok(Published { position, suppressed: false })
    }

    /// The answer to a publication that is delivered to nobody: one that was published already, or an old version.
    fn suppressed(
        &self,
        publication: &Publication,
        options: &PublishOptions,
        now: Moment,
    ) -> Option<Published> {
        let repeated = |key: &str| self.repeats.as_ref()?.find(key, now);
        if let Some(position) = options.idempotency_key.as_deref().and_then(repeated) {
            return Some(Published { position, suppressed: true });
        }
        let stream = options.retention.and(self.stream.as_ref())?;
        let outdated = stream.outdates(publication.version, options.version_epoch.as_deref());
        outdated.then(|| Published { position: Some(stream.top()), suppressed: true })
    }

    fn keep(
        &mut self,
        publication: Publication,
        options: &PublishOptions,
        retention: &Retention,
        now: Moment,
        common: &Common,
    ) -> Result<Arc<Publication>, BrokerError> {
        let budget = &common.budgets.history_bytes;
        budget.reserve(stream::cost(&publication))?.keep();
        let stream = self.open_stream(retention.meta_ttl, now, common);
        Ok(stream.append(publication, options, retention, now, budget))
    }

    /// Reads the stream, which begins now if there is none.
    pub(super) fn history(
        &mut self,
        query: &HistoryQuery,
        meta_ttl: Duration,
        now: Moment,
        common: &Common,
    ) -> Result<HistoryPage, BrokerError> {
        self.expire(now, &common.budgets);
        let stream = self.open_stream(meta_ttl, now, common);
        stream.touch(meta_ttl, now);
        stream.read(query)
    }

    fn open_stream(&mut self, meta_ttl: Duration, now: Moment, common: &Common) -> &mut Stream {
        self.stream.get_or_insert_with(|| Box::new(Stream::new(common.new_epoch(), meta_ttl, now)))
    }

    pub(super) fn remove_history(&mut self, budgets: &Budgets) {
        if let Some(stream) = &mut self.stream {
            stream.clear(&budgets.history_bytes);
        }
    }

    pub(super) fn enter(&mut self, info: &Arc<ClientInfo>) {
        self.presence.get_or_insert_default().enter(info);
    }

    pub(super) fn leave(&mut self, client: ClientId) {
        if let Some(presence) = &mut self.presence {
            presence.leave(client);
            if presence.is_empty() {
                self.presence = None;
            }
        }
    }

    pub(super) fn presence(&self) -> Vec<Arc<ClientInfo>> {
        self.presence.as_ref().map(|presence| presence.clients()).unwrap_or_default()
    }

    pub(super) fn presence_stats(&self) -> PresenceStats {
        self.presence.as_ref().map(|presence| presence.stats()).unwrap_or_default()
    }

    /// Drops what has expired, and says how many publications and keys that were.
    pub(super) fn expire(&mut self, now: Moment, budgets: &Budgets) -> usize {
        let mut dropped = 0;
        if let Some(stream) = &mut self.stream {
            dropped += stream.expire(now, &budgets.history_bytes);
            if stream.is_forgotten(now) {
                self.stream = None;
            }
        }
        if let Some(repeats) = &mut self.repeats {
            dropped += repeats.expire(now, &budgets.repeat_bytes);
            if repeats.deadline().is_none() {
                self.repeats = None;
            }
        }
        dropped
    }

    /// When something expires next; `None` when nothing does.
    pub(super) fn deadline(&self) -> Option<Moment> {
        let stream = self.stream.as_ref().map(|stream| stream.deadline());
        let repeats = self.repeats.as_ref().and_then(|repeats| repeats.deadline());
        stream.into_iter().chain(repeats).min()
    }

    /// Whether nothing is known of it, so that it need not be held.
    pub(super) fn is_blank(&self) -> bool {
        self.workers.is_empty() && self.stream.is_none() && self.presence.is_none() && self.repeats.is_none()
    }

    /// Delivers to all subscribed workers or, if one has no room, to none. Without any the event is not even made.
    fn deliver(
        &self,
        key: &ChannelKey,
        event: impl FnOnce() -> ChannelEvent,
        courier: &dyn Courier,
    ) -> Result<(), BrokerError> {
        self.workers.have_room(courier)?;
        if !self.workers.is_empty() {
            self.workers.deliver(key, &event(), courier);
        }
        Ok(())
    }
}
