//! The jobs that are measured, one file each.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::cli::Sizes;
use crate::generator::signal::{Crowd, Dialect, ROOM, Ticket};
use crate::generator::{Generator, Target};
use crate::meter::Spent;
use crate::plan::{Kind, Plan, ServerSpec};
use crate::process::ServerProcess;
use crate::results::{Figure, Outcome};
use crate::token::{RoomSigner, Signer};

mod broadcast;
mod burst;
mod connect;
mod flood;
mod idle;
mod publish;
mod rate;
mod relay;
mod signal_connect;
mod signal_idle;

/// Publications sent before anything is measured, so that a server's first steps are not counted.
const WARM_UP: usize = 5;

/// A job.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scenario {
    /// Memory and CPU of connections on which nothing happens but pings.
    Idle,
    /// From a new TCP connection to the reply to the connect command, with a token.
    Connect,
    /// One publication at a time to many subscribers.
    Broadcast,
    /// Eight publications that wait together, to many subscribers.
    Burst,
    /// Publications to 1,000 subscribers as fast as they go.
    Flood,
    /// 20 publications a second to 1,000 subscribers.
    #[value(name = "rate-1000")]
    #[serde(rename = "rate-1000")]
    Rate1000,
    /// 200 publications a second to 100 subscribers.
    #[value(name = "rate-100")]
    #[serde(rename = "rate-100")]
    Rate100,
    /// HTTP publish calls while nobody listens.
    Publish,
    /// From a new TCP connection to the list of peers, with a room token.
    SignalConnect,
    /// Messages from peer to peer at a fixed rate, in many rooms of ten.
    RelayRooms,
    /// Likewise, in one large room.
    RelayHall,
    /// Memory and CPU of peers that say nothing.
    SignalIdle,
}

/// What a server must be for a scenario.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Trade {
    /// One that speaks the Centrifuge protocol.
    Channels,
    /// One that relays messages between peers.
    Signal,
}

/// What a scenario works with.
pub(crate) struct Stage<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) spec: &'a ServerSpec,
    pub(crate) server: &'a ServerProcess,
    pub(crate) signer: &'a Signer,
    pub(crate) room_signer: &'a RoomSigner,
    /// Makes addresses and payloads of this round its own.
    pub(crate) dice: u64,
}

/// Figures of a round in which everything arrived.
pub(crate) type Figures = Vec<(Figure, f64)>;

impl Scenario {
    /// All of them, in the order in which they are run.
    pub(crate) const ALL: [Self; 12] = [
        Self::Connect,
        Self::Broadcast,
        Self::Burst,
        Self::Flood,
        Self::Rate1000,
        Self::Rate100,
        Self::Publish,
        Self::Idle,
        Self::SignalConnect,
        Self::RelayRooms,
        Self::RelayHall,
        Self::SignalIdle,
    ];

    /// Its name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Which servers it is for.
    pub(crate) fn trade(self) -> Trade {
        match self {
            Self::SignalConnect | Self::RelayRooms | Self::RelayHall | Self::SignalIdle => Trade::Signal,
            _ => Trade::Channels,
        }
    }

    /// How many connections it opens at most.
    pub(crate) fn connections(self, sizes: &Sizes) -> usize {
        match self {
            Self::Idle | Self::SignalIdle => sizes.idle_connections,
            Self::Connect | Self::SignalConnect => sizes.connects,
            Self::Broadcast | Self::Burst => sizes.receivers,
            Self::Flood => flood::RECEIVERS,
            Self::Rate1000 => rate::WIDE.receivers,
            Self::Rate100 => rate::NARROW.receivers,
            Self::Publish => publish::CONNECTIONS,
            Self::RelayRooms => sizes.rooms * ROOM,
            Self::RelayHall => sizes.hall,
        }
    }

    /// Whether the bare epoll server is measured too. It has no pings, so idle connections cost it nothing.
    pub(crate) fn has_reference(self) -> bool {
        !matches!(self, Self::Idle | Self::SignalIdle)
    }

    /// Carries it out once.
    pub(crate) fn run(self, stage: &Stage<'_>) -> crate::Result<Outcome> {
        let figures = match self {
            Self::Idle => idle::run(stage),
            Self::Connect => connect::run(stage),
            Self::Broadcast => broadcast::run(stage),
            Self::Burst => burst::run(stage),
            Self::Flood => flood::run(stage),
            Self::Rate1000 => rate::run(stage, rate::WIDE),
            Self::Rate100 => rate::run(stage, rate::NARROW),
            Self::Publish => publish::run(stage),
            Self::SignalConnect => signal_connect::run(stage),
            Self::RelayRooms => relay::run(stage, stage.sizes().rooms, ROOM),
            Self::RelayHall => relay::run(stage, 1, stage.sizes().hall),
            Self::SignalIdle => signal_idle::run(stage),
        }?;
        Ok(Outcome::Figures(figures.into_iter().collect()))
    }
}

impl Stage<'_> {
    fn sizes(&self) -> &Sizes {
        &self.plan.setting.sizes
    }

    /// A generator without connections.
    fn generator(&self, subscribe: bool) -> crate::Result<Generator> {
        let target = Target {
            port: self.server.port,
            path: &self.plan.path,
            api_key: &self.plan.api_key,
            encoding: self.plan.encoding(self.spec),
            channel: &self.plan.setting.channel,
            subscribe,
        };
        Generator::new(&target, self.dice)
    }

    /// A generator with `receivers` subscribers and a publisher that has been used.
    fn audience(&self, receivers: usize) -> crate::Result<Generator> {
        let mut generator = self.generator(true)?;
        generator.connect(self.signer.tokens(receivers), self.sizes().at_once)?;
        generator.open_publishers(1)?;
        for _ in 0..WARM_UP {
            generator.publish(0)?;
            generator.settle()?;
        }
        Ok(generator)
    }

    /// How the server is spoken to by peers; the bare epoll server speaks as the signal door does.
    fn dialect(&self) -> Dialect {
        match self.spec.kind {
            Kind::Signal(dialect) => dialect,
            Kind::Subject | Kind::Reference | Kind::Coalesced => Dialect::Door,
        }
    }

    /// A crowd without peers, for rooms of `members`.
    fn crowd(&self, members: usize) -> crate::Result<Crowd> {
        Crowd::new(self.server.port, self.dialect(), members, self.dice)
    }

    /// One ticket for each of `count` peers, in rooms of `members`: no server may profit from having seen a token before.
    fn tickets(&self, count: usize, members: usize) -> Vec<Ticket> {
        let ticket = |number: usize| {
            let room = format!("room-{:05}", number / members);
            Ticket { token: self.room_signer.token(&room, number), room }
        };
        (0..count).map(ticket).collect()
    }
}

/// The figures that every delivery has.
fn delivery_figures(spent: &Spent, deliveries: u64) -> Figures {
    let deliveries = deliveries as f64;
    vec![
        (Figure::CpuMicrosPerDelivery, spent.server_us / deliveries),
        (Figure::UserMicrosPerDelivery, spent.server_user_us / deliveries),
        (Figure::SegmentsPerDelivery, spent.segments as f64 / deliveries),
        (Figure::GeneratorShare, spent.generator_share),
    ]
}
