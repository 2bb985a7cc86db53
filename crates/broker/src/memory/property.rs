//! The embedded broker against a model that is too simple to be wrong, over random lives of a channel.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vestibule_model::{
    Epoch, HistoryQuery, IDEMPOTENCY_WINDOW, Position, Publication, PublishOptions, Retention,
};

use super::Usage;
use super::tests::Embedded;
use crate::suite::*;
use crate::{Broker, BrokerError};

/// Short enough that the publications and the position often end within a run.
const META: Duration = Duration::from_secs(8);

#[derive(Clone, Debug)]
enum Step {
    Publish { size: u32, ttl: u64, key: Option<u8>, version: u64 },
    PublishUnkept,
    Pass(Duration),
    Sweep,
    Remove,
    Read { offset: Option<u64>, limit: Option<u32>, reverse: bool },
    Follow,
}

fn step() -> impl Strategy<Value = Step> {
    let publish = (1..5_u32, 1..7_u64, prop::option::weighted(0.2, 0..3_u8), 0..4_u64)
        .prop_map(|(size, ttl, key, version)| Step::Publish { size, ttl, key, version });
    let read = (prop::option::of(0..20_u64), prop::option::of(0..5_u32), any::<bool>())
        .prop_map(|(offset, limit, reverse)| Step::Read { offset, limit, reverse });
    prop_oneof![
        8 => publish,
        1 => Just(Step::PublishUnkept),
        4 => (0..4_000_u64).prop_map(|millis| Step::Pass(Duration::from_millis(millis))),
        1 => Just(Step::Pass(META)),
        1 => Just(Step::Pass(IDEMPOTENCY_WINDOW)),
        3 => Just(Step::Sweep),
        1 => Just(Step::Remove),
        6 => read,
        6 => Just(Step::Follow),
    ]
}

/// One life of the stream; times are milliseconds.
#[derive(Default)]
struct Life {
    kept: Vec<(u64, String)>,
    top: u64,
    version: u64,
    expires: u64,
    forgotten: u64,
}

/// Where something stands: in which life of the stream, at which offset.
type Place = (usize, u64);

#[derive(Default)]
struct Model {
    now: u64,
    /// The last one is the stream as it is now, if its time has not come.
    lives: Vec<Life>,
    keys: Vec<(u8, u64, Place)>,
    delivered: Vec<String>,
}

impl Model {
    fn at(&self, time: Duration) -> u64 {
        self.now + u64::try_from(time.as_millis()).unwrap()
    }

    /// The stream as it is now, after an access.
    fn life(&mut self) -> &mut Life {
        let (now, forgotten) = (self.now, self.at(META));
        if self.lives.last().is_none_or(|life| life.forgotten <= now) {
            self.lives.push(Life { forgotten, ..Life::default() });
        }
        let life = self.lives.last_mut().unwrap();
        if life.expires <= now {
            life.kept.clear();
        }
        life
    }

    fn place(&self) -> Place {
        (self.lives.len(), self.lives.last().unwrap().top)
    }

    /// Where the publication stands, and whether it was suppressed.
    fn publish(&mut self, text: &str, size: u32, ttl: u64, key: Option<u8>, version: u64) -> (Place, bool) {
        let now = self.now;
        let known = self.keys.iter().find(|(k, until, _)| Some(*k) == key && now < *until);
        if let Some((_, _, place)) = known {
            return (*place, true);
        }
        let alive = self.lives.last().is_some_and(|life| now < life.forgotten);
        if alive && version > 0 && version <= self.life().version {
            return (self.place(), true);
        }
        let (forgotten, expires) = (self.at(META), self.at(Duration::from_secs(ttl)));
        let life = self.life();
        life.top += 1;
        life.kept.push((life.top, format!("{text}@{}", life.top)));
        let surplus = life.kept.len().saturating_sub(size as usize);
        life.kept.drain(..surplus);
        life.version = if version > 0 { version } else { life.version };
        (life.expires, life.forgotten) = (expires, forgotten);
        let label = life.kept.last().unwrap().1.clone();
        self.delivered.push(label);
        let until = self.at(IDEMPOTENCY_WINDOW);
        let place = self.place();
        if let Some(key) = key {
            self.keys.retain(|(k, ..)| *k != key);
            self.keys.push((key, until, place));
        }
        (place, false)
    }

    fn read(&mut self, offset: Option<u64>, limit: Option<u32>, reverse: bool) -> Vec<String> {
        let forgotten = self.at(META);
        let life = self.life();
        life.forgotten = forgotten;
        let mut found: Vec<_> = match offset {
            None => life.kept.clone(),
            Some(offset) if reverse => {
                let connected = life.kept.iter().any(|(o, _)| *o + 1 == offset);
                life.kept.iter().filter(|(o, _)| connected && *o < offset).cloned().collect()
            }
            Some(offset) => life.kept.iter().filter(|(o, _)| *o > offset).cloned().collect(),
        };
        if reverse {
            found.reverse();
        }
        found.truncate(limit.map_or(usize::MAX, |limit| limit as usize));
        found.into_iter().map(|(_, label)| label).collect()
    }
}

/// The broker and the model, side by side.
struct Pair {
    broker: Embedded,
    model: Model,
    /// What the broker calls the lives of the model.
    epochs: BTreeMap<usize, Epoch>,
    texts: u32,
    /// Up to where a reader that follows the stream has read, and in which life.
    reader: Option<(usize, Position)>,
}

