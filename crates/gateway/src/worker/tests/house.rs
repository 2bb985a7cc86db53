//! A house of one worker, held by the hands of a test.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use vestibule_auth::{KeyConfig, Preset, RealmConfig, RealmsConfig, TrustConfig};
use vestibule_broker::memory::MemoryBroker;
use vestibule_broker::{Broker, Courier, WorkerId};
use vestibule_doors::Form;
use vestibule_doors::centrifuge::codes::disconnect;
use vestibule_doors::contract::{
    Effect, Ending, Following, Input, Output, Outputs, Session, Subscribe, Ticket,
};
use vestibule_model::{
    ChannelKey, ClientId, ClientInfo, Close, Delivery, Door, Moment, Now, OrganisationId, UserId,
};
use vestibule_websocket::{Event, client};

use crate::keys::KeyKeeper;
use crate::steward::{Records, Steward};
use crate::telemetry::Counters;
use crate::worker::{
    AnySession, Arrival, ConnectionId, HallLimits, Inboxes, Limits, Link, Mail, Mailbox, Seats, Surroundings,
    Worker, inbox,
};

/// A session that does what a test says.
pub struct Scripted {
    script: Script,
    busy: Rc<Cell<bool>>,
}

type Script = Box<dyn FnMut(Input<'_>, &mut Outputs)>;

impl Session for Scripted {
    fn handle(&mut self, input: Input<'_>, _: Now, outputs: &mut Outputs) {
        (self.script)(input, outputs);
    }

    fn takes_messages(&self) -> bool {
        !self.busy.get()
    }

    fn close_for(&self, ending: Ending) -> Close {
        disconnect::of(ending)
    }
}

/// A peer's socket: what it takes, and what it took.
pub struct Pipe {
    pub room: Cell<usize>,
    pub taken: RefCell<Vec<u8>>,
    pub writes: Cell<usize>,
    pub wakes: Cell<usize>,
    pub finished: Cell<bool>,
}

/// The worker's end of it.
pub struct PipeEnd(Rc<Pipe>);

impl Link for PipeEnd {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let pipe = &self.0;
        if pipe.room.get() == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        pipe.writes.set(pipe.writes.get() + 1);
        let mut count = 0;
        for slice in slices {
            let take = slice.len().min(pipe.room.get() - count);
            pipe.taken.borrow_mut().extend_from_slice(&slice[..take]);
            count += take;
        }
        pipe.room.set(pipe.room.get() - count);
        Ok(count)
    }

    fn wake(&self) {
        self.0.wakes.set(self.0.wakes.get() + 1);
    }

    fn finish(&self) {
        self.0.finished.set(true);
    }
}

/// A connection as a test holds it.
pub struct Peer {
    pub id: ConnectionId,
    pub pipe: Rc<Pipe>,
}

impl Peer {
    /// What the peer has read: messages as they are, goodbyes as `close` with their code.
    pub fn heard(&self) -> Vec<String> {
        let mut bytes = self.pipe.taken.borrow().clone();
        let mut decoder = client::decoder(1 << 20);
        let mut input = vestibule_websocket::Input::new(&mut bytes);
        let mut heard = Vec::new();
        while let Some(event) = decoder.next(&mut input) {
            heard.push(match event {
                Event::Text(text) => String::from_utf8_lossy(text).into_owned(),
                Event::Pong(_) => "pong".into(),
                Event::Close { code, .. } => format!("close {}", code.unwrap_or(0)),
                other => panic!("a scripted session sent {other:?}"),
            });
        }
        heard
    }
}

/// Brings deliveries to the worker until a test says that there is no room.
struct Gate {
    inboxes: Inboxes,
    full: Arc<AtomicBool>,
}

impl Courier for Gate {
    fn has_room(&self, _: WorkerId) -> bool {
        !self.full.load(Ordering::Relaxed)
    }

