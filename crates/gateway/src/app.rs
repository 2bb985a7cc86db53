//! Puts the house together, and takes it down.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread::{JoinHandle, available_parallelism};
use std::time::Duration;

use tokio::select;
use tokio::sync::mpsc;
use tokio::time::interval;
use vestibule_auth::{Realms, RealmsConfig, Trust, TrustConfig};
use vestibule_broker::memory::{Limits as BrokerLimits, MemoryBroker};
use vestibule_broker::{Broker, WorkerId};
use vestibule_doors::centrifuge::rules::Rules;
use vestibule_store::Location;

use crate::api::{self, Api, ExchangeSettings, IssuingSettings};
use crate::clock::Clock;
use crate::config::{CentrifugeSettings, Settings, SignalSettings, StoreSettings};
use crate::keys::KeyKeeper;
use crate::office::Office;
use crate::steward::{Errand, Records, SignalTrusts, Steward, Trusts};
use crate::telemetry::Counters;
use crate::transport::{
    CentrifugeDoor, Listener, Lobby, Origins, SignalDoor, Site, Stops, Street, Turnstile, WorkerThread, bind,
    start,
};
use crate::worker::{AddressSeats, HallLimits, Inboxes, Mailbox, Seats, Surroundings, inbox};

mod failure;
mod goodbye;

pub use failure::StartFailure;

/// A house with its doors open.
pub struct House {
    address: SocketAddr,
    inboxes: Inboxes,
    counters: Vec<Arc<Counters>>,
    threads: Vec<JoinHandle<()>>,
    steward: Steward,
    /// Closed last, when nobody is left who could ask for anything.
    _office: Office,
    clock: Clock,
    stops: Stops,
    /// How long a graceful stop may take.
    grace: Duration,
}

impl House {
    /// Opens the house.
    ///
    /// # Errors
    /// What the operator has to mend: realms that make no sense, an address that cannot be had.
    pub fn open(settings: Settings) -> Result<Self, StartFailure> {
        let (address, listeners) = listen(settings.listen, workers(settings.workers))?;
        let streets = listeners.into_iter().map(Street::Port).collect();
        let (mut house, _) = Self::build(settings, streets, false)?;
        house.address = address;
        Ok(house)
    }

