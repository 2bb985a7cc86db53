//! A worker's part of the hub: who listens to which channel, and how far each listener has come.
//!
//! The fast lane ends here. A publication does not visit sessions: it is written once for each form in use and the
//! same bytes go to every subscriber of that form. For a subscriber that *follows* its channel the shard keeps the
//! offset of the last publication it was given; what is old is dropped, and a gap ends the subscription rather than
//! go unnoticed.
//!
//! A new subscriber is *held*: what arrives is kept aside until the reply that opens the subscription is on its way.
//! Then its position, which the broker read in between, decides what of it is new. That is the whole merge of
//! history and live publications.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use vestibule_doors::Form;
use vestibule_model::{ChannelEvent, ChannelKey, ClientInfo, Close, Epoch, Position};

use super::connection::ConnectionId;
use super::frames::Frames;
use crate::steward::Departure;

/// No more events than this are held for one subscriber while its subscription opens. It is a few times what is
/// published in the busiest channel during one read of history; past it the subscriber has to start again.
const HELD_EVENTS: usize = 4096;

/// Where the shard leaves what is to be sent and said.
pub trait Post {
    /// The frames go to the connection, in the order of the calls.
    fn send(&mut self, to: ConnectionId, frames: Bytes);
    /// The connection no longer follows the channel.
    fn lost(&mut self, who: ConnectionId, channel: ChannelKey);
    /// The connection cannot be told what happened in its form.
    fn refuse(&mut self, who: ConnectionId, close: Close);
}

/// A subscription as it begins.
pub struct Subscription {
    /// How the receiver reads.
    pub form: Form,
    /// Whether it wants joins and leaves.
    pub hears: bool,
    /// Whether it follows the channel's stream without a gap; and then, how long the stream's position lives on.
    pub follows: Option<Duration>,
    /// What has to happen when it ends.
    pub departure: Departure,
}

/// The end of a subscription.
#[derive(Debug)]
pub struct Ended {
    /// What has to happen now; `None` when the subscription never came to stand.
    pub departure: Option<Departure>,
    /// It was this worker's last one in the channel.
    pub last: bool,
}

struct Subscriber {
    form: Form,
    hears: bool,
    /// The offset of the last publication it was given, if it follows the stream.
    position: Option<u64>,
    /// How long the stream's position lives on after each look at it.
    meta_ttl: Duration,
    flow: Flow,
    departure: Departure,
}

enum Flow {
    /// Until the reply that opens the subscription is on its way. `standing` once the house has answered; `missed`
    /// when it cannot go on from where it will stand, because more happened than can be held or the epoch is over.
    Held {
        events: Vec<ChannelEvent>,
        missed: bool,
        standing: bool,
    },
    Live,
    /// It has missed something and must start again.
    Lost,
}

#[derive(Default)]
struct Channel {
    subscribers: IndexMap<ConnectionId, Subscriber, RandomState>,
    /// The life of the stream in which all positions of its followers count.
    epoch: Option<Epoch>,
    /// The broker delivers to this worker: one of its subscriptions has come to stand.
    delivers: bool,
}

/// The channels of one worker.
#[derive(Default)]
pub struct Shard {
    channels: HashMap<ChannelKey, Channel, RandomState>,
    subscriptions: usize,
}

impl Shard {
    /// Begins a subscription, held until [`Shard::release`]. True while none of this worker stands in the channel: then
    /// the broker may not deliver yet. A connection that is subscribed already keeps the subscription it has.
    pub fn subscribe(&mut self, who: ConnectionId, key: &ChannelKey, begin: Subscription) -> bool {
        let channel = self.channels.entry(key.clone()).or_default();
        channel.subscribers.entry(who).or_insert_with(|| {
            self.subscriptions += 1;
            Subscriber {
                form: begin.form,
                hears: begin.hears,
                position: begin.follows.map(|_| 0),
                meta_ttl: begin.follows.unwrap_or_default(),
                flow: Flow::Held { events: Vec::new(), missed: false, standing: false },
                departure: begin.departure,
            }
        });
        !channel.delivers
    }

