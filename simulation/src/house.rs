//! Workers, broker and steward, without a socket or a thread.
//!
//! It is the real house up to two seams: a wire is a [`SimLink`], and deliveries pass an [`Observer`] on their way to
//! the inboxes, who can refuse or lose them.

mod observer;
mod rules;

use std::collections::VecDeque;
use std::future::Future;
use std::num::NonZeroU32;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::oneshot;
use vestibule::keys::KeyKeeper;
use vestibule::steward::{Records, Steward};
use vestibule::telemetry::Counters;
use vestibule::worker::{
    AnySession, Arrival, ConnectionId, Counts, HallLimits, Inboxes, Limits, Mail, Mailbox, Question, Seats,
    Surroundings, Survey, Wants, Worker, inbox,
};
use vestibule_auth::{DevelopmentKey, KeyConfig, Preset, RealmConfig, RealmsConfig, TrustConfig};
use vestibule_broker::memory::{Limits as BrokerLimits, MemoryBroker};
use vestibule_broker::{Broker, WorkerId};
use vestibule_doors::centrifuge::rules::Rules;
use vestibule_doors::centrifuge::wire::Encoding;
use vestibule_doors::centrifuge::{Opening, Session};
use vestibule_doors::contract::Outputs;
use vestibule_model::{ChannelKey, ClientId, Door, Now, OrganisationId, Retention, UserId};

use crate::dice::Dice;
use crate::wire::{SimLink, Wire};
use crate::{Checked, insist};

pub use observer::{OBSERVER, Observer};
pub use rules::Kind;

/// So much may wait for a peer that does not read.
pub const QUEUE_SIZE: usize = 2_000;

/// No worker reads more mail than this at once.
pub const MAIL_BATCH: usize = 24;

/// The largest buffer that an outbox gets in one piece, in bytes: a peer that is closed while it has a part of one is
/// still sent the rest. It is a connect reply in which two channels recover; a publication with its publisher has about
/// 150 bytes.
const LARGEST_BUFFER: usize = 2 * rules::LARGEST_HISTORY * 150;

/// So many connections a user may have.
pub const SEATS: u32 = 6;

/// A house.
pub struct House {
    /// Its workers.
    pub workers: Vec<Desk>,
    /// Who carries out effects; the broker is his.
    pub steward: Steward,
    /// Everyone's inboxes.
    pub inboxes: Inboxes,
    /// Sees every delivery.
    pub observer: Arc<Observer>,
    /// Signs tokens that its realm accepts.
    pub key: DevelopmentKey,
    /// How its channels keep their history.
    pub retention: Retention,
    rules: Arc<Rules>,
    seats: Seats,
}

/// A worker, with what moves it.
pub struct Desk {
    worker: Worker<SimLink>,
    mailbox: Mailbox,
    counters: Arc<Counters>,
    mails: Vec<Mail>,
    /// What errands brought that took their time, in order; deliveries overtake it.
    late: VecDeque<Mail>,
    doors: Vec<Doorway>,
    dice: Dice,
}

/// A connection as the worker's driver has it.
struct Doorway {
    who: ConnectionId,
    wire: Rc<Wire>,
    /// What it waited for when it was last looked at.
    waits: Wants,
}

