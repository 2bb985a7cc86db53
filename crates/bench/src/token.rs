//! Tokens as an application's backend would make them: JWTs signed with HS256 for connections, with Ed25519 for rooms.

mod room;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub(crate) use room::RoomSigner;

/// How long a token is good for, in seconds: longer than any run.
const LIFETIME: u64 = 24 * 3600;

/// Signs tokens with one shared secret.
pub(crate) struct Signer {
    key: hmac::Key,
    issued_at: u64,
}

impl Signer {
    /// A signer whose tokens are issued at `issued_at`, in seconds since 1970.
    pub(crate) fn new(secret: &str, issued_at: u64) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), issued_at }
    }

    /// The token of the user `user`.
    pub(crate) fn token(&self, user: &str) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let claims =
            serde_json::json!({ "sub": user, "iat": self.issued_at, "exp": self.issued_at + LIFETIME });
        let mut token = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = hmac::sign(&self.key, token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        token
    }

    /// One token for each of `count` users: no server may profit from having seen a token before.
    pub(crate) fn tokens(&self, count: usize) -> Vec<String> {
        (0..count).map(|number| self.token(&format!("user-{number}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts_and_its_signature_holds() {
        let token = Signer::new("secret", 1_000).token("42");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
        hmac::verify(&key, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();

        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["sub"], "42");
        assert_eq!(claims["exp"], 1_000 + LIFETIME);
    }

    #[test]
    fn no_two_users_share_a_token() {
        let tokens = Signer::new("secret", 0).tokens(100);
        let distinct: std::collections::HashSet<_> = tokens.iter().collect();
        assert_eq!(distinct.len(), 100);
    }
}