    /// The house has answered: the subscription stands, at `position` if it follows the stream.
    pub fn settle(
        &mut self,
        who: ConnectionId,
        key: &ChannelKey,
        position: Option<&Position>,
        post: &mut impl Post,
    ) {
        let Some(channel) = self.channels.get_mut(key) else { return };
        if let Some(position) = position {
            channel.enter_epoch(key, &position.epoch, post);
        }
        channel.delivers = true;
        let Some(subscriber) = channel.subscribers.get_mut(&who) else { return };
        if let (Some(offset), Some(position)) = (&mut subscriber.position, position) {
            *offset = position.offset;
        }
        if let Flow::Held { standing, .. } = &mut subscriber.flow {
            *standing = true;
        }
    }

    /// The reply is on its way: whatever was held and is new follows it, and from now on everything is live.
    pub fn release(&mut self, who: ConnectionId, key: &ChannelKey, post: &mut impl Post) {
        let Some(channel) = self.channels.get_mut(key) else { return };
        let Some(subscriber) = channel.subscribers.get_mut(&who) else { return };
        let Flow::Held { events, missed, .. } = std::mem::replace(&mut subscriber.flow, Flow::Live) else {
            return;
        };
        if missed {
            subscriber.lose(who, key, post);
            return;
        }
        for event in events {
            let mut frames = Frames::of(key, std::slice::from_ref(&event));
            subscriber.take(who, key, &mut frames, Span::of(&event), channel.epoch.as_ref(), post);
        }
    }

    /// Ends a subscription; `None` when there is none.
    pub fn unsubscribe(&mut self, who: ConnectionId, key: &ChannelKey) -> Option<Ended> {
        let Entry::Occupied(mut entry) = self.channels.entry(key.clone()) else { return None };
        let subscriber = entry.get_mut().subscribers.swap_remove(&who)?;
        self.subscriptions -= 1;
        let last = entry.get().subscribers.is_empty();
        if last {
            entry.remove();
        }
        let stood = !matches!(subscriber.flow, Flow::Held { standing: false, .. });
        Some(Ended { departure: stood.then_some(subscriber.departure), last })
    }

    /// Delivers events of one channel, in order. They make one [`Span`]: see [`runs`](super::runs).
    pub fn deliver(&mut self, key: &ChannelKey, events: &[ChannelEvent], post: &mut impl Post) {
        let Some(channel) = self.channels.get_mut(key) else { return };
        let span = Span::over(events);
        if let Some(epoch) = &span.epoch {
            channel.enter_epoch(key, epoch, post);
        }
        let mut frames = Frames::of(key, events);
        for (who, subscriber) in &mut channel.subscribers {
            if span.public || subscriber.hears {
                subscriber.take(*who, key, &mut frames, span.clone(), channel.epoch.as_ref(), post);
            }
        }
    }

    /// Whether the connection is subscribed to the channel.
    pub fn has(&self, who: ConnectionId, key: &ChannelKey) -> bool {
        self.channels.get(key).is_some_and(|channel| channel.subscribers.contains_key(&who))
    }

    /// Where a follower has come to, and how long the stream's position lives on; `None` when it does not follow, or
    /// is not live yet.
    pub fn position(&self, who: ConnectionId, key: &ChannelKey) -> Option<(Position, Duration)> {
        let channel = self.channels.get(key)?;
        let subscriber = channel.subscribers.get(&who)?;
        let position = Position { offset: subscriber.position?, epoch: channel.epoch.clone()? };
        matches!(subscriber.flow, Flow::Live).then_some((position, subscriber.meta_ttl))
    }

    /// The presence that a subscription keeps, if it stands and keeps one.
    pub fn presence(&self, who: ConnectionId, key: &ChannelKey) -> Option<Arc<ClientInfo>> {
        let departure = &self.channels.get(key)?.subscribers.get(&who)?.departure;
        departure.presence.then(|| Arc::clone(&departure.info))
    }

    /// The follower is behind the broker: it has missed something.
    pub fn lose(&mut self, who: ConnectionId, key: &ChannelKey, post: &mut impl Post) {
        let subscriber = self.channels.get_mut(key).and_then(|channel| channel.subscribers.get_mut(&who));
        if let Some(subscriber) = subscriber {
            subscriber.lose(who, key, post);
        }
    }

    /// Every channel with its number of subscribers here.
    pub fn channels(&self) -> impl Iterator<Item = (&ChannelKey, usize)> {
        self.channels.iter().map(|(key, channel)| (key, channel.subscribers.len()))
    }

