//! What our own configuration makes of a house.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;

use vestibule_auth::{RealmsConfig, Secret};
use vestibule_broker::WorkerId;
use vestibule_doors::centrifuge::rules::Rules;

use super::issuer::{check_names, issuing};
use super::model::{Api, ApiKey, Centrifuge, Health, LimitOptions, Listen, Own, Workers};
use super::realm::{realms, secret};
use super::signal::signal;
use crate::api::SIGNAL_HEALTH;
use crate::config::options::log::Format;
use crate::config::options::namespaces::check_personal_channel;
use crate::config::options::{namespaces, store};
use crate::config::plan::{every_address, http_path, no_such_realm, node_name};
use crate::config::written::Notes;
use crate::config::written::outline::join;
use crate::config::{ApiSettings, CentrifugeSettings, Settings, TrustSettings};
use crate::telemetry::log::LogSettings;
use crate::transport::Proxies;
use crate::worker::Limits;

/// Checks everything and settles it.
pub fn settle(own: Own, notes: &mut Notes) -> (Settings, LogSettings) {
    let listen = listen(&own.listen);
    notes.positive(own.listen.head_timeout, "listen.head_timeout");
    let (mut realms, trust) = realms(&own.realms, &own.centrifuge, notes);
    let issuing = issuing(&own.issuer, &realms, notes);
    let signal = signal(&own.signal, &mut realms, notes);
    let rooms = signal.as_ref().and_then(|signal| signal.http.tokens.as_ref());
    check_names(issuing.issuers().chain(rooms.map(|rooms| &rooms.issuer)), notes);
    check_idle(&own, &realms, notes);
    let settings = Settings {
        listen,
        workers: workers(&own.workers, notes),
        limits: limits(&own.limits, notes),
        head_timeout: own.listen.head_timeout,
        connections: NonZeroU32::new(own.limits.connections),
        connections_per_second: NonZeroU32::new(own.limits.connections_per_second),
        connections_per_user: NonZeroU32::new(own.limits.connections_per_user),
        connections_per_address: NonZeroU32::new(own.limits.connections_per_address),
        connections_per_address_per_second: NonZeroU32::new(own.limits.connections_per_address_per_second),
        proxies: proxies(&own.listen.trusted_proxies, notes),
        centrifuge: centrifuge(&own.centrifuge, trust, notes),
        issuing,
        realms,
        api: api(&own.api, notes),
        health: health(&own.health, signal.is_some(), notes),
        signal,
        metrics: own.metrics.enabled.then(|| http_path(&own.metrics.path, "metrics.path", notes)),
        demo: None,
        store: store::settings(&own.store.path, own.store.revocations, notes),
        shutdown: own.shutdown.timeout,
        node: if own.node.name.is_empty() { node_name(listen.port()) } else { own.node.name },
    };
    (settings, LogSettings { level: own.log.level.into(), json: own.log.format == Format::Json })
}

/// What is switched off names realms too, and a slip of the pen would wait there for the day on which it is switched on.
fn check_idle(own: &Own, realms: &RealmsConfig, notes: &mut Notes) {
    for (key, named) in [
        ("centrifuge.realms", &own.centrifuge.realms),
        ("centrifuge.subscription_realms", &own.centrifuge.subscription_realms),
        ("signal.consumer_realms", &own.signal.consumer_realms),
        ("issuer.handshake.realms", &own.issuer.handshake.realms),
        ("issuer.realtime.realms", &own.issuer.realtime.realms),
    ] {
        if notes.is_accused(key) {
            continue;
        }
        for name in named.iter().filter(|name| !realms.realms.iter().any(|realm| realm.name == **name)) {
            notes.complain(key, no_such_realm(name, realms));
        }
    }
}

/// Where load balancers ask. At its own path the signal door answers, with the same status.
fn health(written: &Health, signal: bool, notes: &mut Notes) -> Option<String> {
    let path = written.enabled.then(|| http_path(&written.path, "health.path", notes))?;
    (!signal || path != SIGNAL_HEALTH).then_some(path)
}

fn listen(written: &Listen) -> SocketAddr {
    match written.address {
        Some(address) => (address, written.port).into(),
        None => every_address(written.port),
    }
}

/// Who is believed about where requests come from.
fn proxies(written: &[String], notes: &mut Notes) -> Proxies {
    let complain = |text: String| {
        let fault = format!("{text:?} is neither an address nor a network such as \"10.0.0.0/8\"");
        notes.complain("listen.trusted_proxies", fault);
    };
    Proxies::new(written).map_err(complain).unwrap_or_default()
}

