//! Tokens that the server under test trusts.

use std::time::Duration;

use vestibule_auth::{DevelopmentKey, TokenDraft};
use vestibule_model::UnixSeconds;

use crate::config::TOKEN_SECRET;
use crate::patience::unix_now;

/// Longer than any test.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// A connection token of that user.
pub fn of(user: &str) -> String {
    signed_with(TOKEN_SECRET, user)
}

/// A connection token that says so, which was issued so many seconds ago.
pub fn saying(draft: &TokenDraft, ago: i64) -> String {
    key().connection_token(draft, UnixSeconds(unix_now().0 - ago))
}

/// A subscription token of that user for that channel, with that id.
pub fn for_channel(user: &str, channel: &str, id: &str) -> String {
    key().subscription_token(&TokenDraft::new(user, Some(LIFETIME)).with("jti", id), channel, unix_now())
}

/// What a token of that user says, with the id of the token and of the login session.
pub fn draft(user: &str, id: &str, session: &str) -> TokenDraft {
    TokenDraft::new(user, Some(LIFETIME)).with("jti", id).with("sid", session)
}

fn key() -> DevelopmentKey {
    DevelopmentKey::from_secret(TOKEN_SECRET.into())
}

/// A connection token of that user, signed with any secret.
pub fn signed_with(secret: &str, user: &str) -> String {
    DevelopmentKey::from_secret(secret.into())
        .connection_token(&TokenDraft::new(user, Some(LIFETIME)), unix_now())
}
