//! Tokens for rooms of the signal door: who bears one may be a peer in the room that its subject names.
//!
//! Their form is that of `@aikofy/client-db-sync`, whose clients and backends read no other: EdDSA, a header that says
//! nothing else while there is one key, and five claims in a fixed order.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use vestibule_model::UnixSeconds;

use super::signing_key::from_base64;
use super::{GenerateKind, GeneratedKey, Head, Issuer, SigningKey};
use crate::key::PublicKey;
use crate::key::jwk::Jwk;
use crate::token::Object;
use crate::{Expected, JwkFault, KeyConfig, Preset, RealmConfig};

/// Who issues room tokens. Cloning costs one reference count.
#[derive(Clone, Debug)]
pub struct RoomTokens(Issuer);

/// A token that was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomToken {
    /// The token.
    pub token: String,
    /// When it ends.
    pub expires: UnixSeconds,
}

/// What is wrong with a public key that is given beside a private one. No part of its text is ever repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairFault {
    /// Neither a JWK, nor a JWK in base64.
    Form,
    /// The JWK cannot be read; of a private key that stands where everybody may look, this says so.
    Jwk(JwkFault),
    /// It belongs to another private key: every token would be refused.
    Mismatch,
}

impl RoomTokens {
    /// The claim `iss`.
    pub const ISSUER: &str = "aikofy:client-db-sync";
    /// The claim `aud`.
    pub const AUDIENCE: &str = "aikofy:client-db";

    /// Tokens that the first key of the issuer signs. All keys sign by EdDSA.
    pub const fn new(issuer: Issuer) -> Self {
        Self(issuer)
    }

    /// Tokens signed by a key that nobody else has.
    pub fn with_a_fresh_key() -> Self {
        let key = GeneratedKey::new(GenerateKind::Ed25519, None).map(GeneratedKey::into_key);
        let issuer = key.ok().and_then(|key| Issuer::new(vec![key]));
        Self(issuer.expect("an Ed25519 key signs by EdDSA"))
    }

    /// Its keys.
    pub const fn issuer(&self) -> &Issuer {
        &self.0
    }

    /// A token for that subject. `lifetime` is in seconds.
    pub fn issue(&self, subject: &str, lifetime: u64, now: UnixSeconds) -> RoomToken {
        let lifetime = i64::try_from(lifetime).unwrap_or(i64::MAX);
        let expires = UnixSeconds(now.0.saturating_add(lifetime));
        let subject = Value::from(subject);
        let (issuer, audience) = (Self::ISSUER, Self::AUDIENCE);
        let payload = format!(
            r#"{{"sub":{subject},"iat":{},"iss":"{issuer}","aud":"{audience}","exp":{}}}"#,
            now.0, expires.0
        );
        let head = Head { typ: false, kid: self.0.keys().len() > 1 };
        RoomToken { token: self.0.key().sign(head, &payload), expires }
    }

    /// The key that checks the tokens issued now, as the clients' backends expect it. It has a name when there are
    /// several.
    pub fn public_jwk(&self) -> String {
        let key = self.0.key();
        let bare = key.bare_public_jwk().unwrap_or_default();
        let kid = key.kid().filter(|_| self.0.keys().len() > 1);
        let kid = kid.map(|kid| format!(r#","kid":{}"#, Value::from(kid))).unwrap_or_default();
        let members = bare.trim_start_matches('{').trim_end_matches('}');
        format!(r#"{{"alg":"EdDSA",{members}{kid}}}"#)
    }

    /// Whether that public key, a JWK or one in base64, belongs to the key that signs.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_pair(&self, public: &str) -> Result<(), PairFault> {
        let text = public.trim();
        let text = if text.starts_with('{') { Some(text.to_owned()) } else { from_base64(text) };
        let text = text.ok_or(PairFault::Form)?;
        let object = Object::read(text.as_bytes()).map_err(|fault| PairFault::Jwk(JwkFault::Json(fault)))?;
        let jwk = Jwk::read(&object).map_err(PairFault::Jwk)?;
        let ours = self.0.key().bare_public_jwk();
        if ours == Some(PublicKey::to_bare_jwk(&jwk.key)) { Ok(()) } else { Err(PairFault::Mismatch) }
    }

    /// The realm of these tokens. Tokens of before there were several keys name none, so every key is tried.
    /// `longest` is the longest life that a token may have.
    pub fn realm(&self, name: &str, longest: Duration) -> RealmConfig {
        let jwks = self.0.keys().iter().filter_map(SigningKey::bare_public_jwk);
        RealmConfig {
            keys: jwks.map(KeyConfig::jwk).collect(),
            issuer: Expected::exactly(Self::ISSUER),
            audience: Expected::exactly(Self::AUDIENCE),
            required: Some(vec!["sub".into()]),
            // An empty subject is the name of a room.
            anonymous_tokens: Some(true),
            leeway: Some(Duration::ZERO),
            longest_lifetime: Some(longest),
            require_expiry: Some(true),
            ..RealmConfig::new(name, Preset::Static)
        }
    }
}

impl fmt::Display for PairFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("neither a JWK nor a JWK in base64"),
            Self::Jwk(JwkFault::Private) => {
                f.write_str("this is a private key, which would be published; the public key belongs here")
            }
            Self::Jwk(fault) => write!(f, "the JWK cannot be used: {fault}"),
            Self::Mismatch => f.write_str("does not belong to the private key: every token would be refused"),
        }
    }
}