    fn deliver(&self, worker: WorkerId, delivery: Delivery) {
        self.inboxes.deliver(worker, delivery);
    }
}

/// A house of one worker.
pub struct House {
    pub worker: Worker<PipeEnd>,
    pub mailbox: Mailbox,
    pub inboxes: Inboxes,
    pub steward: Steward,
    pub counters: Arc<Counters>,
    pub now: Now,
    /// While it is set, the broker can deliver nothing.
    pub full: Arc<AtomicBool>,
    opened: u8,
}

impl House {
    pub fn new() -> Self {
        Self::with(Limits::default())
    }

    pub fn with(limits: Limits) -> Self {
        Self::several(1, &limits, HallLimits::default()).remove(0)
    }

    /// Houses of one worker each that reach each other's, as the workers of one house do.
    pub fn several(count: u8, limits: &Limits, rooms: HallLimits) -> Vec<Self> {
        let (senders, mailboxes): (Vec<_>, Vec<_>) = (0..count).map(|_| inbox()).unzip();
        let inboxes = Inboxes::new(senders);
        let part = |(id, mailbox)| Self::part(WorkerId(id), mailbox, &inboxes, limits.clone(), rooms);
        (0..count).zip(mailboxes).map(part).collect()
    }

    fn part(id: WorkerId, mailbox: Mailbox, inboxes: &Inboxes, limits: Limits, rooms: HallLimits) -> Self {
        let full = Arc::new(AtomicBool::new(false));
        let gate = Gate { inboxes: inboxes.clone(), full: Arc::clone(&full) };
        let realm = RealmConfig::new("main", Preset::Centrifugo).with_key(KeyConfig::secret("secret"));
        let (realms, _) = RealmsConfig::of(realm).build().expect("a good realm");
        let anybody = TrustConfig { allow_no_token: true, ..TrustConfig::default() };
        let trust = realms.trust(&anybody).expect("one realm");
        let broker = MemoryBroker::new(Arc::new(gate), Default::default(), &mut SmallRng::seed_from_u64(1));
        let steward =
            Steward::new(trust.into(), KeyKeeper::default(), broker, Records::without_a_store(), |_| {
                unreachable!("an embedded broker is never waited for")
            });
        let counters = Arc::<Counters>::default();
        let now = Now::new(Moment::from_millis(1_000_000), 1_700_000_000_000);
        let surroundings = Surroundings {
            id,
            limits,
            rooms,
            steward: steward.clone(),
            inboxes: inboxes.clone(),
            seats: Seats::new(None, None),
            counters: Arc::clone(&counters),
        };
        let worker = Worker::new(surroundings, now);
        let inboxes = inboxes.clone();
        Self { worker, mailbox, inboxes, steward, counters, now, full, opened: 0 }
    }

