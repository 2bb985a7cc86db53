//! Short-lived credentials for a TURN server that shares a secret with the house (draft-uberti-behave-turn-rest-00).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_model::UnixSeconds;

use crate::Secret;

/// The longest label of a credential, in characters.
const LONGEST_LABEL: usize = 64;

/// A name and a password that a TURN server accepts until a time.
#[derive(Clone, PartialEq, Eq)]
pub struct TurnCredential {
    /// `EXPIRY:NAME`, the expiry in seconds since 1970.
    pub username: String,
    /// HMAC-SHA1 of the name, in base64.
    pub password: String,
}

impl TurnCredential {
    /// A credential until then. The name is a label for the server's log; what servers trip over in names is left out.
    pub fn new(secret: &Secret, name: &str, until: UnixSeconds) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-._~".contains(c) { c } else { '_' };
        let label: String = name.chars().take(LONGEST_LABEL).map(plain).collect();
        let username = format!("{}:{label}", until.0);
        // SHA-1 is what TURN servers expect; as a keyed hash it still stands.
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.reveal().as_bytes());
        let password = STANDARD.encode(hmac::sign(&key, username.as_bytes()));
        Self { username, password }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_keyed_hash_of_the_name_with_its_end() {
        let credential = TurnCredential::new(&"secret".into(), "ann", UnixSeconds(1_700_000_000));
        let odd = TurnCredential::new(&"secret".into(), "my room:1/ü", UnixSeconds(5));
        assert_eq!(odd.username, "5:my_room_1__");
        assert_eq!(credential.username, "1700000000:ann");
        assert_eq!(credential.password, "vQnWXBtsqkQms4Ddse1rYmcjgqM=");
    }
}
