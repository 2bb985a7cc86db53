//! What the operator wants, as written and as checked.
//!
//! A configuration is read from a file, the environment and flags, checked as a whole (all complaints at once, each
//! with its key), and becomes a [`Settings`], which the house consumes when it is built. After start there is no
//! configuration left to reach into.
//!
//! - [`written`]: a configuration as it is written, whatever it is written in;
//! - [`options`]: what both kinds of configuration say about the Centrifuge door;
//! - [`own`]: our own configuration; [`centrifugo`]: one that was written for Centrifugo;
//! - [`plan`]: what it comes to.

pub mod centrifugo;
pub mod options;
pub mod own;
pub mod plan;
pub mod written;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use vestibule_auth::{RealmsConfig, TrustConfig};
use vestibule_doors::centrifuge::rules::Rules;
use vestibule_doors::signal;

pub use crate::api::{ApiSettings, DemoSettings, IssuingSettings, SignalHttpSettings};
use crate::transport::Proxies;
use crate::worker::Limits;
use vestibule_store::Location;

pub use plan::{Plan, Refused, Sources};

/// A configuration that has been checked: everything that a house needs to be built.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the house listens.
    pub listen: SocketAddr,
    /// How many workers it has; `None`: one for each core.
    pub workers: Option<NonZeroU32>,
    /// The bounds of every connection.
    pub limits: Limits,
    /// How long a peer may take to send the head of its request.
    pub head_timeout: Duration,
    /// Connections that a node takes at a time.
    pub connections: Option<NonZeroU32>,
    /// New connections that a node takes in a second.
    pub connections_per_second: Option<NonZeroU32>,
    /// Connections that a user may have on a node.
    pub connections_per_user: Option<NonZeroU32>,
    /// Connections that may come from one address.
    pub connections_per_address: Option<NonZeroU32>,
    /// New connections that one address may open in a second.
    pub connections_per_address_per_second: Option<NonZeroU32>,
    /// Who is believed about where requests come from.
    pub proxies: Proxies,
    /// All sources of tokens.
    pub realms: RealmsConfig,
    /// The door of the Centrifuge protocol.
    pub centrifuge: CentrifugeSettings,
    /// The signal door, if it is open.
    pub signal: Option<SignalSettings>,
    /// What the house issues.
    pub issuing: IssuingSettings,
    /// The server API.
    pub api: ApiSettings,
    /// Where `{}` says that the process works, as load balancers of Centrifugo expect it; `None`: nowhere.
    pub health: Option<String>,
    /// Where metrics are; `None`: nowhere.
    pub metrics: Option<String>,
    /// The demo page and its sessions; only `vestibule dev` has them.
    pub demo: Option<DemoSettings>,
    /// What is kept.
    pub store: StoreSettings,
    /// How long a graceful stop may take.
    pub shutdown: Duration,
    /// How this node calls itself.
    pub node: String,
}

/// What is kept: revocations, blocks, and which tokens were used.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Where.
    pub location: Location,
    /// How many revocations may hold at a time.
    pub revocations: usize,
}

/// The door of the Centrifuge protocol.
#[derive(Clone, Debug)]
pub struct CentrifugeSettings {
    /// Whether it is open.
    pub enabled: bool,
    /// Where it is, beside `/`: no slash at the end.
    pub path: String,
    /// Who may come in.
    pub trust: TrustSettings,
    /// Origins of pages that may enter, with `*` for anything.
    pub allowed_origins: Vec<String>,
    /// What sessions go by.
    pub rules: Rules,
}

/// The signal door.
#[derive(Clone, Debug)]
pub struct SignalSettings {
    /// Origins of pages that may enter, with `*` for anything.
    pub allowed_origins: Vec<String>,
    /// What sessions go by.
    pub rules: signal::Rules,
    /// Rooms of the node.
    pub rooms: usize,
    /// Connections that one room token may have on the node.
    pub connections_per_token: Option<NonZeroU32>,
    /// Who may come in with a room token, or without one.
    pub members: TrustConfig,
    /// Who may come in as a consumer; `None`: nobody.
    pub consumers: Option<TrustConfig>,
    /// Its HTTP side, and where it is.
    pub http: SignalHttpSettings,
}

/// The realms that a door trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustSettings {
    /// With connection tokens.
    pub connections: TrustConfig,
    /// With subscription tokens.
    pub subscriptions: TrustConfig,
}

impl TrustSettings {
    /// Realms by their names; none: all of them, and those of connections for subscriptions.
    pub fn new(connections: &[String], subscriptions: &[String], allow_no_token: bool) -> Self {
        let subscriptions = if subscriptions.is_empty() { connections } else { subscriptions };
        Self {
            connections: TrustConfig { realms: connections.to_vec(), allow_no_token },
            subscriptions: TrustConfig { realms: subscriptions.to_vec(), allow_no_token: false },
        }
    }
}