    /// Opens a connection with that session.
    pub fn open(&mut self, script: impl FnMut(Input<'_>, &mut Outputs) + 'static) -> Peer {
        self.open_busy(Rc::default(), script)
    }

    /// Opens one whose session takes no messages while `busy` is set.
    pub fn open_busy(
        &mut self,
        busy: Rc<Cell<bool>>,
        script: impl FnMut(Input<'_>, &mut Outputs) + 'static,
    ) -> Peer {
        self.opened = self.opened.wrapping_add(1);
        let pipe = Rc::new(Pipe {
            room: Cell::new(usize::MAX),
            taken: RefCell::default(),
            writes: Cell::default(),
            wakes: Cell::default(),
            finished: Cell::default(),
        });
        let session = Scripted { script: Box::new(script), busy };
        let arrival = Arrival {
            link: PipeEnd(Rc::clone(&pipe)),
            session: AnySession::Scripted(session),
            outputs: Outputs::default(),
            client: ClientId::from_random([self.opened; 16]),
            writes_text: true,
            address_seat: None,
        };
        let id = self.worker.arrive(arrival, self.now);
        Peer { id, pipe }
    }

    /// Opens one that sends back what it is sent.
    pub fn open_echo(&mut self) -> Peer {
        self.open(|input, outputs| {
            if let Input::Message(message) = input {
                outputs.push(Output::Send(message.to_vec().into()));
            }
        })
    }

    /// Opens one that is subscribed to a channel and lets its publications follow at once.
    pub fn open_subscribed(&mut self, channel: &str) -> Peer {
        let key = key(channel);
        let peer = self.open(move |input, outputs| match input {
            Input::Message(b"subscribe") => outputs.push(subscribe(&key)),
            Input::Outcome(..) => outputs.push(Output::Release(key.clone())),
            _ => {}
        });
        self.say(&peer, "subscribe");
        self.settle();
        peer
    }

    /// The peer sends a message.
    pub fn say(&mut self, peer: &Peer, message: &str) {
        self.bytes(peer, &mut client::text(message.as_bytes(), [1, 2, 3, 4]));
    }

    /// The peer sends bytes.
    pub fn bytes(&mut self, peer: &Peer, bytes: &mut [u8]) {
        self.worker.received(peer.id, bytes, self.now);
    }

    /// Takes what is in the inbox.
    pub fn mails(&mut self) -> Vec<Mail> {
        let mut mails = Vec::new();
        self.mailbox.take(&mut mails, usize::MAX);
        mails
    }

    /// Reads all mail and sends what waits, until nothing is left to do.
    pub fn settle(&mut self) {
        loop {
            let mut mails = self.mails();
            let idle = mails.is_empty();
            self.worker.read_mail(&mut mails, self.now);
            while self.worker.flush(usize::MAX, self.now) {}
            if idle {
                return;
            }
        }
    }

    /// Time passes, in one step.
    pub fn pass(&mut self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).expect("a short time");
        self.now = Now::new(self.now.moment + time, self.now.unix_millis + millis);
        self.worker.turn(self.now);
        self.settle();
    }

    /// Bytes that wait for the peer.
    pub fn waiting(&self, peer: &Peer) -> usize {
        self.worker.connection_ref(peer.id).expect("a connection").outbox.len()
    }

    pub fn is_open(&self, peer: &Peer) -> bool {
        self.worker.connection_ref(peer.id).is_some()
    }

    /// Publishes from outside, without history.
    pub fn publish(&mut self, channel: &str, data: &str) {
        let publication = vestibule_model::Publication { data: data.to_owned().into(), ..Default::default() };
        let (key, options) = (key(channel), Default::default());
        now(self.steward.broker().publish(&key, publication, &options, self.now)).expect("room");
    }

    /// How many are present in the channel.
    pub fn present(&self, channel: &str) -> u32 {
        now(self.steward.broker().presence_stats(&key(channel), self.now)).expect("a broker").clients
    }
}

/// The result of a future that is ready at once.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("an embedded broker is never waited for"),
    }
}

pub fn key(channel: &str) -> ChannelKey {
    ChannelKey::new(&OrganisationId::from_verified("default"), Door::Centrifuge, channel)
}

/// The wish to subscribe, with presence and with news for the others.
pub fn subscribe(key: &ChannelKey) -> Output {
    wish(key, None)
}

/// The same, following the stream from where it stands.
pub fn follow(key: &ChannelKey) -> Output {
    wish(key, Some(Following { recover: None, meta_ttl: Duration::from_secs(600) }))
}

pub(super) fn wish(key: &ChannelKey, following: Option<Following>) -> Output {
    let info = ClientInfo {
        user: UserId::new("ann"),
        client: ClientId::from_random([7; 16]),
        connection: None,
        channel: None,
    };
    let subscribe = Subscribe {
        channel: key.clone(),
        form: Form::CentrifugeJson,
        grant: None,
        info: Arc::new(info),
        presence: true,
        announces: true,
        hears: false,
        following,
    };
    Output::Perform(Ticket(1), Effect::Subscribe(subscribe))
}