impl std::error::Error for PairFault {}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;
    use crate::issue::GeneratedKey;
    use crate::{RealmsConfig, Reason, Refusal, TrustConfig};

    const NOW: UnixSeconds = UnixSeconds(1_795_224_441);
    const YEAR: Duration = Duration::from_secs(31_557_600);

    fn made() -> GeneratedKey {
        GeneratedKey::new(GenerateKind::Ed25519, None).expect("a new key")
    }

    fn tokens(keys: &[&GeneratedKey]) -> RoomTokens {
        let read = |made: &&GeneratedKey| SigningKey::read(made.private_jwk().reveal(), None).expect("a key");
        RoomTokens::new(Issuer::new(keys.iter().map(read).collect()).expect("a key"))
    }

    fn part(token: &str, index: usize) -> String {
        let part = token.split('.').nth(index).expect("a part");
        String::from_utf8(URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("UTF-8")
    }

    /// The user whom the realm of the tokens finds in one.
    fn bearer(tokens: &RoomTokens, token: &str) -> Result<String, Refusal> {
        let realm = tokens.realm("signal", YEAR);
        let (realms, warnings) = RealmsConfig::of(realm).build().expect("a good realm");
        assert!(warnings.is_empty(), "{warnings:?}");
        let trust = realms.trust(&TrustConfig::default()).expect("one realm");
        let identity = trust.connection(token, NOW).at_once();
        identity.map(|identity| identity.user.as_str().to_owned()).map_err(|rejection| rejection.refusal)
    }

    #[test]
    fn a_token_has_the_form_that_its_readers_expect() {
        let token = tokens(&[&made()]).issue("user-123", 3_600, NOW);
        assert_eq!(part(&token.token, 0), r#"{"alg":"EdDSA"}"#);
        let payload = r#"{"sub":"user-123","iat":1795224441,"iss":"aikofy:client-db-sync","aud":"aikofy:client-db","exp":1795228041}"#;
        assert_eq!(part(&token.token, 1), payload);
        assert_eq!(token.expires, UnixSeconds(1_795_228_041));
    }

    #[test]
    fn its_realm_takes_it_and_nothing_else() {
        let ours = tokens(&[&made()]);
        for subject in ["ann", "", "a\"b"] {
            assert_eq!(bearer(&ours, &ours.issue(subject, 60, NOW).token).as_deref(), Ok(subject));
        }
        let foreign = RoomTokens::with_a_fresh_key().issue("ann", 60, NOW).token;
        assert_eq!(bearer(&ours, &foreign), Err(Refusal::Invalid(Reason::Signature)));
        assert!(
            bearer(&ours, &ours.issue("ann", 60, UnixSeconds(NOW.0 - 60)).token).is_err(),
            "no tolerance"
        );
        let longer = ours.issue("ann", YEAR.as_secs() + 1, NOW).token;
        assert!(bearer(&ours, &longer).is_err(), "it lives too long");
        let key = ours.issuer().key();
        let sign = |payload: &str| key.sign(Head::default(), payload);
        let claims = r#""iss":"aikofy:client-db-sync","aud":"aikofy:client-db""#;
        assert!(bearer(&ours, &sign(&format!(r#"{{"exp":1795224500,{claims}}}"#))).is_err(), "no subject");
        assert!(bearer(&ours, &sign(&format!(r#"{{"sub":"ann",{claims}}}"#))).is_err(), "no end");
        let list =
            r#"{"sub":"ann","exp":1795224500,"iss":"aikofy:client-db-sync","aud":["x","aikofy:client-db"]}"#;
        assert_eq!(bearer(&ours, &sign(list)).as_deref(), Ok("ann"), "one of several audiences");
    }

    #[test]
    fn after_a_rotation_old_tokens_are_taken_and_new_ones_name_their_key() {
        let (old, new) = (made(), made());
        let before = tokens(&[&old]).issue("ann", 60, NOW).token;
        let rotated = tokens(&[&new, &old]);
        let after = rotated.issue("ann", 60, NOW).token;
        let kid = rotated.issuer().key().kid().expect("a name").to_owned();
        assert_eq!(part(&after, 0), format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#));
        for token in [before, after] {
            assert_eq!(bearer(&rotated, &token).as_deref(), Ok("ann"));
        }
        assert!(rotated.public_jwk().ends_with(&format!(r#","kid":"{kid}"}}"#)));
    }

    #[test]
    fn the_public_key_is_told_as_one_jwk() {
        let made = made();
        let told: Value = serde_json::from_str(&tokens(&[&made]).public_jwk()).expect("JSON");
        let names: Vec<_> = told.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(names, ["alg", "crv", "kty", "x"]);
        assert_eq!(
            (&told["alg"], &told["crv"], &told["kty"]),
            (&"EdDSA".into(), &"Ed25519".into(), &"OKP".into())
        );
    }

    #[test]
    fn a_public_key_has_to_be_public_and_of_the_same_pair() {
        let (made, other) = (made(), made());
        let tokens = tokens(&[&made]);
        let public = made.base64_public_jwk().expect("a public side");
        assert_eq!(tokens.check_pair(&public), Ok(()));
        let pasted = public.trim_end_matches('=').replace('+', "-").replace('/', "_");
        let pasted = format!(" {}\n{} ", &pasted[..20], &pasted[20..]);
        assert_eq!(tokens.check_pair(&pasted), Ok(()), "as people paste it");
        assert_eq!(tokens.check_pair(&made.key().bare_public_jwk().expect("a public side")), Ok(()));
        let other = other.base64_public_jwk().expect("a public side");
        assert_eq!(tokens.check_pair(&other), Err(PairFault::Mismatch));
        let private = made.base64_private_jwk();
        assert_eq!(tokens.check_pair(private.reveal()), Err(PairFault::Jwk(JwkFault::Private)));
        assert_eq!(tokens.check_pair("not a key!"), Err(PairFault::Form));
        assert!(matches!(tokens.check_pair(&STANDARD.encode("[]")), Err(PairFault::Jwk(_))));
    }
}
