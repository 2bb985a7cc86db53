//! Mail to those it is for.

use bytes::Bytes;
use vestibule_doors::contract::{Input, Notice, Order};
use vestibule_model::{ChannelEvent, ChannelKey, Close, Delivery, Now, Position};

use super::connection::{Connection, ConnectionId};
use super::inbox::{Addressed, Mail};
use super::link::Link;
use super::shard::{Post, continues};
use super::survey::{Counts, Question, Survey};
use super::{Worker, connection_of, lay};

/// A worker's outboxes as the shard sees them.
pub(super) struct Outboxes<'a, L> {
    pub(super) connections: &'a mut slab::Slab<Connection<L>>,
    pub(super) dirty: &'a mut std::collections::VecDeque<ConnectionId>,
    pub(super) notices: &'a mut std::collections::VecDeque<(ConnectionId, Notice)>,
    pub(super) delivered: usize,
}

/// The outboxes of a worker whose shard is borrowed at the same time.
macro_rules! post {
    ($worker:expr) => {
        crate::worker::delivery::Outboxes {
            connections: &mut $worker.connections,
            dirty: &mut $worker.dirty,
            notices: &mut $worker.notices,
            delivered: 0,
        }
    };
}
pub(super) use post;

impl<L> Post for Outboxes<'_, L> {
    fn send(&mut self, to: ConnectionId, frames: Bytes) {
        let Some(connection) = connection_of(self.connections, to) else { return };
        if !connection.goodbye.may_send() {
            return;
        }
        self.delivered += 1;
        lay(self.dirty, to, connection, frames);
    }

    fn lost(&mut self, who: ConnectionId, channel: ChannelKey) {
        self.notices.push_back((who, Notice::Lost(channel)));
    }

    fn refuse(&mut self, who: ConnectionId, close: Close) {
        self.notices.push_back((who, Notice::Order(Order::Disconnect(close))));
    }
}

impl<L: Link> Worker<L> {
    /// Takes mail in order. Publications of one channel that wait one behind the other go out as one piece.
    pub fn read_mail(&mut self, mails: &mut Vec<Mail>, now: Now) {
        let mut run = Run::default();
        for mail in mails.drain(..) {
            match mail {
                Mail::Delivery(delivery) => {
                    if !run.takes(&delivery) {
                        self.deliver(&mut run, now);
                    }
                    run.push(delivery);
                    continue;
                }
                other => {
                    self.deliver(&mut run, now);
                    self.read_one(other, now);
                }
            }
        }
        self.deliver(&mut run, now);
    }

    fn read_one(&mut self, mail: Mail, now: Now) {
        match mail {
            Mail::Delivery(delivery) => {
                let mut run = Run::default();
                run.push(delivery);
                self.deliver(&mut run, now);
            }
            Mail::Outcome(who, ticket, outcome) => self.input(who, Input::Outcome(ticket, outcome), now),
            Mail::Subscribed { who, ticket, channel, departure, result } => {
                self.subscribed((who, ticket), &channel, departure, result, now);
            }
            Mail::Top(who, channel, top) => self.compare(who, &channel, &top, now),
            Mail::Order(addressed) => self.order(&addressed, now),
            Mail::Revoked(revocation) => self.revoke(&revocation, now),
            Mail::Suspects(suspects) => self.examine(suspects, now),
            Mail::Enter(entering) => self.enter_at_home(*entering, now),
            Mail::Call(key, from, call) => self.call_at_home(&key, from, call, now),
            Mail::Leave(key, from) => self.leave_at_home(&key, from, now),
            Mail::Words(words) => words.into_iter().for_each(|(who, word)| self.hand_over(who, word, now)),
            Mail::Survey(question, answer) => {
                let _asker_is_gone = answer.send(self.answer(&question));
            }
            Mail::Drain { batch } => self.begin_drain(batch),
        }
        self.tell(now);
    }

    fn deliver(&mut self, run: &mut Run, now: Now) {
        let Some(channel) = run.channel.take() else { return };
        let mut outboxes = post!(self);
        self.shard.deliver(&channel, &run.events, &mut outboxes);
        let delivered = outboxes.delivered * run.events.len();
        self.house.counters.deliveries.add_many(delivered);
        run.events.clear();
        self.tell(now);
    }

    /// Tells sessions what the shard found out about them.
    pub(super) fn tell(&mut self, now: Now) {
        while let Some((who, notice)) = self.notices.pop_front() {
            self.input(who, Input::Notice(notice), now);
        }
    }

    /// A follower that is behind the broker's stream has missed something: whatever was accepted before the broker
    /// said where the stream stands has come through this inbox already.
    fn compare(&mut self, who: ConnectionId, channel: &ChannelKey, top: &Position, now: Now) {
        let Some((position, _)) = self.shard.position(who, channel) else { return };
        if position.epoch != top.epoch || position.offset < top.offset {
            self.shard.lose(who, channel, &mut post!(self));
            self.tell(now);
        }
    }

    fn order(&mut self, addressed: &Addressed, now: Now) {
        for who in self.roster.of(&addressed.organisation, &addressed.user) {
            let Some(client) = self.connection(who).map(|connection| connection.client) else { continue };
            let meant =
                addressed.only.is_none_or(|only| only == client) && !addressed.except.contains(&client);
            if meant {
                self.input(who, Input::Notice(Notice::Order(addressed.order.clone())), now);
            }
        }
    }

    fn answer(&self, question: &Question) -> Survey {
        match question {
            Question::Here => Survey::Here,
            Question::Channels(organisation) => Survey::Channels(
                self.shard
                    .channels()
                    .filter(|(key, _)| key.organisation() == organisation)
                    .map(|(key, count)| (key.name().into(), count))
                    .collect(),
            ),
            Question::Counts(organisation) => {
                let here = || self.shard.channels().filter(|(key, _)| key.organisation() == organisation);
                Survey::Counts(Counts {
                    clients: self.roster.count(organisation),
                    users: self.roster.users(organisation).map(|user| user.as_str().into()).collect(),
                    channels: here().map(|(key, _)| key.name().into()).collect(),
                    subscriptions: here().map(|(_, count)| count).sum(),
                })
            }
        }
    }
}

/// Deliveries of one channel that can go out as one piece.
#[derive(Default)]
struct Run {
    channel: Option<ChannelKey>,
    events: Vec<ChannelEvent>,
}

impl Run {
    fn takes(&self, next: &Delivery) -> bool {
        self.channel.as_ref() == Some(&next.channel)
            && self.events.last().is_some_and(|last| continues(last, &next.event))
    }

    fn push(&mut self, delivery: Delivery) {
        self.channel = Some(delivery.channel);
        self.events.push(delivery.event);
    }
}