fn workers(written: &Workers, notes: &mut Notes) -> Option<NonZeroU32> {
    let most = WorkerId::MAX;
    notes.check(written.count as usize <= most, "workers.count", format!("at most {most}"));
    NonZeroU32::new(written.count)
}

fn limits(written: &LimitOptions, notes: &mut Notes) -> Limits {
    let message_size = u32::try_from(written.message_size.0).ok().filter(|size| *size > 0);
    notes.check(message_size.is_some(), "limits.message_size", format!("must be from 1 to {}", u32::MAX));
    notes.check(written.queue_size.0 > 0, "limits.queue_size", "must be more than 0");
    notes.positive(written.write_timeout, "limits.write_timeout");
    notes.positive(written.close_timeout, "limits.close_timeout");
    Limits {
        message_size: message_size.unwrap_or(Limits::default().message_size),
        queue_size: written.queue_size.0,
        write_timeout: written.write_timeout,
        close_timeout: written.close_timeout,
    }
}

fn centrifuge(written: &Centrifuge, trust: TrustSettings, notes: &mut Notes) -> CentrifugeSettings {
    let everywhere = written.channels.syntax.everywhere("centrifuge.channels", notes);
    let without = ("centrifuge.channels.without_namespace", &written.channels.without_namespace);
    let named = written.namespaces.iter();
    let named =
        named.map(|(name, options)| (format!("centrifuge.namespaces.{name}"), name.as_str(), options));
    let ping = Some(written.rpc_ping_method.as_str()).filter(|name| !name.is_empty());
    let rules = Rules {
        client: written.client.rules("centrifuge", ping, notes),
        syntax: written.channels.syntax.syntax(),
        namespaces: namespaces(without, named, everywhere, notes),
    };
    check_personal_channel(&rules, "centrifuge.subscribe_to_user_personal_channel", notes);
    CentrifugeSettings {
        enabled: written.enabled,
        path: http_path(&written.path, "centrifuge.path", notes),
        trust,
        allowed_origins: written.client.allowed_origins.clone(),
        rules,
    }
}

fn api(written: &Api, notes: &mut Notes) -> ApiSettings {
    let mut given = ApiKeys::default();
    let key = given.take("api", "key", (&written.key, &written.key_file), DEFAULT, notes);
    let operator_key = (&written.operator_key, written.operator_key_file.as_str());
    let operator_key = given.take("api", "operator_key", operator_key, OPERATORS, notes);
    notes.check(written.body_size.0 > 0, "api.body_size", "must be more than 0");
    notes.check(written.batch_size > 0, "api.batch_size", "must be more than 0");
    ApiSettings {
        enabled: written.enabled,
        path: http_path(&written.path, "api.path", notes),
        keys: tenants(&written.keys, &mut given, notes),
        key,
        operator_key,
        insecure: written.insecure,
        errors_as_status: written.errors_as_status,
        body_size: written.body_size.0,
        batch_size: written.batch_size as usize,
    }
}

/// A key for each organisation.
fn tenants(
    written: &BTreeMap<String, ApiKey>,
    given: &mut ApiKeys,
    notes: &mut Notes,
) -> BTreeMap<String, Secret> {
    let mut keys = BTreeMap::new();
    for (organisation, options) in written {
        let at = join("api.keys", organisation);
        let before = notes.complaints.len();
        let found = given.take(&at, "key", (&options.key, &options.key_file), OTHER, notes);
        let said = notes.complaints.len() > before;
        notes.check(found.is_some() || said, &join(&at, "key"), "must be given, here or by key_file");
        keys.extend(found.map(|key| (organisation.clone(), key)));
    }
    keys
}

/// What is wrong with a key that is one of those too.
const DEFAULT: &str = "is api.key too, which acts for the default organisation";
const OPERATORS: &str = "is api.operator_key too, which acts for any organisation";
const OTHER: &str = "is another one's too";

/// The keys of the server API so far, each with what is wrong with one that is the same: it would leave open for whom its
/// caller acts.
#[derive(Default)]
struct ApiKeys(Vec<(Secret, &'static str)>);

impl ApiKeys {
    /// A key that is written here or in a file. An empty one is none.
    fn take(
        &mut self,
        at: &str,
        name: &str,
        (inline, file): (&Option<Secret>, &str),
        same: &'static str,
        notes: &mut Notes,
    ) -> Option<Secret> {
        let (name, key) = secret(at, name, inline, file, notes)?;
        let at = join(at, &name);
        notes.check(!key.reveal().is_empty(), &at, "is empty");
        if let Some((_, fault)) = self.0.iter().find(|(other, _)| *other == key) {
            notes.complain(&at, *fault);
        }
        self.0.push((key.clone(), same));
        Some(key)
    }
}
