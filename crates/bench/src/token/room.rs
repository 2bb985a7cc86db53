//! Room tokens: Ed25519, in the form that the signal door issues and takes.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::LIFETIME;

/// Signs room tokens with one key.
pub(crate) struct RoomSigner {
    seed: [u8; 32],
    key: Ed25519KeyPair,
    issued_at: u64,
}

impl RoomSigner {
    /// A signer with the key that is made from `secret`, so that a server can be given the same; its tokens are issued at
    /// `issued_at`, in seconds since 1970.
    pub(crate) fn new(secret: &str, issued_at: u64) -> Self {
        let mut seed = [0; 32];
        seed.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).expect("any 32 bytes are a seed of Ed25519");
        Self { seed, key, issued_at }
    }

    /// The environment in which a server with a signal door finds its keys. All peers come from a few addresses, with tokens
    /// of one second.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let d = URL_SAFE_NO_PAD.encode(self.seed);
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key());
        let private = format!(r#"{{"crv":"Ed25519","d":"{d}","x":"{x}","kty":"OKP"}}"#);
        let public = format!(r#"{{"crv":"Ed25519","x":"{x}","kty":"OKP"}}"#);
        vec![
            ("PRIVATE_KEY_JWK", STANDARD.encode(private)),
            ("PUBLIC_KEY_JWK", STANDARD.encode(public)),
            ("ADMIN_SECRET", STANDARD.encode(&self.seed[..24])),
            ("VESTIBULE_SIGNAL__CONNECTIONS_PER_TOKEN", "0".into()),
            ("VESTIBULE_LIMITS__CONNECTIONS_PER_ADDRESS", "0".into()),
            ("VESTIBULE_LIMITS__CONNECTIONS_PER_ADDRESS_PER_SECOND", "0".into()),
        ]
    }

    /// The token of peer `number` for `room`. Ed25519 signs the same twice; the number makes the end differ.
    pub(crate) fn token(&self, room: &str, number: usize) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA"}"#);
        let claims = serde_json::json!({
            "sub": room,
            "iat": self.issued_at,
            "iss": "aikofy:client-db-sync",
            "aud": "aikofy:client-db",
            "exp": self.issued_at + LIFETIME + number as u64,
        });
        let mut token = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.key.sign(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        token
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_token_is_signed_with_the_key_that_the_server_is_given() {
        let signer = RoomSigner::new("secret", 1_000);
        let variables = signer.variables();
        let (_, public) = &variables[1];
        let jwk: serde_json::Value = serde_json::from_slice(&STANDARD.decode(public).unwrap()).unwrap();
        let x = URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap();

        let token = signer.token("room-1", 3);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        UnparsedPublicKey::new(&ED25519, x).verify(signed.as_bytes(), &signature).unwrap();
    }

    #[test]
    fn no_two_peers_share_a_token() {
        let signer = RoomSigner::new("secret", 0);
        assert_ne!(signer.token("room", 1), signer.token("room", 2));
    }
}