impl House {
    /// A house with two or three workers.
    pub fn new(dice: &mut Dice, now: Now) -> Self {
        let count = 2 + dice.pick(2);
        let (senders, mailboxes): (Vec<_>, Vec<_>) = (0..count).map(|_| inbox()).unzip();
        let inboxes = Inboxes::new(senders);
        let observer = Arc::new(Observer::new(inboxes.clone()));
        let key = DevelopmentKey::from_random([7; 32]);
        let realm =
            RealmConfig::new("main", Preset::Centrifugo).with_key(KeyConfig::secret(key.secret().clone()));
        let (realms, _) = RealmsConfig::of(realm).build().expect("a good realm");
        let trust = realms.trust(&TrustConfig::default()).expect("one realm");
        let courier = Arc::clone(&observer);
        let broker = MemoryBroker::new(courier, BrokerLimits::default(), dice.source());
        let steward =
            Steward::new(trust.into(), KeyKeeper::default(), broker, Records::without_a_store(), |_| {
                unreachable!("an embedded broker is never waited for")
            });
        let retention = rules::retention(dice);
        let rules = Arc::new(rules::rules(retention));
        let seats = Seats::new(NonZeroU32::new(SEATS), None);
        let desk = |(index, mailbox)| {
            let counters = Arc::<Counters>::default();
            let surroundings = Surroundings {
                id: WorkerId(index),
                rooms: HallLimits::default(),
                limits: Limits { queue_size: QUEUE_SIZE, ..Limits::default() },
                steward: steward.clone(),
                inboxes: inboxes.clone(),
                seats: seats.clone(),
                counters: Arc::clone(&counters),
            };
            let worker = Worker::new(surroundings, now);
            Desk {
                worker,
                mailbox,
                counters,
                mails: Vec::new(),
                late: VecDeque::new(),
                doors: Vec::new(),
                dice: dice.fork(),
            }
        };
        let workers = (0..).zip(mailboxes).map(desk).collect();
        Self { workers, steward, inboxes, observer, key, retention, rules, seats }
    }

    /// Opens a connection at a worker.
    pub fn open(&mut self, worker: usize, wire: &Rc<Wire>, encoding: Encoding, dice: &mut Dice, now: Now) {
        let client = ClientId::from_random(dice.bytes());
        let rules = Arc::clone(&self.rules);
        let opening = Opening { client, encoding, frame_pings: false, jitter: dice.number(), rules };
        let mut outputs = Outputs::default();
        let session = Session::open(opening, now, &mut outputs);
        let writes_text = encoding == Encoding::Json;
        let session = AnySession::Centrifuge(Box::new(session));
        let desk = &mut self.workers[worker];
        let link = SimLink(Rc::clone(wire));
        let who = desk
            .worker
            .arrive(Arrival { link, session, outputs, client, writes_text, address_seat: None }, now);
        desk.doors.push(Doorway { who, wire: Rc::clone(wire), waits: Wants { read: false, write: false } });
    }

    /// The steward's broker.
    pub fn broker(&self) -> &impl Broker {
        self.steward.broker()
    }

    /// Asks a worker how much there is at it.
    pub fn counts(&mut self, worker: usize, now: Now) -> Counts {
        let (sender, mut receiver) = oneshot::channel();
        self.inboxes.all()[worker].send(Mail::Survey(Question::Counts(organisation()), sender));
        let desk = &mut self.workers[worker];
        while desk.read_mail(MAIL_BATCH, now) {}
        match receiver.try_recv() {
            Ok(Survey::Counts(counts)) => counts,
            other => unreachable!("a worker answered {other:?}"),
        }
    }

    /// Insists that nobody has left anything behind.
    ///
    /// # Errors
    /// When somebody has.
    pub fn check_empty(&mut self, users: &[String], now: Now) -> Checked {
        for worker in 0..self.workers.len() {
            let counts = self.counts(worker, now);
            insist!(counts == Counts::default(), "worker {worker} still has {counts:?}");
            let connections = self.workers[worker].worker.connections();
            insist!(connections == 0, "worker {worker} still has {connections} connections");
        }
        for user in users {
            let user = UserId::new(user);
            let free: Vec<_> = (0..SEATS).map(|_| self.seats.take(&organisation(), &user)).collect();
            insist!(free.iter().all(Result::is_ok), "{user:?} still has a seat");
        }
        Ok(())
    }
}

impl Desk {
    /// Reads up to `limit` pieces of mail; false when there were none.
    pub fn read_mail(&mut self, limit: usize, now: Now) -> bool {
        // First what is late, or it would be overtaken by what errands brought since.
        let mut mails: Vec<Mail> = self.late.drain(..).collect();
        self.mailbox.take(&mut self.mails, limit.min(MAIL_BATCH));
        mails.append(&mut self.mails);
        let any = !mails.is_empty();
        self.worker.read_mail(&mut mails, now);
        any
    }

