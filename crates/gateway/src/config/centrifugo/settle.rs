//! What a Centrifugo configuration makes of a house.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::net::ToSocketAddrs;
use std::num::NonZeroU32;
use std::time::Duration;

use vestibule_doors::centrifuge::rules::Rules;

use super::model::{Centrifugo, Channel, ErrorMode, HttpApi, HttpServer};
use super::namespaces::path;
use super::tokens;
use crate::config::options::namespaces::check_personal_channel;
use crate::config::options::{ClientOptions, namespaces, store};
use crate::config::plan::{every_address, http_path, node_name};
use crate::config::written::Notes;
use crate::config::{ApiSettings, CentrifugeSettings, IssuingSettings, Settings};
use crate::telemetry::log::LogSettings;
use crate::transport::Proxies;
use crate::worker::Limits;

/// Checks everything and settles it.
pub fn settle(written: Centrifugo, notes: &mut Notes) -> (Settings, LogSettings) {
    let client = &written.client;
    let listen = listen(&written.http_server, notes);
    let ping = written.rpc.ping.enabled.then_some(written.rpc.ping.method.as_str());
    let websocket = &written.websocket;
    let (realms, trust) = tokens::realms(client, notes);
    let settings = Settings {
        listen,
        workers: None,
        limits: Limits {
            message_size: message_size(websocket.message_size_limit.0, notes),
            queue_size: client.queue_max_size.0,
            write_timeout: or(websocket.write_timeout, Limits::default().write_timeout),
            ..Limits::default()
        },
        head_timeout: HEAD_TIMEOUT,
        connections: NonZeroU32::new(client.connection_limit),
        connections_per_second: NonZeroU32::new(client.connection_rate_limit),
        connections_per_user: NonZeroU32::new(client.user_connection_limit),
        connections_per_address: None,
        connections_per_address_per_second: None,
        proxies: Proxies::default(),
        realms,
        centrifuge: CentrifugeSettings {
            enabled: !websocket.disabled,
            path: http_path(&websocket.handler_prefix, "websocket.handler_prefix", notes),
            trust,
            allowed_origins: client.options.allowed_origins.clone(),
            rules: rules(&client.options, &written.channel, ping, notes),
        },
        issuing: IssuingSettings::default(),
        signal: None,
        api: api(&written.http_api, notes),
        health: place(written.health.enabled, &written.health.handler_prefix, "health", notes),
        metrics: place(written.prometheus.enabled, &written.prometheus.handler_prefix, "prometheus", notes),
        demo: None,
        store: store::settings(&written.store.path, written.store.revocations, notes),
        shutdown: written.shutdown.timeout,
        node: if written.node.name.is_empty() { node_name(listen.port()) } else { written.node.name },
    };
    (settings, LogSettings { level: written.log.level.into(), json: true })
}

/// How long a peer may take to send the head of its request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest body of a request to the server API, which has no bound in Centrifugo.
const API_BODY: usize = 64 << 20;

/// The most commands in a batch, and channels in a broadcast.
const API_BATCH: usize = 10_000;

fn listen(server: &HttpServer, notes: &mut Notes) -> SocketAddr {
    if server.address.is_empty() {
        return every_address(server.port);
    }
    let address = server.address.trim_start_matches('[').trim_end_matches(']');
    let found = (address, server.port).to_socket_addrs().ok().and_then(|mut found| found.next());
    found.unwrap_or_else(|| {
        notes.complain("http_server.address", "is neither an address nor the name of one");
        every_address(server.port)
    })
}

fn message_size(bytes: usize, notes: &mut Notes) -> u32 {
    let key = "websocket.message_size_limit";
    let size = u32::try_from(bytes).ok().filter(|size| *size > 0);
    size.unwrap_or_else(|| {
        notes.complain(key, format!("must be from 1 to {}", u32::MAX));
        Limits::default().message_size
    })
}

fn rules(client: &ClientOptions, channel: &Channel, ping: Option<&str>, notes: &mut Notes) -> Rules {
    let everywhere = channel.syntax.everywhere("channel", notes);
    let without = ("channel.without_namespace", &channel.without_namespace);
    let named = channel.namespaces.0.iter();
    let named = named.map(|(name, options)| (path("channel.namespaces", name), name.as_str(), options));
    let rules = Rules {
        client: client.rules("client", ping, notes),
        syntax: channel.syntax.syntax(),
        namespaces: namespaces(without, named, everywhere, notes),
    };
    check_personal_channel(&rules, "client.subscribe_to_user_personal_channel", notes);
    rules
}

fn api(written: &HttpApi, notes: &mut Notes) -> ApiSettings {
    ApiSettings {
        enabled: !written.disabled,
        path: http_path(&written.handler_prefix, "http_api.handler_prefix", notes),
        key: written.key.clone(),
        keys: BTreeMap::new(),
        operator_key: None,
        insecure: written.insecure,
        errors_as_status: written.error_mode == ErrorMode::Transport,
        body_size: API_BODY,
        batch_size: API_BATCH,
    }
}

fn place(enabled: bool, path: &str, at: &str, notes: &mut Notes) -> Option<String> {
    enabled.then(|| http_path(path, &format!("{at}.handler_prefix"), notes))
}

fn or(given: Duration, usual: Duration) -> Duration {
    if given.is_zero() { usual } else { given }
}
