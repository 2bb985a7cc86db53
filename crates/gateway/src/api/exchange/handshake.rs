//! Tokens for the upgrade of an office room: good for a minute, in one organisation's room.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use vestibule_model::Identity;

use super::refusal::Refusal;
use super::{Issued, object};

/// What a caller may say. An empty body says nothing.
#[derive(Default, Deserialize)]
struct Wish {
    /// The organisation whose room he wants; it must be the one of his token.
    #[serde(rename = "orgId")]
    organisation: Option<String>,
}

/// Nobody gets a token for another organisation than his own.
pub(super) fn check(body: &[u8], bearer: &Identity) -> Result<(), Refusal> {
    match object::<Wish>(body)?.organisation {
        Some(wanted) if wanted != bearer.organisation.as_str() => Err(Refusal::OTHER_ORGANISATION),
        _ => Ok(()),
    }
}

/// The answer.
pub(super) fn body(base_url: &str, issued: &Issued) -> String {
    let expires = Timestamp::from_second(issued.expires.0).unwrap_or(Timestamp::MAX);
    json!({ "data": {
        "url": format!("{base_url}/{}", as_segment(issued.bearer.organisation.as_str())),
        "token": issued.token,
        "expiresAt": expires.to_string(),
        "expiresIn": issued.lifetime(),
    } })
    .to_string()
}

/// A text as one segment of a path (RFC 3986, 3.3).
fn as_segment(text: &str) -> String {
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => segment.push(byte.into()),
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment_of_the_address() {
        assert_eq!(as_segment("org_01"), "org_01");
        assert_eq!(as_segment("a/../b?c#ü"), "a%2F..%2Fb%3Fc%23%C3%BC");
    }
}
