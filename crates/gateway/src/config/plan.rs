//! What a configuration comes to: settings for the house, or everything that is wrong.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;

use vestibule_auth::config::Fault;
use vestibule_auth::{ConfigError, OrganisationConfig, RealmConfig, RealmsConfig, Trust, TrustConfig};
use vestibule_model::OrganisationId;

use super::written::{Complaint, Notes, Origin, Raw, Table, Unreadable, file, raw, suggestion};
use super::{Settings, TrustSettings, own};
use crate::api::{OWN_PATHS, SIGNAL_PATHS};
use crate::telemetry::log::LogSettings;
use crate::transport::Origins;

/// Where a configuration comes from. What comes later overrides what comes earlier.
#[derive(Debug, Default)]
pub struct Sources {
    /// A file; `None`: there is none.
    pub file: Option<PathBuf>,
    /// Environment variables.
    pub variables: Vec<(String, String)>,
    /// Flags: keys and their values.
    pub flags: Vec<(String, String)>,
    /// Keys that were given by other names, which their values remember.
    pub named: Vec<(String, Raw)>,
}

/// A configuration in which nothing is wrong.
#[derive(Debug)]
pub struct Plan {
    /// What the house is built from.
    pub settings: Settings,
    /// How the log is written.
    pub log: LogSettings,
    /// What is legal but should be known.
    pub warnings: Vec<String>,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum Refused {
    /// The file cannot be read.
    Unreadable(Unreadable),
    /// Everything that is wrong.
    Complaints(Vec<Complaint>),
}

/// Where a kind of configuration says something.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// The table of what clients may do.
    pub client: &'static str,
    /// The table of the server API.
    pub api: &'static str,
    /// The path of the door.
    pub door_path: &'static str,
    /// The path of the server API.
    pub api_path: &'static str,
    /// The path of the health check.
    pub health_path: &'static str,
    /// The path of the metrics.
    pub metrics_path: &'static str,
}

impl Sources {
    /// What the file holds; nothing when there is none.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn table(&self) -> Result<Table, Unreadable> {
        self.file.as_ref().map_or_else(|| Ok(Table::new()), |path| file::read(path))
    }

    /// Puts the flags, and what was given by other names, over what the file and the variables say.
    pub fn apply_flags(&self, table: &mut Table) {
        let flags = self.flags.iter().map(|(key, value)| (key, Raw::text(value, Origin::Flag(key.clone()))));
        let named = self.named.iter().map(|(key, raw)| (key, raw.clone()));
        for (key, raw) in flags.chain(named) {
            let path: Vec<_> = key.split('.').collect();
            raw::put(table, &path, raw);
        }
    }
}

impl Plan {
    /// The plan, unless something is wrong.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn unless_wrong(
        settings: Settings,
        log: LogSettings,
        mut warnings: Vec<String>,
        mut notes: Notes,
        keys: Keys,
    ) -> Result<Self, Refused> {
        if let Err(error) = Origins::new(&settings.centrifuge.allowed_origins) {
            notes.complain(&format!("{}.allowed_origins", keys.client), error.to_string());
        }
        check_paths(&settings, keys, &mut notes);
        if !notes.complaints.is_empty() {
            return Err(Refused::Complaints(notes.complaints));
        }
        warnings.extend(weakenings(&settings, keys));
        Ok(Self { settings, log, warnings })
    }
}

/// No two things can be at one path, nor anything below the server API.
fn check_paths(settings: &Settings, keys: Keys, notes: &mut Notes) {
    let api = settings.api.enabled.then_some((settings.api.path.as_str(), keys.api_path));
    let door = (settings.centrifuge.path.as_str(), keys.door_path);
    let door = settings.centrifuge.enabled.then_some(door);
    let health = settings.health.as_deref().map(|path| (path, keys.health_path));
    let metrics = settings.metrics.as_deref().map(|path| (path, keys.metrics_path));
    let signal = settings.signal.as_ref().map(|signal| (signal.http.path.as_str(), "signal.path"));
    let mut taken: Vec<(&str, &str)> = OWN_PATHS.map(|path| (path, "the house itself")).to_vec();
    if settings.signal.is_some() {
        taken.extend(SIGNAL_PATHS.map(|path| (path, "the signal door")));
    }
    for (path, key) in [api, door, signal, health, metrics].into_iter().flatten() {
        let is_below = |above: &str| path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'));
        let other =
            taken.iter().find(|(other, at)| path == *other || (*at == keys.api_path && is_below(other)));
        if let Some((_, other)) = other {
            notes.complain(key, format!("this path is taken by {other}"));
        }
        taken.push((path, key));
    }
}

/// Between the realms that a door trusts, a token's issuer must leave no choice.
pub fn check_trusts(
    realms: &RealmsConfig,
    trusts: &TrustSettings,
    [connections, subscriptions]: [&str; 2],
    notes: &mut Notes,
) {
    let first = check_trust(realms, connections, &trusts.connections, notes);
    if trusts.subscriptions.realms == trusts.connections.realms {
        return;
    }
    let second = check_trust(realms, subscriptions, &trusts.subscriptions, notes);
    if let Some((first, second)) = first.zip(second) {
        let good = first.shares_organisations_with(&second);
        notes.check(good, subscriptions, Fault::OtherOrganisation.to_string());
    }
}

