//! Tokens that the server under test trusts.

use std::time::Duration;

use vestibule_auth::{DevelopmentKey, TokenDraft};

use crate::config::TOKEN_SECRET;
use crate::patience::unix_now;

/// Longer than any test.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// A connection token of that user.
pub fn of(user: &str) -> String {
    signed_with(TOKEN_SECRET, user)
}

/// A connection token of that user, signed with any secret.
pub fn signed_with(secret: &str, user: &str) -> String {
    DevelopmentKey::from_secret(secret.into())
        .connection_token(&TokenDraft::new(user, Some(LIFETIME)), unix_now())
}
