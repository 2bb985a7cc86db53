//! What the HTTP service goes by, as far as it is set.

use std::collections::BTreeMap;

use vestibule_auth::Secret;

use super::RoomTokens;

/// The server API.
#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// Whether there is one.
    pub enabled: bool,
    /// Where it is: no slash at the end.
    pub path: String,
    /// The key that callers have to show; `None`: nobody can call it.
    pub key: Option<Secret>,
    /// Keys of callers that act for other organisations than the default one, by the organisation.
    pub keys: BTreeMap<String, Secret>,
    /// The key of operators, who say for which organisation they act, and look after the life of sessions alone; `None`:
    /// there are none.
    pub operator_key: Option<Secret>,
    /// Whether anybody can call it, without a key.
    pub insecure: bool,
    /// Errors become HTTP statuses.
    pub errors_as_status: bool,
    /// Largest body in bytes.
    pub body_size: usize,
    /// Most commands in a batch, and most channels in a broadcast.
    pub batch_size: usize,
}

/// The demo of `vestibule dev`.
#[derive(Clone, Debug)]
pub struct DemoSettings {
    /// Signs its tokens.
    pub key: Secret,
    /// Who issues tokens for the call, if the signal door is open.
    pub rooms: Option<RoomTokens>,
}