    /// How many subscriptions there are.
    pub fn subscriptions(&self) -> usize {
        self.subscriptions
    }
}

impl Channel {
    /// The stream is in this epoch now. Positions of another epoch mean nothing any more, so their holders have
    /// missed something.
    fn enter_epoch(&mut self, key: &ChannelKey, epoch: &Epoch, post: &mut impl Post) {
        if self.epoch.as_ref() == Some(epoch) {
            return;
        }
        if self.epoch.replace(epoch.clone()).is_some() {
            for (who, subscriber) in &mut self.subscribers {
                if subscriber.position.is_some() {
                    subscriber.leave_epoch(*who, key, post);
                }
            }
        }
    }
}

impl Subscriber {
    /// Takes a span of events: keeps them aside, sends what is new of them, or finds that some are missing.
    fn take(
        &mut self,
        who: ConnectionId,
        key: &ChannelKey,
        frames: &mut Frames<'_>,
        span: Span,
        epoch: Option<&Epoch>,
        post: &mut impl Post,
    ) {
        match &mut self.flow {
            Flow::Lost => return,
            Flow::Held { events, missed, .. } => {
                if events.len() + frames.events().len() > HELD_EVENTS {
                    *missed = true;
                } else {
                    events.extend_from_slice(frames.events());
                }
                return;
            }
            Flow::Live => {}
        }
        let skip = match (&mut self.position, span.offsets) {
            (Some(_), Some(_)) if span.epoch.as_ref() != epoch => return self.lose(who, key, post),
            (Some(last), Some((_, newest))) if newest <= *last => return,
            (Some(last), Some((oldest, _))) if oldest > *last + 1 => return self.lose(who, key, post),
            (Some(last), Some((oldest, newest))) => {
                let old = *last + 1 - oldest;
                *last = newest;
                usize::try_from(old).unwrap_or(usize::MAX)
            }
            _ => 0,
        };
        match frames.after(self.form, skip) {
            Ok(bytes) => post.send(who, bytes),
            Err(close) => {
                self.flow = Flow::Lost;
                post.refuse(who, close);
            }
        }
    }

    /// Its position counts in an epoch that is over. One that is held learns it at its release; before it stands it
    /// has no position yet.
    fn leave_epoch(&mut self, who: ConnectionId, key: &ChannelKey, post: &mut impl Post) {
        match &mut self.flow {
            Flow::Held { missed, standing, .. } => *missed |= *standing,
            Flow::Live => self.lose(who, key, post),
            Flow::Lost => {}
        }
    }

    fn lose(&mut self, who: ConnectionId, key: &ChannelKey, post: &mut impl Post) {
        if !matches!(self.flow, Flow::Lost) {
            self.flow = Flow::Lost;
            post.lost(who, key.clone());
        }
    }
}

/// What a list of events has in common: all are for everyone or all for those who hear joins and leaves; all have
/// positions, one after the other in one epoch, or none has.
#[derive(Clone)]
struct Span {
    public: bool,
    /// The oldest and the newest offset.
    offsets: Option<(u64, u64)>,
    epoch: Option<Epoch>,
}

impl Span {
    fn of(event: &ChannelEvent) -> Self {
        Self::over(std::slice::from_ref(event))
    }

    fn over(events: &[ChannelEvent]) -> Self {
        let position = |event: &ChannelEvent| match event {
            ChannelEvent::Publication(publication) => publication.position.clone(),
            ChannelEvent::Join(_) | ChannelEvent::Leave(_) => None,
        };
        let public = matches!(events.first(), Some(ChannelEvent::Publication(_)));
        match (events.first().and_then(position), events.last().and_then(position)) {
            (Some(oldest), Some(newest)) => {
                Self { public, offsets: Some((oldest.offset, newest.offset)), epoch: Some(newest.epoch) }
            }
            _ => Self { public, offsets: None, epoch: None },
        }
    }
}

/// Whether `next` continues the span that ends with `last`, so that both can go out as one piece.
pub fn continues(last: &ChannelEvent, next: &ChannelEvent) -> bool {
    let (ChannelEvent::Publication(last), ChannelEvent::Publication(next)) = (last, next) else {
        return false;
    };
    match (&last.position, &next.position) {
        (None, None) => true,
        (Some(last), Some(next)) => last.offset + 1 == next.offset && last.epoch == next.epoch,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
