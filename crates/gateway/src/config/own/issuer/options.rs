//! The keys of tokens that are issued.

use std::collections::BTreeMap;
use std::time::Duration;

use vestibule_auth::Secret;

use super::claims::TokenClaims;
use crate::config::written::section::section;

section! {
    /// Tokens that the house issues. Public keys are at /.well-known/jwks.json.
    pub struct IssuerOptions {
        /// Tokens for the upgrade of an office room, at POST /api/v1/cloudflare/request-access.
        handshake: HandshakeOptions = HandshakeOptions::default(),
        /// Tokens for Supabase Realtime, at POST /api/v1/realtime/token.
        realtime: RealtimeOptions = RealtimeOptions::default(),
        /// A key that signs the tokens of templates.
        keys: BTreeMap<String, KeyOptions> = BTreeMap::new(),
        /// What tokens of one kind say, which backends get by issue_token of the server API, and operators by
        /// `vestibule token mint --template NAME`.
        templates: BTreeMap<String, TemplateOptions> = BTreeMap::new(),
    }
}

section! {
    /// Tokens for the upgrade of an office room: RS256, good for 60 seconds.
    pub struct HandshakeOptions {
        /// Whether there is the route. Left out: when a key, an issuer, an audience or an address is given, or
        /// a variable for one is there, even if it is empty.
        enabled: Option<bool> = None,
        /// The private key: PEM, a JWK, or a JWK in base64. Also JWT_PRIVATE_KEY.
        private_key: Option<Secret> = None,
        /// A file that holds the private key.
        private_key_file: String = String::new(),
        /// Files with keys, public or private, whose public sides are published too: those that signed before the last
        /// rotations, and the one that will sign next.
        previous_key_files: Vec<String> = Vec::new(),
        /// The claim iss. Also JWT_ISSUER.
        issuer: String = String::new(),
        /// The claim aud. Also JWT_AUDIENCE.
        audience: String = String::new(),
        /// The address below which the rooms are, such as "wss://ws.example.com/office". Also WEBSOCKET_BASE_URL.
        base_url: String = String::new(),
        /// The realms whose access tokens are taken in exchange. Empty: all.
        realms: Vec<String> = Vec::new(),
        /// How many tokens a user gets in a minute.
        per_minute: u32 = 30,
        /// How many requests with a token that is no good an address, or a /64 of IPv6, may make in a minute; above it
        /// they get 429, and good ones are taken all the same. Behind a proxy, see listen.trusted_proxies.
        guesses: u32 = 120,
        /// Origins of web pages that may ask, with * for anything.
        allowed_origins: Vec<String> = Vec::new(),
    }
}

section! {
    /// Tokens for Supabase Realtime: HS256, good for an hour.
    pub struct RealtimeOptions {
        /// Whether there is the route. Left out: when the secret is given, or the variable for it is there, even if
        /// it is empty.
        enabled: Option<bool> = None,
        /// The secret of the project, which can sign as any role: nothing but this should know it. Also
        /// SUPABASE_JWT_SECRET.
        secret: Option<Secret> = None,
        /// A file that holds the secret.
        secret_file: String = String::new(),
        /// The claim iss.
        issuer: String = "qubital-backend".into(),
        /// The realms whose access tokens are taken in exchange. Empty: all.
        realms: Vec<String> = Vec::new(),
        /// How many tokens a user gets in a minute.
        per_minute: u32 = 30,
        /// How many requests with a token that is no good an address, or a /64 of IPv6, may make in a minute; above it
        /// they get 429, and good ones are taken all the same. Behind a proxy, see listen.trusted_proxies.
        guesses: u32 = 120,
        /// Origins of web pages that may ask, with * for anything.
        allowed_origins: Vec<String> = Vec::new(),
    }
}

section! {
    /// A key that signs.
    pub struct KeyOptions {
        /// The private key: PEM, a JWK, or a JWK in base64.
        private_key: Option<Secret> = None,
        /// A file that holds the private key.
        private_key_file: String = String::new(),
        /// A secret that is shared with whoever checks the tokens, instead.
        secret: Option<Secret> = None,
        /// A file that holds the secret.
        secret_file: String = String::new(),
        /// The algorithm, such as "PS256". Empty: the usual one of such a key.
        algorithm: String = String::new(),
        /// Files with keys, public or private, whose public sides are published too: those that signed before the last
        /// rotations, and the one that will sign next.
        previous_key_files: Vec<String> = Vec::new(),
    }
}

section! {
    /// What tokens of one kind say: sub, iat, exp and jti, and what is given here.
    pub struct TemplateOptions {
        /// The name of the key that signs.
        key: String = String::new(),
        /// How long a token lives.
        lifetime: Duration = Duration::from_secs(600),
        /// The claim iss. Empty: none.
        issuer: String = String::new(),
        /// The claim aud. Empty: none.
        audience: String = String::new(),
        /// Claims that always say the same, such as { role = "worker" }.
        claims: TokenClaims = TokenClaims::default(),
        /// Claims that say something of the bearer, by claim: "user", "name", "organisation", "role", "roles" or
        /// "session", such as { org_id = "organisation" }.
        bearer: TokenClaims = TokenClaims::default(),
    }
}
