//! How everyone else reaches a worker.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use foldhash::fast::RandomState;
use tokio::sync::{mpsc, oneshot};
use vestibule_broker::{Courier, WorkerId};
use vestibule_doors::contract::{Fault, Order, Outcome, Subscribed, Ticket};
use vestibule_doors::room::Call;
use vestibule_model::{
    ChannelEvent, ChannelKey, ClientId, Delivery, OrganisationId, Position, Revocation, RoomKey, UserId,
};

use super::connection::ConnectionId;
use super::hall::{Address, Entering, Word, Words};
use super::survey::{Question, Survey};
use crate::steward::Departure;

/// Deliveries that may wait for one worker, in bytes: about a second of its work at full speed. Past it brokers take
/// no more publications for its channels, and their publishers are told to try again.
pub const DELIVERIES_BOUND: usize = 64 << 20;

/// What a waiting delivery costs beside its payload, in bytes.
const DELIVERY_OVERHEAD: usize = 256;

/// What a worker can be sent.
pub enum Mail {
    /// Something happened in a channel.
    Delivery(Delivery),
    /// An effect is finished.
    Outcome(ConnectionId, Ticket, Outcome),
    /// A subscription stands, or not.
    Subscribed {
        /// Whose.
        who: ConnectionId,
        /// For its session.
        ticket: Ticket,
        /// In which channel.
        channel: ChannelKey,
        /// What to undo if nobody is there to take it.
        departure: Departure,
        /// Whether it stands.
        result: Result<Subscribed, Fault>,
    },
    /// Where the stream that a connection follows stands.
    Top(ConnectionId, ChannelKey, Position),
    /// Somebody wants something of some connections.
    Order(Arc<Addressed>),
    /// Tokens are good no longer; the steward's index knows it already.
    Revoked(Arc<Revocation>),
    /// Connections of this worker that it has not looked at yet, among which some may be revoked.
    Suspects(Vec<ConnectionId>),
    /// Somebody wants to enter a room that lives here.
    Enter(Box<Entering>),
    /// A member says something in a room that lives here.
    Call(RoomKey, Address, Call),
    /// A member of a room that lives here is gone.
    Leave(RoomKey, Address),
    /// What rooms have for connections of this worker.
    Words(Words),
    /// Somebody wants to know something.
    Survey(Question, oneshot::Sender<Survey>),
    /// The node goes away: bring the clients elsewhere, `batch` of them in each turn of the clock.
    Drain {
        /// How many in one tick.
        batch: usize,
    },
}

/// Mail is moved often and many pieces may wait, so what is large and rare in it is boxed.
const _: () = assert!(size_of::<Mail>() <= 96);

/// An order and whom it is for.
#[derive(Debug)]
pub struct Addressed {
    /// The tenant of those connections.
    pub organisation: OrganisationId,
    /// The user of those connections.
    pub user: UserId,
    /// Only this one of them.
    pub only: Option<ClientId>,
    /// All but these.
    pub except: Vec<ClientId>,
    /// What they shall do.
    pub order: Order,
}

/// The sending end of a worker's inbox. Whatever is in it arrives, in order; nothing in it is ever dropped.
#[derive(Clone)]
pub struct Inbox {
    mail: mpsc::UnboundedSender<Mail>,
    waiting: Arc<AtomicUsize>,
}

/// The receiving end.
pub struct Mailbox {
    mail: mpsc::UnboundedReceiver<Mail>,
    waiting: Arc<AtomicUsize>,
}

/// An inbox with both ends.
pub fn inbox() -> (Inbox, Mailbox) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    (Inbox { mail: sender, waiting: Arc::clone(&waiting) }, Mailbox { mail: receiver, waiting })
}

impl Inbox {
    /// Sends. Without effect once the worker has ended, when there is nobody left to whom it could matter.
    pub fn send(&self, mail: Mail) {
        let cost = cost(&mail);
        if cost > 0 {
            self.waiting.fetch_add(cost, Ordering::Relaxed);
        }
        let _ended = self.mail.send(mail);
    }

    /// Whether it takes more of what can be refused.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) < DELIVERIES_BOUND
    }
}

