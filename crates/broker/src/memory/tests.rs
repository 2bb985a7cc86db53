//! The suite, and what is special to the embedded broker: its bounds, its memory, its locks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use bytes::Bytes;
use vestibule_model::{Delivery, IDEMPOTENCY_WINDOW, Moment, Retention};

use super::*;
use crate::suite::*;

/// An embedded broker in virtual time.
pub(super) struct Embedded {
    broker: MemoryBroker,
    inboxes: Arc<Inboxes>,
    now: Now,
    sweeps: bool,
}

impl Embedded {
    /// Swept whenever time has passed.
    pub(super) fn swept() -> Self {
        Self::with(Limits::default())
    }

    /// Never swept: what has expired must not be seen all the same.
    fn unswept() -> Self {
        Self { sweeps: false, ..Self::swept() }
    }

    fn with(limits: Limits) -> Self {
        let inboxes = Arc::new(Inboxes::default());
        let broker = MemoryBroker::new(inboxes.clone(), limits, &mut SmallRng::seed_from_u64(1));
        Self { broker, inboxes, now: Now::new(Moment::ZERO, 1_700_000_000_000), sweeps: true }
    }

    pub(super) fn later(&mut self, time: Duration) {
        let passed = i64::try_from(time.as_millis()).unwrap();
        self.now = Now::new(self.now.moment + time, self.now.unix_millis + passed);
    }

    /// Channels that are held, and of these the ones that are on an agenda.
    pub(super) fn held(&self) -> (usize, usize) {
        let sizes = self.broker.partitions.iter().map(|partition| lock(partition).sizes());
        sizes.fold((0, 0), |(channels, due), (c, d)| (channels + c, due + d))
    }
}

impl Harness for Embedded {
    type Broker = MemoryBroker;

    fn broker(&self) -> &MemoryBroker {
        &self.broker
    }

    fn inboxes(&self) -> &Inboxes {
        &self.inboxes
    }

    fn now(&self) -> Now {
        self.now
    }

    async fn pass(&mut self, time: Duration) {
        self.later(time);
        if self.sweeps {
            self.broker.sweep(self.now);
        }
    }

    async fn settle(&self) {}
}

mod swept {
    use super::*;
    crate::broker_suite!(run: at_once, open: Embedded::swept);
}

mod unswept {
    use super::*;
    crate::broker_suite!(run: at_once, open: Embedded::unswept);
}

fn once(key: &str) -> PublishOptions {
    PublishOptions { idempotency_key: Some(key.into()), ..PublishOptions::default() }
}

fn publish_now(
    h: &Embedded,
    name: &str,
    data: &str,
    options: &PublishOptions,
) -> Result<Published, BrokerError> {
    at_once(publish(h, &channel(name), text(data), options))
}

#[test]
fn nothing_is_left_of_a_channel_when_all_have_gone_and_all_has_expired() {
    let (mut h, news) = (Embedded::swept(), channel("news"));
    at_once(async {
        subscribe(&h, FIRST, &news).await;
        h.broker.enter(&news, &client("ann", 1), h.now).await.unwrap();
        publish(&h, &news, text("a"), &keep_once("key")).await.unwrap();
        h.broker.unsubscribe(FIRST, &news).await.unwrap();
        h.broker.leave(&news, client("ann", 1).client).await.unwrap();
    });
    assert_eq!(h.held(), (1, 1));
    at_once(h.pass(RETENTION.ttl));
    assert_eq!(h.broker.usage().history_bytes, 0);
    at_once(h.pass(IDEMPOTENCY_WINDOW));
    assert_eq!(h.broker.usage().repeat_bytes, 0);
    assert_eq!(h.held(), (1, 1), "the position is left");
    at_once(h.pass(META_TTL));
    assert_eq!(h.held(), (0, 0));
    assert_eq!(h.broker.usage(), Usage::default());
}

#[test]
fn publishing_to_nobody_without_history_leaves_nothing_behind() {
    let h = Embedded::swept();
    publish_now(&h, "news", "a", &PublishOptions::default()).unwrap();
    assert_eq!(h.held(), (0, 0));
}

