//! Tokens for Supabase Realtime, which knows their secret.

use serde::Deserialize;
use serde_json::json;

use super::refusal::Refusal;
use super::{Issued, object};

/// There is nothing to say.
#[derive(Default, Deserialize)]
struct Nothing {}

/// What is sent has to be well formed all the same.
pub(super) fn check(body: &[u8]) -> Result<(), Refusal> {
    object::<Nothing>(body).map(drop)
}

/// The answer.
pub(super) fn body(issued: &Issued) -> String {
    json!({ "data": { "token": issued.token, "expiresIn": issued.lifetime() } }).to_string()
}
