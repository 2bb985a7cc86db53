//! The signal door, as it is written, and what that makes of it.
//!
//! - `options`: its keys; `keys`: the keys of room tokens, and the realm that takes them.

mod keys;
mod options;

use std::num::NonZeroU32;
use std::time::Duration;

use vestibule_auth::{RealmsConfig, TrustConfig};
use vestibule_doors::signal::{RoomLimits, Roomless, Rules};

use crate::api::{RoomTokens, SignalHttp, Turn};
use crate::config::SignalSettings;
use crate::config::own::realm::secret;
use crate::config::plan::{check_trust, http_path};
use crate::config::written::Notes;
use crate::transport::Origins;

pub use keys::ROOM_REALM;
pub use options::{RoomlessName, SignalOptions};

/// An admin secret of fewer bytes can be guessed.
const SHORT_SECRET: usize = 16;

/// The door, if it is open. It brings a realm of its own.
pub fn signal(
    written: &SignalOptions,
    realms: &mut RealmsConfig,
    notes: &mut Notes,
) -> Option<SignalSettings> {
    if !written.enabled {
        return None;
    }
    let open = written.let_in_everybody_without_a_token;
    let issuer = if open { None } else { keys::issuer(written, notes) };
    let before = notes.complaints.len();
    let admin_secret =
        secret("signal", "admin_secret", &written.admin_secret, &written.admin_secret_file, notes)
            .map(|(_, secret)| secret)
            .filter(|secret| !secret.reveal().is_empty());
    if !open {
        let fault = "must be given: whoever knows it gets room tokens (or admin_secret_file)";
        let said = notes.complaints.len() > before;
        notes.check(admin_secret.is_some() || said, "signal.admin_secret", fault);
    }
    let consumers = consumers(written, realms, notes);
    keys::add_realm(issuer.as_ref(), written.max_ttl, realms);
    let members = TrustConfig { realms: vec![ROOM_REALM.into()], allow_no_token: open };
    check_trust(realms, "signal", &members, notes);
    for (key, origins) in
        [("signal.allowed_origins", &written.allowed_origins), ("signal.cors_origins", &written.cors_origins)]
    {
        if let Err(error) = Origins::new(origins) {
            notes.complain(key, error.to_string());
        }
    }
    let tokens = issuer.zip(admin_secret).map(|(issuer, admin_secret)| RoomTokens {
        issuer,
        admin_secret,
        longest: written.max_ttl,
    });
    let path = http_path(&written.path, "signal.path", notes);
    notes.check(written.token_guesses > 0, "signal.token_guesses", "must be more than 0");
    Some(SignalSettings {
        path: path.clone(),
        allowed_origins: written.allowed_origins.clone(),
        rules: rules(written, consumers.is_some(), notes),
        rooms: written.rooms as usize,
        members,
        consumers,
        http: SignalHttp {
            path,
            tokens,
            turn: turn(written, notes),
            cors: written.cors_origins.clone(),
            guesses: NonZeroU32::new(written.token_guesses).unwrap_or(NonZeroU32::MIN),
            health: true,
        },
    })
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
    let positive = |duration: Duration, key: &str, notes: &mut Notes| {
        notes.check(!duration.is_zero(), &format!("signal.{key}"), "must be longer than 0s");
    };
    positive(written.register_timeout, "register_timeout", notes);
    positive(written.ping_interval, "ping_interval", notes);
    positive(written.pong_timeout, "pong_timeout", notes);
    let fault = "must be longer than signal.pong_timeout, or no pong is ever missed";
    notes.check(written.ping_interval > written.pong_timeout, "signal.ping_interval", fault);
    positive(written.max_ttl, "max_ttl", notes);
    notes.check(written.room_members > 0, "signal.room_members", "must be more than 0");
    Rules {
        authenticates: !written.let_in_everybody_without_a_token,
        takes_consumers,
        roomless: match written.roomless {
            RoomlessName::Shared => Roomless::Shared,
            RoomlessName::Subject => Roomless::Subject,
        },
        register_grace: Some(written.register_grace).filter(|grace| !grace.is_zero()),
        stale_close_delay: written.register_timeout,
        expired_close_delay: written.close_on_expiry.then_some(written.expiry_grace),
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

fn turn(written: &SignalOptions, notes: &mut Notes) -> Option<Turn> {
    let secret = secret("signal", "turn_secret", &written.turn_secret, &written.turn_secret_file, notes);
    let urls = &written.turn_urls;
    let fault = "goes together with turn_secret, or turn_secret_file";
    notes.check(secret.is_some() != urls.is_empty(), "signal.turn_urls", fault);
    let (_, secret) = secret?;
    Some(Turn { secret, urls: urls.clone(), ttl: written.turn_ttl })
}

/// What is legal but unwise.
pub fn warnings(settings: &SignalSettings) -> Vec<String> {
    let mut warnings = Vec::new();
    match &settings.http.tokens {
        None => warnings.push(
            "signal.let_in_everybody_without_a_token: anybody may enter any room; this is for development alone"
                .to_owned(),
        ),
        Some(tokens) if tokens.admin_secret.reveal().len() < SHORT_SECRET => warnings.push(format!(
            "signal.admin_secret: a secret of fewer than {SHORT_SECRET} bytes can be guessed"
        )),
        Some(_) => {}
    }
    warnings
}
