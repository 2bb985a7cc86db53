//! What is issued here is accepted here, and by another implementation.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::Value;
use vestibule_auth::issue::{Claim, Head, Issuer, SigningKey, Template};
use vestibule_auth::{
    Algorithm, Expected, KeyConfig, Preset, RealmConfig, RealmsConfig, Reason, TrustConfig,
};
use vestibule_model::{Identity, UnixSeconds, UserId};

use crate::support::{NOW, SECRET, house, invalid, pem};

const NAMED: Head = Head { typ: true, kid: true };

/// A key for that algorithm; `None`: the secret.
fn private(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => None,
        Algorithm::Es256 => Some(pem!("p256.pem")),
        Algorithm::Es384 => Some(pem!("p384.pem")),
        Algorithm::Es512 => Some(pem!("p521.pem")),
        Algorithm::EdDsa => Some(pem!("ed25519.pem")),
        _ => Some(pem!("rsa.pem")),
    }
}

fn key(algorithm: Algorithm) -> SigningKey {
    match private(algorithm) {
        None => SigningKey::secret(&SECRET.into(), Some(algorithm)),
        Some(pem) => SigningKey::read(pem, Some(algorithm)),
    }
    .expect("a key for the algorithm")
}

fn ann() -> Identity {
    let open = TrustConfig { allow_no_token: true, ..TrustConfig::default() };
    let realm = RealmConfig::new("main", Preset::Centrifugo).with_key(KeyConfig::secret(SECRET));
    let (realms, _) = RealmsConfig::of(realm).build().expect("a good realm");
    let nobody = realms.trust(&open).expect("one realm").anonymous().expect("anybody");
    Identity { user: UserId::new("ann"), ..nobody }
}

fn template(head: Head, claims: &[(&str, Claim)]) -> Template {
    let claims = claims.iter().map(|(name, claim)| ((*name).into(), claim.clone())).collect();
    Template { head, lifetime: Duration::from_secs(3600), claims }
}

fn issued(key: &SigningKey, now: UnixSeconds) -> String {
    let claims = [
        ("iss", Claim::Fixed("house".into())),
        ("sub", Claim::User),
        ("iat", Claim::IssuedAt),
        ("exp", Claim::Expiry),
    ];
    template(NAMED, &claims).issue(key, &ann(), now, [0; 16]).0
}

fn part(token: &str, index: usize) -> String {
    let part = token.split('.').nth(index).expect("three parts");
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("UTF-8")
}

/// A strict realm that has the public side of the key.
fn realm(key: &SigningKey) -> RealmConfig {
    let material = match key.public_pem() {
        Some(public) => KeyConfig::public_key(public),
        None => KeyConfig::secret(SECRET),
    };
    let mut realm = RealmConfig::new("house", Preset::Static).with_key(material);
    realm.algorithms = Some(vec![key.algorithm()]);
    realm.issuer = Expected::exactly("house");
    realm
}

#[test]
fn a_strict_realm_takes_what_every_algorithm_signs_and_nothing_that_was_changed() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let token = issued(&key, NOW);
        let house = house(realm(&key));
        assert_eq!(house.connection(&token, NOW).expect("a good token").user.as_str(), "ann", "{algorithm}");
        let other = part(&token, 1).replace("ann", "bob");
        let mut parts: Vec<&str> = token.split('.').collect();
        let other = URL_SAFE_NO_PAD.encode(other);
        parts[1] = &other;
        assert_eq!(house.connection(&parts.join("."), NOW), invalid(Reason::Signature), "{algorithm}");
    }
}

/// The other implementation has no P-521.
#[test]
fn another_implementation_takes_what_is_signed_here() {
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| *algorithm != Algorithm::Es512) {
        let token = issued(&key(algorithm), NOW);
        let checks = match key(algorithm).public_pem() {
            None => DecodingKey::from_secret(SECRET.as_bytes()),
            Some(pem) if algorithm == Algorithm::EdDsa => {
                DecodingKey::from_ed_pem(pem.as_bytes()).expect("PEM")
            }
            Some(pem) if algorithm.name().starts_with('E') => {
                DecodingKey::from_ec_pem(pem.as_bytes()).expect("PEM")
            }
            Some(pem) => DecodingKey::from_rsa_pem(pem.as_bytes()).expect("PEM"),
        };
        let mut wanted = Validation::new(algorithm.name().parse().expect("a known algorithm"));
        wanted.set_issuer(&["house"]);
        // It asks the clock itself, and the tokens are of another day.
        wanted.validate_exp = false;
        let claims = jsonwebtoken::decode::<Value>(&token, &checks, &wanted);
        assert_eq!(claims.expect("a good token").claims["sub"], "ann", "{algorithm}");
    }
}

#[test]
fn after_a_rotation_tokens_of_both_keys_are_good_until_the_old_one_is_withdrawn() {
    let trusting = |issuer: &Issuer| {
        let mut realm = RealmConfig::new("house", Preset::Static);
        realm.keys = KeyConfig::public_keys(&Issuer::jwks([issuer])).expect("a document of keys");
        realm.algorithms = Some(vec![Algorithm::Rs256, Algorithm::Es256]);
        realm.issuer = Expected::exactly("house");
        house(realm)
    };
    let (old, new) = (Algorithm::Rs256, Algorithm::Es256);
    let before = Issuer::new(vec![key(old)]).expect("a key");
    let after = Issuer::new(vec![key(new), key(old)]).expect("keys");
    let tokens = [issued(before.key(), NOW), issued(after.key(), NOW)];
    for token in &tokens {
        assert!(trusting(&after).connection(token, NOW).is_ok());
    }
    let withdrawn = trusting(&Issuer::new(vec![key(new)]).expect("a key"));
    assert!(withdrawn.connection(&tokens[1], NOW).is_ok());
    assert_eq!(withdrawn.connection(&tokens[0], NOW), invalid(Reason::NoKey));
}

#[test]
fn a_room_token_is_made_to_the_letter() {
    let claims = [
        ("sub", Claim::User),
        ("iat", Claim::IssuedAt),
        ("iss", Claim::Fixed("aikofy:client-db-sync".into())),
        ("aud", Claim::Fixed("aikofy:client-db".into())),
        ("exp", Claim::Expiry),
    ];
    let room = template(Head::default(), &claims);
    let bearer = Identity { user: UserId::new("user-123"), ..ann() };
    let issue = || room.issue(&key(Algorithm::EdDsa), &bearer, UnixSeconds(1_795_224_441), [0; 16]).0;
    assert_eq!(part(&issue(), 0), r#"{"alg":"EdDSA"}"#);
    assert_eq!(
        part(&issue(), 1),
        r#"{"sub":"user-123","iat":1795224441,"iss":"aikofy:client-db-sync","aud":"aikofy:client-db","exp":1795228041}"#
    );
    assert_eq!(issue(), issue(), "Ed25519 needs no randomness");
}
