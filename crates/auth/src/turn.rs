//! Credentials for a TURN server that shares a secret with this house, good for a while.
//!
//! As coturn (`use-auth-secret`), eturnal and others have it: the user name is the Unix time at which it ends, with the
//! user behind a colon, and the password is the HMAC-SHA1 of the name in base64.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_model::UnixSeconds;

use crate::Secret;

/// The secret that the TURN server knows. Cloning it copies the key.
#[derive(Clone)]
pub struct TurnSecret(hmac::Key);

/// What a peer shows to the TURN server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnCredential {
    /// The user name.
    pub username: String,
    /// The password.
    pub credential: String,
}

impl TurnSecret {
    /// The secret as the TURN server has it.
    pub fn new(secret: &Secret) -> Self {
        // The servers' choice; an HMAC does not need a hash that resists collisions.
        Self(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.reveal().as_bytes()))
    }

    /// A credential that is good for so long. `user` is what the TURN server's operator sees of its bearer; empty: nothing.
    pub fn credential(&self, user: &str, lifetime: Duration, now: UnixSeconds) -> TurnCredential {
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        let ends = now.0.saturating_add(lifetime);
        let username = if user.is_empty() { ends.to_string() } else { format!("{ends}:{user}") };
        let credential = STANDARD.encode(hmac::sign(&self.0, username.as_bytes()));
        TurnCredential { username, credential }
    }
}

impl fmt::Debug for TurnSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TurnSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_until_when_and_the_password_proves_it() {
        let secret = TurnSecret::new(&"key".into());
        let named = secret.credential("ann", Duration::from_secs(60), UnixSeconds(1_700_000_000));
        assert_eq!(named.username, "1700000060:ann");
        assert_eq!(named.credential.len(), 28, "20 bytes in base64");
        let nameless = secret.credential("", Duration::from_secs(60), UnixSeconds(1_700_000_000));
        assert_eq!(nameless.username, "1700000060");
        assert_ne!(nameless.credential, named.credential);
    }

    #[test]
    fn the_password_is_the_hmac_of_rfc_2202() {
        // Its second vector: the key "Jefe" and a text that is signed as a name is.
        let key = TurnSecret::new(&"Jefe".into()).0;
        let expected = [
            0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74, 0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c,
            0x25, 0x9a, 0x7c, 0x79,
        ];
        assert_eq!(hmac::sign(&key, b"what do ya want for nothing?").as_ref(), expected);
    }
}
