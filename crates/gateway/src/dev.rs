//! `vestibule dev`: a house for the machine of one developer, with keys made at start and tokens at hand.
//!
//! It listens on this machine alone, keeps everything in memory, and is set up by `dev.toml` in our own format.

use std::net::IpAddr;
use std::time::Duration;

use rand::Rng;
use vestibule_auth::{DevelopmentKey, KeyConfig, Preset, RealmConfig, Secret, TokenDraft};
use vestibule_model::UnixSeconds;

use crate::config::written::Origin;
use crate::config::{DemoSettings, Plan, Refused, Sources, own};

const SETTINGS: &str = include_str!("dev.toml");

/// The users that tokens are printed for.
const USERS: [&str; 2] = ["alice", "bob"];

/// How long those tokens live.
const TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What a developer gets: a house, and what to talk to it with.
#[derive(Debug)]
pub struct Development {
    /// What the house is built from.
    pub plan: Plan,
    /// What to tell the developer once it is open.
    pub greeting: String,
}

/// Sets it up, at that port and address.
///
/// # Errors
/// When variables or flags make no sense.
pub fn set_up(
    port: u16,
    address: Option<IpAddr>,
    now: UnixSeconds,
    random: &mut impl Rng,
) -> Result<Development, Refused> {
    let key = DevelopmentKey::from_random(random.random());
    let api_key = DevelopmentKey::from_random(random.random()).secret().clone();
    let mut plan = own::parse(&with_realm(&key), &Sources::default())?;
    plan.settings.listen.set_port(port);
    if let Some(address) = address {
        plan.settings.listen.set_ip(address);
    }
    plan.settings.api.key = Some(api_key.clone());
    plan.settings.demo = Some(DemoSettings { key: key.secret().clone() });
    plan.warnings.push("this is for development: keys are made at start, and everything is forgotten at its end".into());
    let greeting = greeting(port, &key, &api_key, now);
    Ok(Development { plan, greeting })
}