/// The realms that are trusted for one purpose; `None` when something is wrong with them, which was said.
pub fn check_trust(
    realms: &RealmsConfig,
    key: &str,
    config: &TrustConfig,
    notes: &mut Notes,
) -> Option<Trust> {
    let (built, _) = realms.clone().build().ok()?;
    let complain = |ConfigError { realm, fault, .. }: ConfigError| match fault {
        Fault::NoSuchRealm => notes.complain(key, no_such_realm(&realm, realms)),
        fault => notes.complain(key, format!("realm {realm:?}: {fault}")),
    };
    built.trust(config).map_err(|errors| errors.into_iter().for_each(complain)).ok()
}

/// What is said of a name that no realm has.
pub fn no_such_realm(name: &str, realms: &RealmsConfig) -> String {
    let known = realms.realms.iter().map(|realm| realm.name.as_str());
    format!("there is no realm {name:?}{}", suggestion(name, known))
}

/// Switches that open the house further than it should be in production.
fn weakenings(settings: &Settings, Keys { client, api, .. }: Keys) -> Vec<String> {
    let insecure = settings.centrifuge.rules.client.insecure;
    let any_page = settings.centrifuge.allowed_origins.iter().any(|origin| origin == "*");
    let nobody = settings.centrifuge.trust.connections.allow_no_token && !insecure;
    let said = [
        (
            insecure,
            client,
            "insecure: everybody may connect and do everything; this is for development alone",
        ),
        (
            settings.api.insecure,
            api,
            "insecure: everybody may call the server API; this is for development alone",
        ),
        (nobody, client, "allow_anonymous_connect_without_token: who brings no token is let in as nobody"),
        (any_page, client, "allowed_origins: any web page may connect"),
    ];
    let signal = settings.signal.iter().flat_map(own::signal::warnings);
    let said = said.into_iter().filter(|(on, ..)| *on).map(|(_, at, text)| format!("{at}.{text}"));
    said.chain(shared_default(settings)).chain(signal).collect()
}

/// Users of one name in one organisation are one person, whoever vouches for them: that should be meant.
fn shared_default(settings: &Settings) -> Option<String> {
    let connections = settings.centrifuge.enabled.then_some(&settings.centrifuge.trust.connections);
    let consumers = settings.signal.as_ref().and_then(|signal| signal.consumers.as_ref());
    let exchanges = settings.issuing.exchanges.iter().map(|exchange| &exchange.trust);
    let trusts: Vec<_> = connections.into_iter().chain(consumers).chain(exchanges).collect();
    let is_unnamed = |realm: &&RealmConfig| {
        let mut trusts = trusts.iter();
        let is_trusted = trusts.any(|trust| trust.realms.is_empty() || trust.realms.contains(&realm.name));
        let fixed =
            matches!(&realm.organisation, OrganisationConfig::Fixed(name) if name == OrganisationId::DEFAULT);
        is_trusted && fixed
    };
    let unnamed = settings.realms.realms.iter().filter(is_unnamed);
    let names: Vec<_> = unnamed.map(|realm| realm.name.as_str()).collect();
    (names.len() > 1).then(|| {
        let names = names.join(", ");
        let default = OrganisationId::DEFAULT;
        format!(
            "realms {names}: all their users belong to the organisation {default:?}, where those of the same name are \
             one person; give each realm its own organisation, or a common one of another name to say that it is meant"
        )
    })
}

/// A path of the HTTP service, without a slash at the end.
pub fn http_path(path: &str, key: &str, notes: &mut Notes) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let path = path.strip_suffix('/').unwrap_or(path);
    let good = path.starts_with('/') && path.bytes().all(plain) && !path.contains("//");
    notes.check(good, key, "must be a path such as \"/name\", of letters, digits, -, _, . and ~");
    path.into()
}

/// Every address of this machine, of both families where there are two.
pub fn every_address(port: u16) -> SocketAddr {
    match UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)) {
        Ok(_) => (Ipv6Addr::UNSPECIFIED, port).into(),
        Err(_) => (Ipv4Addr::UNSPECIFIED, port).into(),
    }
}

/// How a node calls itself that has no name: the host's, and the port.
pub fn node_name(port: u16) -> String {
    let system = rustix::system::uname();
    format!("{}_{port}", system.nodename().to_string_lossy())
}

impl From<Unreadable> for Refused {
    fn from(unreadable: Unreadable) -> Self {
        Self::Unreadable(unreadable)
    }
}

/// One line for each thing that is wrong.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(unreadable) => unreadable.fmt(f),
            Self::Complaints(complaints) => {
                let lines: Vec<_> = complaints.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
        }
    }
}

impl std::error::Error for Refused {}