    /// Opens a house that listens nowhere: whoever comes is led in from somebody else's server, by the lobby.
    ///
    /// # Errors
    /// What the operator has to mend: keys and realms that make no sense.
    pub fn embed(settings: Settings) -> Result<(Self, Arc<Lobby>), StartFailure> {
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..workers(settings.workers)).map(|_| mpsc::unbounded_channel()).unzip();
        let streets = receivers.into_iter().map(Street::Lobby).collect();
        let (house, site) = Self::build(settings, streets, true)?;
        let lobby = Lobby::new(site, house.clock, senders);
        Ok((house, lobby))
    }

    /// Builds it with a worker at the end of each street. A guest in another server leaves that one's other paths alone.
    fn build(
        settings: Settings,
        streets: Vec<Street>,
        is_guest: bool,
    ) -> Result<(Self, Arc<Site>), StartFailure> {
        let clock = Clock::start();
        let count = streets.len();
        let (senders, mailboxes): (Vec<_>, Vec<_>) = (0..count).map(|_| inbox()).unzip();
        let inboxes = Inboxes::new(senders);
        let counters: Vec<Arc<Counters>> = (0..count).map(|_| Arc::default()).collect();
        let office = Office::open().map_err(StartFailure::Thread)?;
        let realms = realms(settings.realms.clone())?;
        let trusts = trusts(&realms, &settings)?;
        let keys = fetch_keys(&realms, &office, clock)?;
        let broker = MemoryBroker::new(Arc::new(inboxes.clone()), BrokerLimits::default(), &mut rand::rng());
        let records = open_records(&settings.store, &office, clock)?;
        let steward = Steward::new(trusts, keys.clone(), broker, records, go_on_beside_the_worker);
        let rules = Arc::new(settings.centrifuge.rules.clone());
        let (turnstile, address_seats) = bounds(&settings, &counters);
        let api = Api {
            settings: settings.api,
            health: settings.health,
            metrics: settings.metrics,
            demo: settings.demo,
            signal: settings.signal.as_ref().map(|signal| signal.http.clone()),
            exchanges: exchanges(&settings.issuing, &realms)?,
            issuing: settings.issuing,
            node: settings.node,
            rules: Arc::clone(&rules),
            steward: steward.clone(),
            keys,
            inboxes: inboxes.clone(),
            counters: counters.clone(),
            longest_token: realms.longest_life(),
            clock_skew: realms.clock_skew(),
            clock,
        };
        let site = Arc::new(Site {
            centrifuge: door(settings.centrifuge, rules)?,
            signal: settings.signal.as_ref().map(signal_door).transpose()?,
            router: if is_guest { api::guest_router(&api) } else { api::router(api) },
            turnstile,
            address_seats,
            proxies: settings.proxies,
            head_timeout: settings.head_timeout,
        });
        let seats = seats(settings.connections_per_user, settings.signal.as_ref());
        let stops = Stops::default();
        let part = |(index, (mailbox, street)): (usize, (Mailbox, Street))| WorkerThread {
            surroundings: Surroundings {
                id: WorkerId(u8::try_from(index).expect("there are at most 64 workers")),
                limits: settings.limits.clone(),
                rooms: hall_limits(settings.signal.as_ref(), count),
                steward: steward.clone(),
                inboxes: inboxes.clone(),
                seats: seats.clone(),
                counters: Arc::clone(&counters[index]),
            },
            mailbox,
            street,
            site: Arc::clone(&site),
            clock,
            stops: stops.clone(),
        };
        let parts = mailboxes.into_iter().zip(streets).enumerate().map(part);
        let threads = parts.map(start).collect::<io::Result<_>>().map_err(StartFailure::Thread)?;
        let (_office, grace, address) = (office, settings.shutdown, settings.listen);
        Ok((Self { address, inboxes, counters, threads, steward, _office, clock, stops, grace }, site))
    }

    /// Keeps the house until `stop` comes, then closes it. False when it had to close because a worker died: that is a
    /// bug of ours, and a fresh process is better than a house with a missing wall.
    pub async fn keep(self, stop: impl Future<Output = ()>) -> bool {
        let died = select! {
            () = stop => false,
            () = self.stops.died.cancelled() => true,
            () = self.tidy() => unreachable!("a house is tidied for ever"),
        };
        self.close().await;
        !died
    }

    /// Lets the broker forget what has expired.
    async fn tidy(&self) {
        let mut seconds = interval(Duration::from_secs(1));
        loop {
            seconds.tick().await;
            self.steward.broker().sweep(self.clock.now());
        }
    }

    /// What its workers count.
    pub fn counters(&self) -> &[Arc<Counters>] {
        &self.counters
    }

    /// Its clock.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A house that was not closed ends without a goodbye.
impl Drop for House {
    fn drop(&mut self) {
        self.stops.closing.cancel();
        self.stops.ending.cancel();
    }
}

/// The routes at which tokens are issued, each with its realms.
fn exchanges(
    issuing: &IssuingSettings,
    realms: &Realms,
) -> Result<Vec<(ExchangeSettings, Trust, Origins)>, StartFailure> {
    let open = |settings: &ExchangeSettings| {
        let trust = realms.trust(&settings.trust).map_err(StartFailure::Realms)?;
        let origins = Origins::new(&settings.allowed_origins).map_err(StartFailure::Origins)?;
        Ok((settings.clone(), trust, origins))
    };
    issuing.exchanges.iter().map(open).collect()
}

fn door(settings: CentrifugeSettings, rules: Arc<Rules>) -> Result<CentrifugeDoor, StartFailure> {
    let origins = Origins::new(&settings.allowed_origins).map_err(StartFailure::Origins)?;
    Ok(CentrifugeDoor { path: settings.path, enabled: settings.enabled, origins, rules })
}

