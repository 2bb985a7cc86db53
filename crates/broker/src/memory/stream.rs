//! The stream of a channel: where it stands, and the publications that are kept.
//!
//! All kept publications expire together, one ttl after the last of them, and each publish pushes that time on. So
//! the kept ones are always the newest, without holes, and the place of one follows from its offset.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use rand::distr::{Alphabetic, SampleString};
use vestibule_model::{
    Epoch, HistoryPage, HistoryQuery, Moment, Position, Publication, PublishOptions, Retention,
};

use super::limits::Budget;
use crate::BrokerError;

/// What a kept publication costs beside its payload and labels: itself and its place in the ring.
const OVERHEAD: usize = 128;

/// Letters in the name of an epoch: enough that two lives of a channel never share one.
const EPOCH_LETTERS: usize = 8;

/// A name for the life of a stream that begins now.
pub(super) fn new_epoch(dice: &mut impl Rng) -> Epoch {
    Epoch::new(&Alphabetic.sample_string(dice, EPOCH_LETTERS))
}

/// The bytes that a kept publication is counted as.
pub(super) fn cost(publication: &Publication) -> usize {
    let tags = publication.tags.iter().flat_map(|tags| tags.iter());
    OVERHEAD + publication.data.len() + tags.map(|(name, value)| name.len() + value.len()).sum::<usize>()
}

/// A stream; `top` is the offset of its last publication, kept or not.
pub(super) struct Stream {
    epoch: Epoch,
    top: u64,
    kept: VecDeque<Arc<Publication>>,
    /// When the kept publications go; of no meaning when there are none.
    expires: Moment,
    /// When the position goes too, and the channel starts anew.
    forgotten: Moment,
    version: u64,
    version_epoch: Option<Box<str>>,
}

impl Stream {
    /// Before the first publication of an epoch.
    pub(super) fn new(epoch: Epoch, meta_ttl: Duration, now: Moment) -> Self {
        Self {
            epoch,
            top: 0,
            kept: VecDeque::new(),
            expires: now,
            forgotten: now + meta_ttl,
            version: 0,
            version_epoch: None,
        }
    }

    /// Where the stream stands.
    pub(super) fn top(&self) -> Position {
        Position { offset: self.top, epoch: self.epoch.clone() }
    }

    /// Somebody came by: the position lives on for `meta_ttl`.
    pub(super) fn touch(&mut self, meta_ttl: Duration, now: Moment) {
        self.forgotten = now + meta_ttl;
    }

    /// Whether something at least as new has been published. Without a version epoch the number alone decides.
    pub(super) fn outdates(&self, version: u64, version_epoch: Option<&str>) -> bool {
        let comparable = version_epoch.is_none() || version_epoch == self.version_epoch.as_deref();
        version > 0 && version <= self.version && comparable
    }

    /// Gives the publication its place and keeps it; the caller has reserved its [`cost`]. One without a version
    /// leaves the version as it was.
    pub(super) fn append(
        &mut self,
        mut publication: Publication,
        options: &PublishOptions,
        retention: &Retention,
        now: Moment,
        budget: &Budget,
    ) -> Arc<Publication> {
        self.top += 1;
        publication.position = Some(self.top());
        if publication.version > 0 {
            self.version = publication.version;
            self.version_epoch.clone_from(&options.version_epoch);
        }
        self.expires = now + retention.ttl;
        self.touch(retention.meta_ttl, now);

        let publication = Arc::new(publication);
        self.kept.push_back(publication.clone());
        self.drop_beyond(retention.size, budget);
        publication
    }

    /// Reads as the query asks; see [`HistoryQuery`].
    pub(super) fn read(&self, query: &HistoryQuery) -> Result<HistoryPage, BrokerError> {
        let since = query.since.as_ref();
        if since.is_some_and(|since| !since.epoch.as_str().is_empty() && since.epoch != self.epoch) {
            return Err(BrokerError::Unrecoverable);
        }
        let limit = query.limit.map_or(usize::MAX, index);
        let offset = since.map(|since| since.offset);
        let publications = match query.reverse {
            false => self.after(offset).take(limit).cloned().collect(),
            true => self.before(offset).rev().take(limit).cloned().collect(),
        };
        Ok(HistoryPage { publications, top: self.top() })
    }

    /// What is kept after the offset; all of it, when the offset is before the oldest one that is kept.
    fn after(&self, offset: Option<u64>) -> Iter<'_, Arc<Publication>> {
        let gone = self.gone();
        let skipped = offset.map_or(0, |offset| index(offset.saturating_sub(gone)));
        self.kept.range(skipped.min(self.kept.len())..)
    }

    /// What is kept before the offset; nothing, unless the one right before it is kept.
    fn before(&self, offset: Option<u64>) -> Iter<'_, Arc<Publication>> {
        let newest = offset.map_or(self.top, |offset| offset.saturating_sub(1));
        let count = if newest <= self.top { index(newest.saturating_sub(self.gone())) } else { 0 };
        self.kept.range(..count)
    }

    /// The offset of the last publication that is not kept any more; 0 when all are.
    fn gone(&self) -> u64 {
        self.top - self.kept.len() as u64
    }

    fn drop_beyond(&mut self, size: u32, budget: &Budget) {
        // A history of none would hold no publication, and yet have answered with its position: one it is at least.
        let size = index(size).max(1);
        while self.kept.len() > size
            && let Some(oldest) = self.kept.pop_front()
        {
            budget.release(cost(&oldest));
        }
    }

    /// Forgets the publications, and says how many there were. Position and version stay.
    pub(super) fn clear(&mut self, budget: &Budget) -> usize {
        let kept = std::mem::take(&mut self.kept);
        budget.release(kept.iter().map(|publication| cost(publication)).sum());
        kept.len()
    }

    /// Forgets the publications if their time has come, and says how many there were.
    pub(super) fn expire(&mut self, now: Moment, budget: &Budget) -> usize {
        if self.expires <= now || self.is_forgotten(now) { self.clear(budget) } else { 0 }
    }

    /// Whether the time of the position has come as well.
    pub(super) fn is_forgotten(&self, now: Moment) -> bool {
        self.forgotten <= now
    }

    /// When something of the stream expires next.
    pub(super) fn deadline(&self) -> Moment {
        if self.kept.is_empty() { self.forgotten } else { self.expires.min(self.forgotten) }
    }
}

/// A count as an index; one that is too big for this machine is beyond everything that it holds.
fn index(count: impl TryInto<usize>) -> usize {
    count.try_into().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_at_the_end_of_all_numbers_is_beyond_the_stream() {
        let mut stream = Stream::new(Epoch::new("e"), Duration::MAX, Moment::ZERO);
        let budget = Budget::new(usize::MAX);
        let retention = Retention { size: 2, ttl: Duration::MAX, meta_ttl: Duration::MAX };
        for _ in 0..3 {
            budget.reserve(cost(&Publication::default())).unwrap().keep();
            stream.append(
                Publication::default(),
                &PublishOptions::default(),
                &retention,
                Moment::ZERO,
                &budget,
            );
        }
        assert_eq!(stream.after(Some(u64::MAX)).len(), 0);
        assert_eq!(stream.before(Some(u64::MAX)).len(), 0);
        assert_eq!(stream.before(Some(0)).len(), 0);
        assert_eq!(stream.after(Some(0)).len(), 2);
    }
}
