//! Tokens for Supabase Realtime, which knows their secret.

use serde_json::json;

use super::Issued;

/// The answer.
pub(super) fn body(issued: &Issued) -> String {
    json!({ "data": { "token": issued.token, "expiresIn": issued.lifetime() } }).to_string()
}
