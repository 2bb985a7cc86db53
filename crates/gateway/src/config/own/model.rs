//! The keys of our own configuration.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use vestibule_auth::Secret;

use super::issuer::IssuerOptions;
use super::realm::RealmOptions;
use super::signal::SignalOptions;
use crate::config::options::log::{Format, Level};
use crate::config::options::{ChannelOptions, ClientOptions, SyntaxOptions};
use crate::config::written::Size;
use crate::config::written::section::section;

section! {
    /// Our own configuration.
    pub struct Own {
        /// Where the house listens.
        listen: Listen = Listen::default(),
        /// Threads that move connections.
        workers: Workers = Workers::default(),
        /// The bounds of connections.
        limits: LimitOptions = LimitOptions::default(),
        /// A source of tokens: who may come in. Doors say which of them they trust; a token belongs to the realm that has
        /// its issuer.
        realms: BTreeMap<String, RealmOptions> = BTreeMap::new(),
        /// The door of the Centrifuge protocol.
        centrifuge: Centrifuge = Centrifuge::default(),
        /// The door of WebRTC signaling.
        signal: SignalOptions = SignalOptions::default(),
        /// Tokens that the house issues.
        issuer: IssuerOptions = IssuerOptions::default(),
        /// The server API, by which an application publishes and looks after its clients.
        api: Api = Api::default(),
        /// What outlives the process: revocations, blocks of users, and which tokens were used.
        store: Store = Store::default(),
        /// Where load balancers ask whether the process works.
        health: Health = Health::default(),
        /// Metrics in the format of Prometheus.
        metrics: Metrics = Metrics::default(),
        /// The log, on standard error.
        log: Log = Log::default(),
        /// The graceful stop.
        shutdown: Shutdown = Shutdown::default(),
        /// This node.
        node: Node = Node::default(),
    }
}

section! {
    /// Where the house listens.
    pub struct Listen {
        /// An IP address. Left out: every address of the machine.
        address: Option<IpAddr> = None,
        /// The port of everything.
        port: u16 = 8000,
        /// Proxies, by addresses or networks such as "10.0.0.0/8", that are believed when they say for whom they ask
        /// (X-Forwarded-For).
        trusted_proxies: Vec<String> = Vec::new(),
        /// How long a peer may take to send the head of its request.
        head_timeout: Duration = Duration::from_secs(10),
    }
}

section! {
    /// Threads that move connections.
    pub struct Workers {
        /// How many, at most 64. 0: one for each core.
        count: u32 = 0,
    }
}

section! {
    /// The bounds of connections.
    pub struct LimitOptions {
        /// The largest message of a peer; above it 1009.
        message_size: Size = Size(65_536),
        /// What may wait for a peer that does not read; above it 3008.
        queue_size: Size = Size(1 << 20),
        /// How long a socket may take nothing while something waits for it; after it 3009.
        write_timeout: Duration = Duration::from_secs(1),
        /// How long a goodbye waits for the peer's.
        close_timeout: Duration = Duration::from_secs(5),
        /// Connections that the node takes at a time. 0: any number.
        connections: u32 = 0,
        /// New connections that the node takes in a second. 0: any number.
        connections_per_second: u32 = 0,
        /// Connections that a user may have on the node. Room tokens name no user: see signal.connections_per_token. 0: any
        /// number.
        connections_per_user: u32 = 0,
        /// Connections that one address, or one /64 of IPv6, may have on the node; above it 429. 0: any number.
        connections_per_address: u32 = 0,
        /// New connections that one address may open in a second; above it 429. 0: any number.
        connections_per_address_per_second: u32 = 0,
    }
}

section! {
    /// The door of the Centrifuge protocol. Its options have Centrifugo's names.
    pub struct Centrifuge {
        /// Whether it is open.
        enabled: bool = true,
        /// Where it is, beside "/".
        path: String = "/connection/websocket".into(),
        /// The realms whose tokens let clients in. Empty: all.
        realms: Vec<String> = Vec::new(),
        /// The realms whose subscription tokens count. Empty: the same.
        subscription_realms: Vec<String> = Vec::new(),
        /// A remote procedure call that is answered with nothing, for clients that measure the way. Empty: none.
        rpc_ping_method: String = String::new(),
        /// How the names of channels are read, and what holds in all of them.
        channels: Channels = Channels::default(),
        /// What is allowed in the channels of a namespace, whose names begin with "NAME:".
        namespaces: BTreeMap<String, ChannelOptions> = BTreeMap::new(),
        ..client: ClientOptions,
    }
}

section! {
    /// How the names of channels are read, and what holds in all of them.
    pub struct Channels {
        /// What is allowed in channels without a namespace.
        without_namespace: ChannelOptions = ChannelOptions::default(),
        ..syntax: SyntaxOptions,
    }
}

section! {
    /// The server API.
    pub struct Api {
        /// Whether there is one.
        enabled: bool = true,
        /// Where it is.
        path: String = "/api".into(),
        /// The key that callers have to show. Left out: nobody can call it.
        key: Option<Secret> = None,
        /// A file that holds the key.
        key_file: String = String::new(),
        /// The key of callers that act for another organisation than the default one; NAME is the organisation.
        keys: BTreeMap<String, ApiKey> = BTreeMap::new(),
        /// The key of operators, who revoke, block and list in any organisation that they name, and do nothing else. Left
        /// out: nobody acts in an organisation that has no key of its own.
        operator_key: Option<Secret> = None,
        /// A file that holds the key of operators.
        operator_key_file: String = String::new(),
        /// FOR DEVELOPMENT ONLY: anybody can call it without a key.
        insecure: bool = false,
        /// Errors become HTTP statuses.
        errors_as_status: bool = false,
        /// The largest body of a request.
        body_size: Size = Size(4 << 20),
        /// The most commands in a batch, and channels in a broadcast.
        batch_size: u32 = 1_000,
    }
}

section! {
    /// The key of callers that act for an organisation.
    pub struct ApiKey {
        /// The key.
        key: Option<Secret> = None,
        /// A file that holds the key.
        key_file: String = String::new(),
    }
}

section! {
    /// What outlives the process.
    pub struct Store {
        /// A file, which SQLite writes; it is made for its owner alone if it is not there. ":memory:": nothing is kept
        /// when the process ends.
        path: String = "vestibule.db".into(),
        /// How many revocations and blocks may hold at a time; further ones are refused.
        revocations: u32 = 100_000,
    }
}

section! {
    /// Where load balancers ask.
    pub struct Health {
        /// Whether there is an answer.
        enabled: bool = true,
        /// Where they ask.
        path: String = "/health".into(),
    }
}

section! {
    /// Metrics.
    pub struct Metrics {
        /// Whether there are any. Whoever reaches the port can read them.
        enabled: bool = false,
        /// Where they are.
        path: String = "/metrics".into(),
    }
}

section! {
    /// The log.
    pub struct Log {
        /// From which level on: "trace", "debug", "info", "warn", "error" or "none".
        level: Level = Level::Info,
        /// "text" for people, or "json".
        format: Format = Format::Text,
    }
}

section! {
    /// The graceful stop.
    pub struct Shutdown {
        /// How long it may take.
        timeout: Duration = Duration::from_secs(30),
    }
}

section! {
    /// This node.
    pub struct Node {
        /// How it calls itself. Empty: the name of the host and the port.
        name: String = String::new(),
    }
}