impl Pair {
    fn new() -> Self {
        let broker = Embedded::swept();
        at_once(subscribe(&broker, FIRST, &channel("news")));
        Self { broker, model: Model::default(), epochs: BTreeMap::new(), texts: 0, reader: None }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Publish { size, ttl, key, version } => self.publish(size, ttl, key, version),
            Step::PublishUnkept => self.publish_unkept(),
            Step::Pass(time) => {
                self.broker.later(time);
                self.model.now = self.model.at(time);
            }
            Step::Sweep => self.broker.broker().sweep(self.broker.now()),
            Step::Remove => {
                at_once(self.broker.broker().remove_history(&channel("news"))).unwrap();
                if let Some(life) = self.model.lives.last_mut() {
                    life.kept.clear();
                }
            }
            Step::Read { offset, limit, reverse } => {
                let expected = self.model.read(offset, limit, reverse);
                let since = offset.map(|offset| Position { offset, epoch: Epoch::new("") });
                let (found, top) = self.read(&HistoryQuery { since, limit, reverse }).unwrap();
                assert_eq!(found, expected);
                self.check_place(&top, self.model.place());
            }
            Step::Follow => self.follow(),
        }
    }

    /// When the last subscriber has gone and all has expired, nothing is held and every byte was given back.
    fn end(mut self) {
        at_once(self.broker.broker().unsubscribe(FIRST, &channel("news"))).unwrap();
        self.broker.later(IDEMPOTENCY_WINDOW + META);
        self.broker.broker().sweep(self.broker.now());
        assert_eq!(self.broker.held(), (0, 0));
        assert_eq!(self.broker.broker().usage(), Usage::default());
    }

    fn next_text(&mut self) -> String {
        self.texts += 1;
        self.texts.to_string()
    }

    fn publish(&mut self, size: u32, ttl: u64, key: Option<u8>, version: u64) {
        let data = self.next_text();
        let options = PublishOptions {
            retention: Some(Retention { size, ttl: Duration::from_secs(ttl), meta_ttl: META }),
            idempotency_key: key.map(|key| key.to_string().into()),
            version_epoch: None,
        };
        let sent = Publication { version, ..text(&data) };
        let published = at_once(publish(&self.broker, &channel("news"), sent, &options)).unwrap();
        let (place, suppressed) = self.model.publish(&data, size, ttl, key, version);
        assert_eq!(published.suppressed, suppressed);
        self.check_place(&published.position.unwrap(), place);
    }

    fn publish_unkept(&mut self) {
        let data = self.next_text();
        let options = PublishOptions::default();
        let published = at_once(publish(&self.broker, &channel("news"), text(&data), &options)).unwrap();
        assert_eq!(published.position, None);
        self.model.delivered.push(data);
    }

    fn read(&self, query: &HistoryQuery) -> Result<(Vec<String>, Position), BrokerError> {
        let page = at_once(self.broker.broker().history(&channel("news"), query, META, self.broker.now()))?;
        Ok((page.publications.iter().map(|publication| label(publication)).collect(), page.top))
    }

    /// Reads on from where the reader is. It gets every publication that is still kept, once, and can tell whether
    /// it has missed some.
    fn follow(&mut self) {
        let offset = self.reader.as_ref().map(|(_, position)| position.offset);
        let expected = self.model.read(offset, None, false);
        let life = self.model.lives.len();
        let since = self.reader.as_ref().map(|(_, position)| position.clone());
        match (self.read(&HistoryQuery { since, ..everything() }), self.reader.take()) {
            (Err(error), Some((ended, _))) => {
                assert_eq!(error, BrokerError::Unrecoverable);
                assert_ne!(ended, life, "the life that it had read goes on");
            }
            (Ok((found, top)), reader) => {
                assert!(reader.is_none_or(|(read, _)| read == life), "the life that it had read is over");
                assert_eq!(found, expected);
                let first = top.offset + 1 - found.len() as u64;
                assert!(
                    found.iter().map(|label| offset_of(label)).eq(first..=top.offset),
                    "holes in {found:?}"
                );
                self.check_place(&top, self.model.place());
                self.reader = Some((life, top));
            }
            (Err(error), None) => panic!("everything can always be read: {error}"),
        }
    }

    /// A place in the model has one name in the broker, and no two lives share one.
    fn check_place(&mut self, position: &Position, (life, offset): Place) {
        assert_eq!(position.offset, offset);
        let known = self.epochs.iter().find(|(_, epoch)| **epoch == position.epoch);
        assert!(known.is_none_or(|(known, _)| *known == life), "a life has the name of another one");
        let epoch = self.epochs.entry(life).or_insert_with(|| position.epoch.clone());
        assert_eq!(*epoch, position.epoch);
    }
}

fn offset_of(label: &str) -> u64 {
    let (_, offset) = label.split_once('@').expect("what is kept has a position");
    offset.parse().unwrap()
}

proptest! {
    // The same cases in every run: a failure here is about the change at hand.
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_life_of_a_channel_is_as_the_model_says(steps in prop::collection::vec(step(), 1..60)) {
        let mut pair = Pair::new();
        steps.iter().for_each(|step| pair.take(step));
        assert_eq!(at_once(seen(&pair.broker, FIRST)), pair.model.delivered);
        pair.end();
    }
}