impl Mailbox {
    /// Waits for mail and takes up to `limit` pieces of what is there. False when nobody can send any more.
    pub async fn receive(&mut self, mails: &mut Vec<Mail>, limit: usize) -> bool {
        let count = self.mail.recv_many(mails, limit).await;
        self.account(mails);
        count > 0
    }

    /// Takes up to `limit` pieces of what is there now.
    pub fn take(&mut self, mails: &mut Vec<Mail>, limit: usize) {
        while mails.len() < limit {
            let Ok(mail) = self.mail.try_recv() else { break };
            mails.push(mail);
        }
        self.account(mails);
    }

    fn account(&self, mails: &[Mail]) {
        let taken = mails.iter().map(cost).sum();
        self.waiting.fetch_sub(taken, Ordering::Relaxed);
    }
}

/// What a piece of mail adds to those that wait, in bytes. What is never refused adds nothing.
fn cost(mail: &Mail) -> usize {
    match mail {
        Mail::Delivery(delivery) => match &delivery.event {
            ChannelEvent::Publication(publication) => publication.data.len() + DELIVERY_OVERHEAD,
            ChannelEvent::Join(_) | ChannelEvent::Leave(_) => DELIVERY_OVERHEAD,
        },
        Mail::Call(_, _, Call::Relay { letter, .. }) => letter.members.len() + DELIVERY_OVERHEAD,
        Mail::Words(words) => {
            let size = |word: &Word| word.frame().map_or(0, Bytes::len) + DELIVERY_OVERHEAD;
            words.iter().map(|(_, word)| size(word)).sum()
        }
        _ => 0,
    }
}

/// The inboxes of all workers of this node, in the order of their ids.
#[derive(Clone)]
pub struct Inboxes {
    inboxes: Arc<[Inbox]>,
    /// Chooses the homes of rooms. Peers choose the names of rooms, and must not be able to crowd one worker with them.
    homes: RandomState,
}

impl Inboxes {
    /// The inboxes of workers 0, 1, 2 and so on.
    pub fn new(inboxes: Vec<Inbox>) -> Self {
        Self { inboxes: inboxes.into(), homes: RandomState::default() }
    }

    /// One worker's.
    pub fn of(&self, worker: WorkerId) -> &Inbox {
        &self.inboxes[usize::from(worker.0)]
    }

    /// The worker at which a room lives.
    pub(super) fn home(&self, room: &RoomKey) -> WorkerId {
        let place = self.homes.hash_one(room) % self.inboxes.len() as u64;
        WorkerId(u8::try_from(place).expect("there are at most 64 workers"))
    }

    /// Everyone's.
    pub fn all(&self) -> &[Inbox] {
        &self.inboxes
    }

    /// Brings an order to every connection that it is for.
    pub fn order(&self, addressed: Addressed) {
        let addressed = Arc::new(addressed);
        for inbox in self.all() {
            inbox.send(Mail::Order(Arc::clone(&addressed)));
        }
    }

    /// Ends the connections whose tokens are revoked. To be called when the steward's index has the revocation.
    pub fn revoke(&self, revocation: &Arc<Revocation>) {
        for inbox in self.all() {
            inbox.send(Mail::Revoked(Arc::clone(revocation)));
        }
    }

    /// Asks every worker the same question. A worker that has ended does not answer and does not count.
    pub async fn survey(&self, question: Question) -> Vec<Survey> {
        let answers: Vec<_> = self
            .all()
            .iter()
            .map(|inbox| {
                let (sender, receiver) = oneshot::channel();
                inbox.send(Mail::Survey(question.clone(), sender));
                receiver
            })
            .collect();
        let mut surveys = Vec::with_capacity(answers.len());
        for answer in answers {
            surveys.extend(answer.await.ok());
        }
        surveys
    }
}

impl Courier for Inboxes {
    fn has_room(&self, worker: WorkerId) -> bool {
        self.of(worker).has_room()
    }

    fn deliver(&self, worker: WorkerId, delivery: Delivery) {
        self.of(worker).send(Mail::Delivery(delivery));
    }
}