    /// The same, but some of what errands brought is late.
    pub fn read_some_mail(&mut self, limit: usize, now: Now) {
        self.mailbox.take(&mut self.mails, limit.min(MAIL_BATCH));
        let mut in_time = Vec::with_capacity(self.mails.len());
        for mail in self.mails.drain(..) {
            let errand = !matches!(mail, Mail::Delivery(_));
            if errand && (!self.late.is_empty() || self.dice.once_in(3)) {
                self.late.push_back(mail);
            } else {
                in_time.push(mail);
            }
        }
        in_time.extend(self.late.drain(..self.dice.pick(self.late.len() + 1)));
        self.worker.read_mail(&mut in_time, now);
    }

    /// Sends what waits for up to `budget` connections; true when there are more.
    pub fn flush(&mut self, budget: usize, now: Now) -> bool {
        self.worker.flush(budget, now)
    }

    /// Time has passed.
    pub fn turn(&mut self, now: Now) {
        self.worker.turn(now);
    }

    /// How many connections the worker has.
    pub fn connections(&self) -> usize {
        self.worker.connections()
    }

    /// Looks after the `index`th connection if it wants that, as the driver of a socket does: only when it was woken,
    /// or when what it waited for has come. True when it was looked after.
    pub fn attend(&mut self, index: usize, most: usize, now: Now) -> bool {
        let Some(door) = self.doors.get_mut(index) else { return false };
        let readable = door.waits.read && door.wire.is_readable();
        let writable = door.waits.write && door.wire.is_writable();
        let woken = door.wire.take_woken();
        if !(woken || readable || writable) {
            return false;
        }
        let (who, wire) = (door.who, Rc::clone(&door.wire));
        let mut left = most;
        loop {
            let Some(wants) = self.worker.wants(who) else {
                wire.let_go();
                self.doors.swap_remove(index);
                return true;
            };
            self.doors[index].waits = wants;
            if wants.write && wire.is_writable() {
                self.worker.writable(who, now);
            } else if wants.read && left > 0 && wire.is_readable() {
                let mut bytes = wire.take_up(left);
                left -= bytes.len();
                match bytes.is_empty() {
                    true => self.worker.gone(who, now),
                    false => self.worker.received(who, &mut bytes, now),
                }
            } else {
                return true;
            }
        }
    }

    /// How many connections are to be looked after.
    pub fn doors(&self) -> usize {
        self.doors.len()
    }

    /// Insists that everything is within its bound, and that no session ran into a bug. To be asked when nothing
    /// waits to be flushed.
    ///
    /// # Errors
    /// When something is not.
    pub fn check_bounds(&self) -> Checked {
        insist!(self.counters.bugs.get() == 0, "a session panicked");
        for door in &self.doors {
            let waiting = self.worker.waiting(door.who).unwrap_or(0);
            insist!(waiting <= QUEUE_SIZE.max(LARGEST_BUFFER), "{waiting} bytes wait for a peer");
        }
        Ok(())
    }
}

/// The organisation of the house's one realm.
pub fn organisation() -> OrganisationId {
    OrganisationId::from_verified("default")
}

/// Another one, which has channels and users of the same names.
pub fn strangers() -> OrganisationId {
    OrganisationId::from_verified("strangers")
}

/// A channel of the house's organisation.
pub fn channel(name: &str) -> ChannelKey {
    ChannelKey::new(&organisation(), Door::Centrifuge, name)
}

/// A channel of that name of the strangers.
pub fn strange_channel(name: &str) -> ChannelKey {
    ChannelKey::new(&strangers(), Door::Centrifuge, name)
}

/// The result of a future that is ready at once, as those of an embedded broker are.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("an embedded broker is never waited for"),
    }
}

/// For how long the world has to wait until nothing is remembered of any channel.
pub fn forgetting(retention: &Retention) -> Duration {
    retention.meta_ttl + retention.ttl + Duration::from_secs(1)
}
