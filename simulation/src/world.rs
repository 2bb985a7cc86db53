//! What happens next, and what has to be true when it is over.
//!
//! A world has two parts. First everything happens in any order, with faults. Then comes peace: nothing is published
//! any more, no wire breaks, everyone reads. Now every client has to come to the top of every stream it follows;
//! then they leave, and nothing may be left of them.

mod events;
mod faults;
mod peace;
mod tally;

use std::time::Duration;

use vestibule_broker::Broker;
use vestibule_doors::centrifuge::wire::Encoding;
use vestibule_model::{Moment, Now};

use crate::Checked;
use crate::client::{Client, Scene};
use crate::dice::Dice;
use crate::house::{House, OBSERVER, at_once, channel};
use crate::ledger::Ledger;
use crate::wire::Wire;

pub use tally::Tally;

/// So many things happen before there is peace.
const EVENTS: usize = 700;

/// The channels of every world.
const CHANNELS: [&str; 5] = ["kept:a", "kept:b", "fleeting:a", "token:a", "ordered:a"];

/// When every world begins.
const START: Now = Now::new(Moment::from_millis(1_000_000), 1_700_000_000_000);

/// A world.
pub struct World {
    dice: Dice,
    now: Now,
    house: House,
    clients: Vec<Client>,
    ledger: Ledger,
    tally: Tally,
    /// The worker that is going away.
    draining: Option<usize>,
    /// Deliveries get lost, or come again, between the broker and the workers.
    lossy: bool,
    /// Until then the broker takes nothing.
    full_until: Moment,
    /// Nothing goes wrong any more.
    peaceful: bool,
    /// Says what happens.
    watched: bool,
}

impl World {
    /// The world of that seed.
    pub fn new(seed: u64, watched: bool) -> Self {
        let mut dice = Dice::new(seed);
        let house = House::new(&mut dice, START);
        let clients = (0..3 + dice.pick(3)).map(|index| Self::client(index, &mut dice)).collect();
        let lossy = dice.once_in(4);
        house.observer.set_thief(lossy.then(|| dice.fork()));
        for name in CHANNELS {
            at_once(house.broker().subscribe(OBSERVER, &channel(name))).expect("an embedded broker");
        }
        Self {
            dice,
            now: START,
            house,
            clients,
            ledger: Ledger::default(),
            tally: Tally::default(),
            draining: None,
            lossy,
            full_until: Moment::ZERO,
            peaceful: false,
            watched,
        }
    }

    fn client(index: usize, dice: &mut Dice) -> Client {
        let encoding = if dice.once_in(2) { Encoding::Json } else { Encoding::Protobuf };
        let wanted: Vec<&str> = CHANNELS[..3].iter().copied().filter(|_| !dice.once_in(3)).collect();
        let named: &[&str] = if dice.once_in(2) { &["token:a"] } else { &[] };
        Client::new(format!("user{}", index / 2), encoding, &wanted, named, dice)
    }

    /// Lets it happen.
    ///
    /// # Errors
    /// When something happened that must not.
    pub fn run(mut self) -> Checked<Tally> {
        for _ in 0..EVENTS {
            self.happen()?;
            self.write_down()?;
        }
        self.make_peace()?;
        self.catch_up()?;
        self.part()?;
        self.forget()?;
        Ok(self.tally)
    }

    /// Writes down what was published, before anybody can hear of it.
    fn write_down(&mut self) -> Checked {
        let seen = self.house.observer.take();
        self.tally.published += seen.len();
        self.ledger.absorb(seen, &self.house.retention, self.now.moment)
    }

    fn pass(&mut self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).expect("a short time");
        self.now = Now::new(self.now.moment + time, self.now.unix_millis + millis);
        if self.full_until <= self.now.moment {
            self.house.observer.set_full(false);
        }
    }

    /// One client with what it sees of the world.
    fn with<T>(&mut self, index: usize, act: impl FnOnce(&mut Client, &mut Scene<'_>) -> T) -> T {
        let mut scene = Scene {
            ledger: &self.ledger,
            steward: &self.house.steward,
            key: &self.house.key,
            retention: &self.house.retention,
            lossy: self.lossy,
            now: self.now,
            dice: &mut self.dice,
            tally: &mut self.tally,
        };
        act(&mut self.clients[index], &mut scene)
    }

    /// Clients do what time demands of them.
    fn clients_act(&mut self) {
        for index in 0..self.clients.len() {
            if self.clients[index].wants_to_connect(self.now) {
                self.connect(index);
            }
            self.with(index, Client::act);
        }
    }

    fn connect(&mut self, index: usize) {
        let open = |worker: &usize| Some(*worker) != self.draining;
        let workers: Vec<usize> = (0..self.house.workers.len()).filter(open).collect();
        let worker = *self.dice.one_of(&workers);
        let capacity = 400 + self.dice.pick(4_000);
        let wire = Wire::new(capacity, !self.peaceful, self.dice.fork());
        let encoding = self.clients[index].encoding;
        self.house.open(worker, &wire, encoding, &mut self.dice, self.now);
        self.with(index, |client, scene| client.connect(wire, scene));
    }

    fn say(&self, what: &dyn Fn() -> String) {
        if self.watched {
            #[expect(clippy::print_stderr, reason = "a person watches")]
            {
                eprintln!("{:>9} {}", self.now.moment.as_millis() - START.moment.as_millis(), what());
            }
        }
    }
}
