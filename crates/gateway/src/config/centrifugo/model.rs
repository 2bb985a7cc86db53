//! The keys that take effect, with Centrifugo's names and defaults.

use std::time::Duration;

use vestibule_auth::Secret;

use super::namespaces::NamespaceList;
use crate::config::options::log::LevelOfCentrifugo;
use crate::config::options::store::MEMORY;
use crate::config::options::{ChannelOptions, ClientOptions, SyntaxOptions};
use crate::config::written::Size;
use crate::config::written::section::section;

section! {
    /// Centrifugo's configuration, as far as it takes effect.
    pub struct Centrifugo {
        /// Where the house listens.
        http_server: HttpServer = HttpServer::default(),
        /// The log.
        log: Log = Log::default(),
        /// Connections.
        client: Client = Client::default(),
        /// Channels.
        channel: Channel = Channel::default(),
        /// Remote procedure calls.
        rpc: Rpc = Rpc::default(),
        /// The server API.
        http_api: HttpApi = HttpApi::default(),
        /// The WebSocket transport.
        websocket: WebSocket = WebSocket::default(),
        /// Metrics.
        prometheus: Prometheus = Prometheus::default(),
        /// Where load balancers ask.
        health: Health = Health::default(),
        /// This node.
        node: Node = Node::default(),
        /// What outlives the process, which Centrifugo does not have.
        store: Store = Store::default(),
        /// The graceful stop.
        shutdown: Shutdown = Shutdown::default(),
    }
}

section! {
    /// Where the house listens.
    pub struct HttpServer {
        /// A name or an address. Empty: every address.
        address: String = String::new(),
        /// The port.
        port: u16 = 8000,
    }
}

section! {
    /// What outlives the process, which Centrifugo does not have.
    pub struct Store {
        /// A file for revocations and blocks. Centrifugo writes no file, so an installation that was made for it may have
        /// no place for one: unless it says otherwise, nothing is kept when the process ends.
        path: String = MEMORY.into(),
        /// How many revocations and blocks may hold at a time; further ones are refused.
        revocations: u32 = 100_000,
    }
}

section! {
    /// The log.
    pub struct Log {
        /// From which level on: trace, debug, info, warn, error, fatal or none.
        level: LevelOfCentrifugo = LevelOfCentrifugo::Info,
    }
}

section! {
    /// Connections.
    pub struct Client {
        /// Who may connect.
        token: TokenOptions = TokenOptions::default(),
        /// Who may subscribe, if others vouch for that.
        subscription_token: SubscriptionTokenOptions = SubscriptionTokenOptions::default(),
        /// Bytes that may wait for a client that does not read.
        queue_max_size: Size = Size(1_048_576),
        /// Connections that the node takes. 0: any number.
        connection_limit: u32 = 0,
        /// Connections that a user may have on the node. 0: any number.
        user_connection_limit: u32 = 0,
        /// New connections that the node takes in a second. 0: any number.
        connection_rate_limit: u32 = 0,
        ..options: ClientOptions,
    }
}

section! {
    /// Keys and claims of tokens.
    pub struct TokenOptions {
        /// The secret of HS256, HS384 and HS512.
        hmac_secret_key: Option<Secret> = None,
        /// The secret before the last rotation.
        hmac_previous_secret_key: Option<Secret> = None,
        /// The Unix time until which the previous secret is accepted. 0: for ever.
        hmac_previous_secret_key_valid_until: i64 = 0,
        /// A public key or certificate for RS256, RS384 and RS512: PEM, PEM in base64, or a path.
        rsa_public_key: Option<Secret> = None,
        /// A public key or certificate for ES256, ES384 and ES512: PEM, PEM in base64, or a path.
        ecdsa_public_key: Option<Secret> = None,
        /// The address of a document with the keys that may have signed.
        jwks_public_endpoint: String = String::new(),
        /// What the claim aud must hold.
        audience: String = String::new(),
        /// What one of the claim aud must match.
        audience_regex: String = String::new(),
        /// What the claim iss must be.
        issuer: String = String::new(),
        /// What the claim iss must match.
        issuer_regex: String = String::new(),
        /// The claim that names the user, instead of sub.
        user_id_claim: String = String::new(),
    }
}

section! {
    /// Keys and claims of subscription tokens.
    pub struct SubscriptionTokenOptions {
        /// Whether they have keys of their own.
        enabled: bool = false,
        ..token: TokenOptions,
    }
}

section! {
    /// Channels.
    pub struct Channel {
        /// What is allowed in channels without a namespace.
        without_namespace: ChannelOptions = ChannelOptions::default(),
        /// What is allowed in the others: a list of tables with a name each.
        namespaces: NamespaceList = NamespaceList::default(),
        ..syntax: SyntaxOptions,
    }
}

section! {
    /// Remote procedure calls.
    pub struct Rpc {
        /// A call that is answered with nothing.
        ping: RpcPing = RpcPing::default(),
    }
}

section! {
    /// A call that is answered with nothing.
    pub struct RpcPing {
        /// Whether there is one.
        enabled: bool = false,
        /// Its name.
        method: String = "ping".into(),
    }
}

section! {
    /// The server API.
    pub struct HttpApi {
        /// Whether there is none.
        disabled: bool = false,
        /// Where it is.
        handler_prefix: String = "/api".into(),
        /// The key that callers have to show. Empty: nobody can call it.
        key: Option<Secret> = None,
        /// "transport": errors become HTTP statuses.
        error_mode: ErrorMode = ErrorMode::Body,
        /// FOR DEVELOPMENT ONLY: anybody can call it without a key.
        insecure: bool = false,
    }
}

crate::config::written::choice::choice! {
    /// How the server API tells errors.
    pub enum ErrorMode {
        /// In the body of a reply with status 200.
        "" => Body,
        /// By the HTTP status.
        "transport" => Transport,
    }
}

section! {
    /// The WebSocket transport.
    pub struct WebSocket {
        /// Whether there is none.
        disabled: bool = false,
        /// Where it is.
        handler_prefix: String = "/connection/websocket".into(),
        /// The largest message of a client in bytes.
        message_size_limit: Size = Size(65_536),
        /// How long a socket may take nothing while something waits for it.
        write_timeout: Duration = Duration::from_secs(1),
    }
}

section! {
    /// Metrics.
    pub struct Prometheus {
        /// Whether there are any.
        enabled: bool = false,
        /// Where they are.
        handler_prefix: String = "/metrics".into(),
    }
}

section! {
    /// Where load balancers ask.
    pub struct Health {
        /// Whether there is an answer.
        enabled: bool = false,
        /// Where they ask.
        handler_prefix: String = "/health".into(),
    }
}

section! {
    /// This node.
    pub struct Node {
        /// How it calls itself. Empty: the name of the host and the port.
        name: String = String::new(),
    }
}

section! {
    /// The graceful stop.
    pub struct Shutdown {
        /// How long it may take.
        timeout: Duration = Duration::from_secs(30),
    }
}
