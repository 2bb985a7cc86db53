//! The signal door, as it is written, and what that makes of it.
//!
//! - `options`: its keys; `keys`: the keys of room tokens, and the realm that takes them; `turn`: the relay of media.

mod keys;
mod options;
mod turn;

use std::num::NonZeroU32;

use vestibule_auth::{RealmsConfig, TrustConfig};
use vestibule_doors::signal::{RoomLimits, Roomless, Rules};

use crate::api::{RoomTokens, SignalHttpSettings};
use crate::config::SignalSettings;
use crate::config::own::realm::needed_secret;
use crate::config::plan::{check_trust, http_path};
use crate::config::written::Notes;
use crate::transport::Origins;

pub use keys::ROOM_REALM;
pub use options::{RoomlessName, SignalOptions};

/// A house in which this door is the only thing, and nothing is kept.
pub const ALONE: &str = "\
[centrifuge]
enabled = false
[api]
enabled = false
[store]
path = \":memory:\"
[signal]
enabled = true
";

/// The door, if it is open. It brings a realm of its own.
pub fn signal(
    written: &SignalOptions,
    realms: &mut RealmsConfig,
    notes: &mut Notes,
) -> Option<SignalSettings> {
    if !written.enabled {
        return None;
    }
    let tokens = if written.insecure { None } else { tokens(written, notes) };
    let consumers = consumers(written, realms, notes);
    keys::add_realm(tokens.as_ref().map(|tokens| &tokens.issuer), written.longest_lifetime, realms);
    let members = TrustConfig { realms: vec![ROOM_REALM.into()], allow_no_token: written.insecure };
    check_trust(realms, "signal", &members, notes);
    for (key, origins) in
        [("signal.allowed_origins", &written.allowed_origins), ("signal.http_origins", &written.http_origins)]
    {
        if let Err(error) = Origins::new(origins) {
            notes.complain(key, error.to_string());
        }
    }
    notes.check(written.guesses_per_minute > 0, "signal.guesses_per_minute", "must be more than 0");
    Some(SignalSettings {
        allowed_origins: written.allowed_origins.clone(),
        rules: rules(written, consumers.is_some(), notes),
        rooms: written.rooms as usize,
        connections_per_token: NonZeroU32::new(written.connections_per_token),
        members,
        consumers,
        http: SignalHttpSettings {
            path: http_path(&written.path, "signal.path", notes),
            tokens,
            turn: turn::turn(written, notes),
            origins: written.http_origins.clone(),
            guesses: NonZeroU32::new(written.guesses_per_minute).unwrap_or(NonZeroU32::MIN),
        },
    })
}

/// Who issues room tokens; `None` when what is missing or wrong was said.
fn tokens(written: &SignalOptions, notes: &mut Notes) -> Option<RoomTokens> {
    let issuer = keys::issuer(written, notes);
    let given = (&written.admin_secret, written.admin_secret_file.as_str());
    let fault = "must be given: whoever knows it gets room tokens (or admin_secret_file)";
    let secret = needed_secret("signal", "admin_secret", given, fault, notes);
    let (issuer, (_, admin_secret)) = issuer.zip(secret)?;
    Some(RoomTokens { issuer, admin_secret, longest: written.longest_lifetime })
}

fn consumers(written: &SignalOptions, realms: &RealmsConfig, notes: &mut Notes) -> Option<TrustConfig> {
    if written.consumer_realms.is_empty() {
        return None;
    }
    let consumers = TrustConfig { realms: written.consumer_realms.clone(), allow_no_token: false };
    check_trust(realms, "signal.consumer_realms", &consumers, notes);
    Some(consumers)
}

fn rules(written: &SignalOptions, takes_consumers: bool, notes: &mut Notes) -> Rules {
    notes.positive(written.stale_close_delay, "signal.stale_close_delay");
    notes.positive(written.longest_lifetime, "signal.longest_lifetime");
    notes.positive(written.ping_interval, "signal.ping_interval");
    notes.positive(written.pong_timeout, "signal.pong_timeout");
    let pong_in_time = written.pong_timeout < written.ping_interval;
    notes.check(pong_in_time, "signal.pong_timeout", "must be shorter than ping_interval");
    notes.check(written.room_members > 0, "signal.room_members", "must be more than 0");
    Rules {
        authenticates: !written.insecure,
        takes_consumers,
        roomless: match written.roomless {
            RoomlessName::Shared => Roomless::Shared,
            RoomlessName::Subject => Roomless::Subject,
        },
        register_grace: Some(written.register_grace).filter(|grace| !grace.is_zero()),
        stale_close_delay: written.stale_close_delay,
        expired_close_delay: written.close_on_expiry.then_some(written.expired_close_delay),
        ping_interval: written.ping_interval,
        pong_timeout: written.pong_timeout,
        messages_per_second: NonZeroU32::new(written.messages_per_second),
        malformed_messages: written.malformed_messages,
        room: RoomLimits {
            members: written.room_members as usize,
            takeovers: written.takeovers,
            ..RoomLimits::default()
        },
    }
}

/// What is legal but unwise.
pub fn warnings(settings: &SignalSettings) -> Vec<String> {
    let mut warnings = Vec::new();
    match &settings.http.tokens {
        None => warnings
            .push("signal.insecure: anybody may enter any room; this is for development alone".to_owned()),
        Some(tokens) if tokens.has_short_secret() => warnings.push(format!(
            "signal.admin_secret: a secret of fewer than {} bytes can be guessed",
            RoomTokens::SHORT_SECRET
        )),
        Some(_) => {}
    }
    warnings
}