#[test]
fn a_channel_is_on_the_agenda_once_however_often_its_deadlines_move() {
    let mut h = Embedded::swept();
    let short = Retention { size: 5, ttl: Duration::from_secs(1), meta_ttl: META_TTL };
    for round in 0..100 {
        let options = PublishOptions { retention: Some(short), ..once(&round.to_string()) };
        publish_now(&h, "news", "a", &options).unwrap();
        publish_now(&h, "news", "b", &keep()).unwrap();
        at_once(h.pass(Duration::from_millis(1_500)));
        assert_eq!(h.held(), (1, 1));
    }
}

#[test]
fn a_channel_beyond_the_limit_is_refused_until_another_one_goes() {
    let h = Embedded::with(Limits { channels: 2, ..Limits::default() });
    at_once(async {
        subscribe(&h, FIRST, &channel("a")).await;
        subscribe(&h, FIRST, &channel("b")).await;
        subscribe(&h, SECOND, &channel("b")).await;
        let c = channel("c");
        assert_eq!(h.broker.subscribe(FIRST, &c).await, Err(BrokerError::Overloaded));
        assert_eq!(history(&h, &c, &everything()).await, Err(BrokerError::Overloaded));
        assert_eq!(h.broker.enter(&c, &client("ann", 1), h.now).await, Err(BrokerError::Overloaded));
        assert_eq!(publish(&h, &c, text("x"), &keep()).await, Err(BrokerError::Overloaded));
        assert!(publish(&h, &c, text("x"), &PublishOptions::default()).await.is_ok(), "nothing to remember");
        h.broker.unsubscribe(FIRST, &channel("a")).await.unwrap();
        subscribe(&h, FIRST, &c).await;
    });
    assert_eq!(h.broker.usage().channels, 2);
}

#[test]
fn a_publication_beyond_the_bytes_for_history_is_refused_until_others_expire() {
    let room = 2 * stream::cost(&text("four"));
    let mut h = Embedded::with(Limits { history_bytes: room, ..Limits::default() });
    publish_now(&h, "a", "four", &keep()).unwrap();
    publish_now(&h, "b", "four", &keep()).unwrap();
    assert_eq!(publish_now(&h, "c", "", &keep_once("key")), Err(BrokerError::Overloaded));
    assert_eq!(h.broker.usage(), Usage { channels: 2, history_bytes: room, repeat_bytes: 0 });
    at_once(h.pass(RETENTION.ttl));
    publish_now(&h, "c", "", &keep_once("key")).unwrap();
}

#[test]
fn a_key_beyond_the_bytes_for_repeats_is_refused_until_others_expire() {
    let mut h = Embedded::with(Limits { repeat_bytes: repeats::cost("one"), ..Limits::default() });
    publish_now(&h, "a", "x", &once("one")).unwrap();
    assert_eq!(publish_now(&h, "a", "x", &once("two")), Err(BrokerError::Overloaded));
    assert!(publish_now(&h, "a", "x", &once("one")).unwrap().suppressed, "what is known is answered");
    at_once(h.pass(IDEMPOTENCY_WINDOW));
    assert!(!publish_now(&h, "a", "x", &once("two")).unwrap().suppressed);
}

#[test]
fn a_channel_whose_last_key_is_found_expired_by_a_refused_publish_is_off_the_agenda() {
    let mut h = Embedded::with(Limits { history_bytes: 0, ..Limits::default() });
    publish_now(&h, "a", "x", &once("one")).unwrap();
    h.later(IDEMPOTENCY_WINDOW);
    assert_eq!(publish_now(&h, "a", "x", &keep()), Err(BrokerError::Overloaded));
    assert_eq!(h.held(), (0, 0));
}

#[test]
fn a_history_longer_than_the_limit_is_not_supported() {
    let h = Embedded::with(Limits { history_size: RETENTION.size - 1, ..Limits::default() });
    assert_eq!(publish_now(&h, "a", "x", &keep()), Err(BrokerError::NotSupported));
    assert_eq!(h.held(), (0, 0));
}