/// How many connections are let in, altogether and from one address.
fn bounds(settings: &Settings, counters: &[Arc<Counters>]) -> (Turnstile, AddressSeats) {
    let all = Turnstile::new(settings.connections, settings.connections_per_second, counters.to_vec());
    let of_each =
        AddressSeats::new(settings.connections_per_address, settings.connections_per_address_per_second);
    (all, of_each)
}

/// How many connections users and room tokens may have.
fn seats(of_users: Option<NonZeroU32>, signal: Option<&SignalSettings>) -> Seats {
    Seats::new(of_users, signal.and_then(|signal| signal.connections_per_token))
}

/// A listener for each worker, all at one address.
fn listen(wanted: SocketAddr, workers: usize) -> Result<(SocketAddr, Vec<Listener>), StartFailure> {
    let fault = |error| StartFailure::Listen(wanted, error);
    let listeners = bind(wanted, workers).map_err(fault)?;
    Ok((listeners[0].local_addr().map_err(fault)?, listeners))
}

fn go_on_beside_the_worker(errand: Errand) {
    tokio::task::spawn_local(errand);
}

fn fetch_keys(realms: &Realms, office: &Office, clock: Clock) -> Result<KeyKeeper, StartFailure> {
    let published = realms.iter().filter_map(|realm| realm.published()).cloned();
    KeyKeeper::open(published, &office.handle(), clock).map_err(StartFailure::Keys)
}

fn signal_door(settings: &SignalSettings) -> Result<SignalDoor, StartFailure> {
    let origins = Origins::new(&settings.allowed_origins).map_err(StartFailure::Origins)?;
    Ok(SignalDoor { path: settings.http.path.clone(), origins, rules: Arc::new(settings.rules.clone()) })
}

/// Each worker has its share of the rooms.
fn hall_limits(settings: Option<&SignalSettings>, workers: usize) -> HallLimits {
    let limits = |signal: &SignalSettings| HallLimits {
        rooms: signal.rooms.div_ceil(workers.max(1)),
        room: signal.rules.room,
    };
    settings.map(limits).unwrap_or_default()
}

/// What is kept, with somebody who looks after it.
fn open_records(settings: &StoreSettings, office: &Office, clock: Clock) -> Result<Records, StartFailure> {
    let StoreSettings { location, revocations } = settings;
    if *location == Location::Memory {
        tracing::info!(
            "store.path is \":memory:\": revocations and blocks are forgotten when the process ends"
        );
    }
    let office = office.handle();
    let opening = Records::open(location, *revocations, office.clone(), clock.now().unix);
    let records = office.block_on(opening).map_err(StartFailure::Records)?;
    office.spawn(records.clone().tidy(clock));
    Ok(records)
}

/// The realms; what is legal but unwise about them is said.
fn realms(config: RealmsConfig) -> Result<Realms, StartFailure> {
    let (realms, warnings) = config.build().map_err(StartFailure::Realms)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    Ok(realms)
}

/// The realms that each door trusts.
fn trusts(realms: &Realms, settings: &Settings) -> Result<Trusts, StartFailure> {
    let trust = |config: &TrustConfig| realms.trust(config).map_err(StartFailure::Realms);
    let signal = |signal: &SignalSettings| {
        let consumers = signal.consumers.as_ref().map(trust).transpose()?;
        Ok(SignalTrusts { rooms: trust(&signal.members)?, consumers })
    };
    Ok(Trusts {
        connections: trust(&settings.centrifuge.trust.connections)?,
        subscriptions: trust(&settings.centrifuge.trust.subscriptions)?,
        signal: settings.signal.as_ref().map(signal).transpose()?,
    })
}

/// One for each core, and no more than a broker can tell apart.
fn workers(wanted: Option<NonZeroU32>) -> usize {
    let cores = || available_parallelism().map_or(1, usize::from);
    wanted.map_or_else(cores, |wanted| wanted.get() as usize).min(WorkerId::MAX)
}
