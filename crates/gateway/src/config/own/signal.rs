//! The signal door, as it is written, and what that makes of its keys, realms and bounds.
//!
//! - `options`: its keys; `grace`: a duration that can be off; `keys`: keys that sign room tokens.

mod grace;
mod keys;
mod options;

use std::num::NonZeroU32;
use std::time::Duration;

use vestibule_auth::issue::RoomTokens;
use vestibule_auth::turn::TurnSecret;
use vestibule_auth::{RealmsConfig, Secret, TrustConfig};
use vestibule_doors::signal::{RoomLimits, Roomless, Rules};

use super::realm::secret;
use crate::api::{SignalSettings, TokenSettings, TurnSettings};
use crate::config::plan::check_trust;
use crate::config::written::Notes;
use crate::transport::Origins;

pub use options::{RoomlessName, SignalOptions};

/// The realm of tokens that the door's own keys sign. No other door trusts it unless it is named there.
pub const REALM: &str = "signal";

/// A secret that is shorter than this can be guessed, in characters.
pub const SHORT_SECRET: usize = 16;

/// The door; `None` when it is closed. Its realm comes to those of the house.
pub fn signal(
    written: &SignalOptions,
    realms: &mut RealmsConfig,
    warnings: &mut Vec<String>,
    notes: &mut Notes,
) -> Option<SignalSettings> {
    if !written.enabled {
        return None;
    }
    let own = keys::room_tokens(written, notes);
    let tokens = own.clone().filter(|_| written.authentication);
    let tokens = tokens.and_then(|tokens| token_settings(written, tokens, warnings, notes));
    let mut trusted = written.realms.clone();
    if written.authentication {
        let fault = "nobody could come in: give private_key, or name realms";
        notes.check(own.is_some() || !trusted.is_empty() || keys::is_given(written), "signal.private_key", fault);
        if let Some(own) = &own {
            realms.realms.push(own.realm(REALM, written.max_ttl));
            trusted.push(REALM.into());
        }
    } else {
        // Nobody has its key: whoever comes, comes as nobody of its organisation.
        realms.realms.push(RoomTokens::with_a_fresh_key().realm(REALM, written.max_ttl));
        trusted = vec![REALM.into()];
    }
    let rooms = TrustConfig { realms: trusted, allow_no_token: !written.authentication };
    let consumers = TrustConfig { realms: written.consumer_realms.clone(), allow_no_token: false };
    let consumers = Some(consumers).filter(|consumers| !consumers.realms.is_empty());
    if notes.complaints.is_empty() {
        check_trust(realms, "signal.realms", &rooms, notes);
        if let Some(consumers) = &consumers {
            check_trust(realms, "signal.consumer_realms", consumers, notes);
        }
    }
    for (key, origins) in
        [("allowed_origins", &written.allowed_origins), ("cors_origins", &written.cors_origins)]
    {
        if let Err(error) = Origins::new(origins) {
            notes.complain(&format!("signal.{key}"), error.to_string());
        }
    }
    if !written.authentication {
        warnings.push("signal.authentication is off: everybody may enter every room".into());
    }
    Some(SignalSettings {
        rules: rules(written, consumers.is_some(), notes),
        rooms,
        consumers,
        tokens,
        turn: turn(written, notes),
        allowed_origins: written.allowed_origins.clone(),
        cors_origins: written.cors_origins.clone(),
        most_rooms: written.rooms as usize,
        per_address: NonZeroU32::new(written.connections_per_address),
        per_address_per_second: NonZeroU32::new(written.connections_per_address_per_second),
    })
}

fn token_settings(
    written: &SignalOptions,
    tokens: RoomTokens,
    warnings: &mut Vec<String>,
    notes: &mut Notes,
) -> Option<TokenSettings> {
    let at = "signal.max_ttl";
    notes.check(written.max_ttl >= Duration::from_secs(1), at, "must be 1s or more");
    let found = secret("signal", "admin_secret", &written.admin_secret, &written.admin_secret_file, notes);
    let admin_secret = found.map(|(_, secret)| secret).filter(|secret| !secret.reveal().is_empty());
    if admin_secret.is_none() {
        warnings.push("signal.admin_secret is not given: nobody can ask for room tokens".into());
    }
    warnings.extend(admin_secret.as_ref().and_then(weakness));
    Some(TokenSettings {
        tokens,
        admin_secret,
        longest: written.max_ttl.as_secs(),
        per_second: NonZeroU32::new(written.tokens_per_second),
        wrong_secrets_per_minute: NonZeroU32::new(written.wrong_secrets_per_minute),
    })
}

/// What is wrong with a secret that can be guessed.
fn weakness(secret: &Secret) -> Option<String> {
    let length = secret.reveal().chars().count();
    let text = "signal.admin_secret (ADMIN_SECRET)";
    if secret.reveal().trim().is_empty() {
        return Some(format!("{text} is nothing but spaces: everybody can guess it"));
    }
    (length < SHORT_SECRET)
        .then(|| format!("{text} has {length} characters and can be guessed; use at least {SHORT_SECRET}"))
}

fn rules(written: &SignalOptions, takes_consumers: bool, notes: &mut Notes) -> Rules {
    let positive = |value: Duration, key: &str, notes: &mut Notes| {
        notes.check(!value.is_zero(), &format!("signal.{key}"), "must be longer than 0s");
        value
    };
    notes.check(written.rooms > 0, "signal.rooms", "must be more than 0");
    notes.check(written.members > 0, "signal.members", "must be more than 0");
    let room = RoomLimits {
        members: written.members as usize,
        takeovers: written.takeovers,
        takeover_window: positive(written.takeover_window, "takeover_window", notes),
    };
    Rules {
        authenticates: written.authentication,
        takes_consumers,
        roomless: match written.roomless {
            RoomlessName::Shared => Roomless::Shared,
            RoomlessName::Subject => Roomless::Subject,
        },
        register_grace: written.register_grace.0,
        register_timeout: positive(written.register_timeout, "register_timeout", notes),
        close_on_expiry: written.close_on_expiry.then_some(written.expiry_grace),
        ping_interval: positive(written.ping_interval, "ping_interval", notes),
        pong_timeout: positive(written.pong_timeout, "pong_timeout", notes),
        messages_per_second: NonZeroU32::new(written.messages_per_second),
        malformed_messages: written.malformed_messages,
        room,
    }
}

fn turn(written: &SignalOptions, notes: &mut Notes) -> Option<TurnSettings> {
    let found = secret("signal", "turn_secret", &written.turn_secret, &written.turn_secret_file, notes);
    let secret = found.map(|(_, secret)| secret).filter(|secret| !secret.reveal().is_empty());
    let (relays, others): (Vec<_>, Vec<_>) =
        written.turn_urls.iter().cloned().partition(|url| url.starts_with("turn:") || url.starts_with("turns:"));
    let good = others.iter().all(|url| url.starts_with("stun:") || url.starts_with("stuns:"));
    notes.check(good, "signal.turn_urls", "must be addresses such as \"turn:turn.example.org:3478\"");
    notes.check(relays.is_empty() || secret.is_some(), "signal.turn_secret", "must be given with turn_urls");
    notes.check(secret.is_none() || !relays.is_empty(), "signal.turn_urls", "must be given with turn_secret");
    notes.check(!written.turn_ttl.is_zero(), "signal.turn_ttl", "must be longer than 0s");
    if relays.is_empty() && others.is_empty() {
        return None;
    }
    let relays = secret.map(|secret| (TurnSecret::new(&secret), relays));
    Some(TurnSettings { relays, stun: others, lifetime: written.turn_ttl })
}
