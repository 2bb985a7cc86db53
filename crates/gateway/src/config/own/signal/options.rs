//! The keys of the signal door.

use std::time::Duration;

use vestibule_auth::Secret;

use super::grace::Grace;
use crate::config::written::choice::choice;
use crate::config::written::section::section;

choice! {
    /// The room of a token whose bearer names none.
    pub enum RoomlessName {
        /// One room for all of them.
        "shared" => Shared,
        /// The one that the token's subject names.
        "subject" => Subject,
    }
}

section! {
    /// The door of WebRTC signaling, at /signal, /token, /public-key and /ice. `vestibule signal` opens it alone, from the
    /// variables that @aikofy/client-db-sync has.
    pub struct SignalOptions {
        /// Whether it is open.
        enabled: bool = false,
        /// FOR DEVELOPMENT ONLY when off: everybody may enter every room.
        authentication: bool = true,
        /// The Ed25519 key that signs room tokens: PEM, a JWK, or a JWK in base64, as `vestibule signal keygen` makes it.
        private_key: Option<Secret> = None,
        /// A file that holds the key.
        private_key_file: String = String::new(),
        /// Files with the keys before the last rotations: their tokens are still accepted.
        previous_key_files: Vec<String> = Vec::new(),
        /// The public key of the same pair, a JWK or one in base64. The door does not open if it belongs to another one.
        public_key: String = String::new(),
        /// What backends show at /token, as x-admin-secret. Left out: nobody gets tokens there.
        admin_secret: Option<Secret> = None,
        /// A file that holds the secret.
        admin_secret_file: String = String::new(),
        /// Realms whose tokens let peers in too: the user that a token names is its room.
        realms: Vec<String> = Vec::new(),
        /// The realms of consumers. Empty: there are none.
        consumer_realms: Vec<String> = Vec::new(),
        /// After so long an authenticated socket that is silent counts as a peer. "off": it is closed after
        /// register_timeout.
        register_grace: Grace = Grace(Some(Duration::from_millis(500))),
        /// How long a socket may take to say what it is; after it 4002.
        register_timeout: Duration = Duration::from_secs(10),
        /// The room of a token whose bearer names none: "shared", one for all of them, or "subject".
        roomless: RoomlessName = RoomlessName::Shared,
        /// End connections with their tokens. Clients of @aikofy/client-db cannot get another one.
        close_on_expiry: bool = false,
        /// How long after its token's end a connection is closed, if it is.
        expiry_grace: Duration = Duration::from_secs(10),
        /// The longest life of a room token.
        max_ttl: Duration = Duration::from_secs(31_557_600),
        /// Tokens that /token issues in a second. 0: any number.
        tokens_per_second: u32 = 100,
        /// Wrong secrets that an address may show at /token in a minute; after that, right ones have to wait too. 0: any
        /// number.
        wrong_secrets_per_minute: u32 = 20,
        /// The secret that a TURN server knows (static-auth-secret of coturn).
        turn_secret: Option<Secret> = None,
        /// A file that holds the secret.
        turn_secret_file: String = String::new(),
        /// Where it is, such as "turn:turn.example.org:3478?transport=udp"; STUN servers too.
        turn_urls: Vec<String> = Vec::new(),
        /// How long credentials for it are good.
        turn_ttl: Duration = Duration::from_secs(24 * 60 * 60),
        /// Origins of web pages that may enter, with * for anything.
        allowed_origins: Vec<String> = vec!["*".into()],
        /// Origins of web pages that may read /health, /public-key and /ice, with * for anything. Empty: none.
        cors_origins: Vec<String> = Vec::new(),
        /// Rooms that a node has at a time.
        rooms: u32 = 100_000,
        /// Members of a room.
        members: u32 = 5_000,
        /// So often an id may go from one connection to another within takeover_window; then its holder keeps it.
        takeovers: u32 = 10,
        /// The time in which takeovers are counted.
        takeover_window: Duration = Duration::from_secs(60),
        /// Messages that a socket may send in a second, on the average; one that sends more waits. 0: any number.
        messages_per_second: u32 = 200,
        /// Messages without a meaning that a socket may send; after that 1008.
        malformed_messages: u32 = 100,
        /// How often sockets are pinged.
        ping_interval: Duration = Duration::from_secs(25),
        /// How long an answer to a ping may take.
        pong_timeout: Duration = Duration::from_secs(10),
        /// Connections that one address may have on a node, of all doors. 0: any number.
        connections_per_address: u32 = 1_000,
        /// New connections that one address may open in a second, of all doors. 0: any number.
        connections_per_address_per_second: u32 = 200,
    }
}