#[test]
fn labels_count_as_bytes_of_the_history() {
    let plain = Publication { data: Bytes::from_static(b"abc"), ..Publication::default() };
    let labelled = Publication { tags: Some(Arc::new([("k".into(), "vw".into())].into())), ..plain.clone() };
    assert_eq!(stream::cost(&labelled) - stream::cost(&plain), 3);
}

#[test]
fn a_sweep_takes_a_bounded_number_of_steps_and_the_next_ones_do_the_rest() {
    let mut h = Embedded::with(Limits { sweep_batch: 3, ..Limits::default() });
    let channels = 20 * PARTITIONS;
    (0..channels).for_each(|n| drop(publish_now(&h, &n.to_string(), "x", &keep()).unwrap()));
    h.later(META_TTL);
    let mut held = channels;
    for _ in 0..channels {
        h.broker.sweep(h.now);
        let (left, _) = h.held();
        assert!(held - left <= 2 * PARTITIONS, "two channels of one publication each are four steps");
        held = left;
    }
    assert_eq!(held, 0);
}

#[test]
fn the_same_dice_make_the_same_epochs() {
    let epochs = || {
        let h = Embedded::swept();
        ["a", "b", "c"].map(|name| at_once(top(&h, &channel(name))).epoch)
    };
    assert_eq!(epochs(), epochs());
}

#[test]
fn publishers_on_several_threads_are_seen_in_one_order_by_all_workers() {
    const EACH: u64 = 500;
    let (h, news) = (Embedded::swept(), channel("news"));
    let workers = [0, 1, 63].map(WorkerId);
    workers.iter().for_each(|&worker| at_once(subscribe(&h, worker, &news)));
    std::thread::scope(|scope| {
        for publisher in ["a", "b", "c"] {
            let (h, news) = (&h, &news);
            scope.spawn(move || (0..EACH).for_each(|_| drop(at_once(kept(h, news, publisher)))));
        }
    });
    let seen = workers.map(|worker| at_once(seen(&h, worker)));
    let offsets = seen[0].iter().map(|label| label.split('@').nth(1).unwrap().parse::<u64>().unwrap());
    assert!(offsets.eq(1..=3 * EACH));
    assert!(seen.iter().all(|other| *other == seen[0]));
}

/// A courier with a bug, for as long as it is told so.
#[derive(Default)]
struct Clumsy {
    stumbles: AtomicBool,
    inboxes: Inboxes,
}

impl Courier for Clumsy {
    fn has_room(&self, worker: WorkerId) -> bool {
        self.inboxes.has_room(worker)
    }

    fn deliver(&self, worker: WorkerId, delivery: Delivery) {
        assert!(!self.stumbles.load(Relaxed), "stumbled");
        self.inboxes.deliver(worker, delivery);
    }
}

#[test]
fn a_panic_under_the_lock_costs_one_publish_and_not_the_channel() {
    let (courier, news) = (Arc::new(Clumsy::default()), channel("news"));
    let broker = MemoryBroker::new(courier.clone(), Limits::default(), &mut SmallRng::seed_from_u64(1));
    let now = Now::new(Moment::ZERO, 0);
    let publish = |data| at_once(broker.publish(&news, text(data), &keep(), now));
    at_once(broker.subscribe(FIRST, &news)).unwrap();
    courier.stumbles.store(true, Relaxed);
    assert!(catch_unwind(AssertUnwindSafe(|| publish("a"))).is_err());
    courier.stumbles.store(false, Relaxed);
    assert_eq!(publish("b").unwrap().position.unwrap().offset, 2);
    assert_eq!(courier.inboxes.take(FIRST).len(), 1);

    at_once(broker.unsubscribe(FIRST, &news)).unwrap();
    broker.sweep(Now::new(now.moment + META_TTL, 0));
    assert_eq!(broker.usage(), Usage::default(), "the channel was on the agenda all the same");
}
