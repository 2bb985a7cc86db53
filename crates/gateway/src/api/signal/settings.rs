//! What the signal door and the routes beside it go by.

use std::num::NonZeroU32;
use std::time::Duration;

use vestibule_auth::issue::RoomTokens;
use vestibule_auth::turn::TurnSecret;
use vestibule_auth::{Secret, TrustConfig};
use vestibule_doors::signal::Rules;

/// The door.
#[derive(Clone, Debug)]
pub struct SignalSettings {
    /// What sessions go by.
    pub rules: Rules,
    /// The realms of room tokens.
    pub rooms: TrustConfig,
    /// The realms of consumers; `None`: nobody vouches for consumers.
    pub consumers: Option<TrustConfig>,
    /// Tokens for backends; `None`: there are none to be had.
    pub tokens: Option<TokenSettings>,
    /// Relays; `None`: there is none.
    pub turn: Option<TurnSettings>,
    /// Origins of pages that may enter, with `*` for anything.
    pub allowed_origins: Vec<String>,
    /// Origins of pages that may read what is beside the door.
    pub cors_origins: Vec<String>,
    /// Rooms of a node.
    pub most_rooms: usize,
    /// Connections of one address.
    pub per_address: Option<NonZeroU32>,
    /// New connections of one address in a second.
    pub per_address_per_second: Option<NonZeroU32>,
}

/// Tokens for backends.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// What signs them.
    pub tokens: RoomTokens,
    /// What a backend shows; `None`: nobody gets any.
    pub admin_secret: Option<Secret>,
    /// The longest life of a token, in seconds.
    pub longest: u64,
    /// Tokens that are issued in a second.
    pub per_second: Option<NonZeroU32>,
    /// Wrong secrets that an address may show in a minute.
    pub wrong_secrets_per_minute: Option<NonZeroU32>,
}

/// Relays, and servers that tell a peer its own address.
#[derive(Clone, Debug)]
pub struct TurnSettings {
    /// Addresses of relays, and the secret that they know.
    pub relays: Option<(TurnSecret, Vec<String>)>,
    /// Addresses of servers that need no credentials.
    pub stun: Vec<String>,
    /// How long credentials are good.
    pub lifetime: Duration,
}
