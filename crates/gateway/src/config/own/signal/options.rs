//! The keys of the signal door.

use std::time::Duration;

use vestibule_auth::Secret;

use crate::config::written::choice::choice;
use crate::config::written::section::section;

choice! {
    /// The room of a token whose bearer names none.
    pub enum RoomlessName {
        /// One room of all.
        "shared" => Shared,
        /// The one that the token's subject names.
        "subject" => Subject,
    }
}

section! {
    /// The door of WebRTC signaling.
    pub struct SignalOptions {
        /// Whether it is open.
        enabled: bool = false,
        /// Where it is. Beside it are POST /token, GET /public-key, GET /health and GET /ice.
        path: String = "/signal".into(),
        /// The private key that signs room tokens (Ed25519): a JWK in base64, a JWK, or PEM. `vestibule signal keygen`.
        private_key: Option<Secret> = None,
        /// A file that holds the private key.
        private_key_file: String = String::new(),
        /// The public key that belongs to it, if both are kept: a JWK in base64, a JWK, or PEM. It must be the same key's.
        public_key: String = String::new(),
        /// Files with keys whose tokens are taken too: those before the last rotations, private or public.
        previous_key_files: Vec<String> = Vec::new(),
        /// Whoever knows it gets room tokens.
        admin_secret: Option<Secret> = None,
        /// A file that holds the admin secret.
        admin_secret_file: String = String::new(),
        /// FOR DEVELOPMENT ONLY: anybody may enter any room, and there are no tokens.
        insecure: bool = false,
        /// The realms whose tokens let consumers in. There is no default: while none is listed, nobody comes in as one.
        consumer_realms: Vec<String> = Vec::new(),
        /// The room of who names none: "shared" (one room of all) or "subject" (that of the token's subject).
        roomless: RoomlessName = RoomlessName::Shared,
        /// After so long an authenticated socket that has said nothing counts as a peer. 0s: it is closed.
        register_grace: Duration = Duration::from_millis(500),
        /// How long a connection may take to say what it is.
        stale_close_delay: Duration = Duration::from_secs(10),
        /// Close connections whose token has ended. Clients in the field cannot get another one.
        close_on_expiry: bool = false,
        /// How long a connection outlives its token, where close_on_expiry ends it.
        expired_close_delay: Duration = Duration::from_secs(25),
        /// The longest life of a room token.
        longest_lifetime: Duration = Duration::from_secs(31_557_600),
        /// How often sockets are pinged.
        ping_interval: Duration = Duration::from_secs(25),
        /// How long a ping may stay unanswered; shorter than the interval.
        pong_timeout: Duration = Duration::from_secs(10),
        /// Messages that a socket may send in a second, on the average; who sends more waits. 0: any number.
        messages_per_second: u32 = 200,
        /// Messages without a meaning after which a socket is closed.
        malformed_messages: u32 = 100,
        /// Rooms of the node.
        rooms: u32 = 100_000,
        /// Members of a room.
        room_members: u32 = 5_000,
        /// How often an id may go from one connection to another before its holder keeps it; when nobody has asked for it
        /// for two minutes, as often again.
        takeovers: u32 = 10,
        /// Connections that one room token may have on the node; tokens of one second for one room count as one. Above
        /// it 1008. 0: any number.
        connections_per_token: u32 = 500,
        /// Wrong guesses at the admin secret that an address may make in a minute; above it 429.
        guesses_per_minute: u32 = 30,
        /// The secret that is shared with a TURN server (coturn: static-auth-secret).
        turn_secret: Option<Secret> = None,
        /// A file that holds the secret of the TURN server.
        turn_secret_file: String = String::new(),
        /// Where the TURN server is, such as "turn:relay.example.com:3478".
        turn_urls: Vec<String> = Vec::new(),
        /// How long a credential for the TURN server is good.
        turn_lifetime: Duration = Duration::from_secs(3_600),
        /// Origins of web pages that may connect, with * for anything.
        allowed_origins: Vec<String> = vec!["*".into()],
        /// Origins of web pages that may read the HTTP answers, with * for anything.
        http_origins: Vec<String> = Vec::new(),
    }
}
