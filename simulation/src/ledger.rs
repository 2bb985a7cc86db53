//! What was really published, and what a client may be told of it.
//!
//! An observer at the broker writes every publication down in the order in which the broker accepted it. From that
//! and the channel's retention follows what the broker must still have.

use std::collections::{BTreeMap, HashMap};

use vestibule_model::{ChannelEvent, Delivery, Moment, Publication, Retention};

use crate::{Broken, Checked, insist};

/// A place in a stream, as clients keep it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The life of the stream.
    pub epoch: String,
    /// The offset in it.
    pub offset: u64,
}

/// Every channel that was published to.
#[derive(Debug, Default)]
pub struct Ledger(BTreeMap<String, Stream>);

/// What was published in one channel.
#[derive(Debug, Default)]
struct Stream {
    /// In the order in which the broker took them: each publication's number in the channel.
    order: HashMap<String, usize>,
    placed: HashMap<Place, String>,
    top: Option<Place>,
    /// Everything up to this offset of the current epoch is gone from the history.
    gone: u64,
    /// When all that is kept goes.
    expires: Option<Moment>,
}

impl Ledger {
    /// Writes down what the observer saw.
    pub(crate) fn absorb(&mut self, seen: Vec<Delivery>, retention: &Retention, now: Moment) -> Checked {
        for delivery in seen {
            if let ChannelEvent::Publication(publication) = &delivery.event {
                let stream = self.0.entry(delivery.channel.name().into()).or_default();
                stream.note(publication, retention, now)?;
            }
        }
        Ok(())
    }

    /// The history of the channel was removed.
    pub(crate) fn removed(&mut self, channel: &str) {
        if let Some(stream) = self.0.get_mut(channel) {
            stream.gone = stream.top.as_ref().map_or(0, |top| top.offset);
        }
    }

    /// Whether something of that name was published there; which one it is, in order.
    pub(crate) fn number(&self, channel: &str, data: &str) -> Checked<usize> {
        let number = self.0.get(channel).and_then(|stream| stream.order.get(data));
        number.copied().ok_or_else(|| Broken(format!("{data} was never published in {channel}")))
    }

    /// How many publications there were in the channel.
    pub(crate) fn count(&self, channel: &str) -> usize {
        self.0.get(channel).map_or(0, |stream| stream.order.len())
    }

    /// Insists that this is what stands at that place.
    pub(crate) fn check(&self, channel: &str, place: &Place, data: &str) -> Checked {
        let real = self.0.get(channel).and_then(|stream| stream.placed.get(place));
        insist!(
            real.is_some_and(|real| real == data),
            "{data} is said to stand at {place:?} of {channel}, but {real:?} does"
        );
        Ok(())
    }

    /// Whether someone at that place can be given everything since, now and at any time since that place was new.
    pub(crate) fn can_recover(&self, channel: &str, since: &Place, now: Moment) -> bool {
        let Some(stream) = self.0.get(channel) else { return false };
        let Some(top) = stream.top.as_ref().filter(|top| top.epoch == since.epoch) else { return false };
        let all_gone = stream.expires.is_none_or(|expires| expires <= now);
        let gone = if all_gone { top.offset } else { stream.gone };
        since.offset == top.offset || (since.offset >= gone && since.offset < top.offset)
    }
}

impl Stream {
    fn note(&mut self, publication: &Publication, retention: &Retention, now: Moment) -> Checked {
        let data = String::from_utf8_lossy(&publication.data).into_owned();
        insist!(!self.order.contains_key(&data), "{data} was accepted twice");
        self.order.insert(data.clone(), self.order.len());
        let Some(position) = &publication.position else { return Ok(()) };
        let place = Place { epoch: position.epoch.as_str().into(), offset: position.offset };
        match &self.top {
            Some(top) if top.epoch == place.epoch => {
                insist!(place.offset == top.offset + 1, "{place:?} follows {top:?}");
                if self.expires.is_some_and(|expires| expires <= now) {
                    self.gone = top.offset;
                }
            }
            _ => {
                insist!(place.offset == 1, "an epoch begins with {place:?}");
                self.gone = 0;
            }
        }
        self.gone = self.gone.max(place.offset.saturating_sub(retention.size.into()));
        self.expires = Some(now + retention.ttl);
        self.placed.insert(place.clone(), data);
        self.top = Some(place);
        Ok(())
    }
}
