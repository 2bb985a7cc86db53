//! Every algorithm accepts what another implementation signed, and no key answers for another algorithm.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use jsonwebtoken::{Algorithm as Signer, EncodingKey};
use vestibule_auth::{Algorithm, KeyConfig, Preset, RealmConfig, Reason};
use vestibule_model::{Expiry, UnixSeconds};

use crate::support::{NOW, SECRET, b64, good_claims, hmac, house, invalid, lenient, pem};

fn public(pem: &str) -> RealmConfig {
    RealmConfig::new("public", Preset::Centrifugo).with_key(KeyConfig::public_key(pem))
}

fn message(algorithm: &str) -> String {
    format!("{}.{}", b64(format!(r#"{{"alg":"{algorithm}"}}"#)), b64(good_claims().to_string()))
}

fn signed(algorithm: Signer, key: &EncodingKey) -> String {
    let message = message(&format!("{algorithm:?}"));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).expect("the key signs");
    format!("{message}.{signature}")
}

fn rsa(pem: &str) -> EncodingKey {
    EncodingKey::from_rsa_pem(pem.as_bytes()).expect("an RSA key")
}

fn ec(pem: &str) -> EncodingKey {
    EncodingKey::from_ec_pem(pem.as_bytes()).expect("an EC key")
}

/// The other implementation has no P-521.
fn signed_p521() -> String {
    let body: String = pem!("p521.pem").lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(body).expect("base64");
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P521_SHA512_FIXED_SIGNING, &der).expect("a P-521 key");
    let message = message("ES512");
    let signature = key.sign(&SystemRandom::new(), message.as_bytes()).expect("the key signs");
    format!("{message}.{}", b64(signature))
}

#[test]
fn secrets_check_hs256_hs384_and_hs512() {
    for algorithm in [Signer::HS256, Signer::HS384, Signer::HS512] {
        let message = message(&format!("{algorithm:?}"));
        let token = format!("{message}.{}", hmac(algorithm, SECRET, &message));
        assert!(house(lenient()).connection(&token, NOW).is_ok(), "{algorithm:?}");
        let forged = format!("{message}.{}", hmac(algorithm, "another secret", &message));
        assert_eq!(house(lenient()).connection(&forged, NOW), invalid(Reason::Signature), "{algorithm:?}");
    }
}

#[test]
fn rsa_keys_and_certificates_check_rs256_rs384_and_rs512() {
    for algorithm in [Signer::RS256, Signer::RS384, Signer::RS512] {
        let token = signed(algorithm, &rsa(pem!("rsa.pem")));
        assert!(house(public(pem!("rsa.pub.pem"))).connection(&token, NOW).is_ok(), "{algorithm:?}");
        assert!(house(public(pem!("rsa.crt.pem"))).connection(&token, NOW).is_ok(), "{algorithm:?}");
        let other = house(public(pem!("rsa_other.pub.pem")));
        assert_eq!(other.connection(&token, NOW), invalid(Reason::Signature), "{algorithm:?}");
    }
}

#[test]
fn pss_has_to_be_asked_for() {
    for algorithm in [Signer::PS256, Signer::PS384, Signer::PS512] {
        let token = signed(algorithm, &rsa(pem!("rsa.pem")));
        let realm = public(pem!("rsa.pub.pem"));
        assert_eq!(house(realm.clone()).connection(&token, NOW), invalid(Reason::Algorithm), "{algorithm:?}");
        let algorithms = Some(vec![Algorithm::Ps256, Algorithm::Ps384, Algorithm::Ps512]);
        let asked = RealmConfig { algorithms, ..realm };
        assert!(house(asked).connection(&token, NOW).is_ok(), "{algorithm:?}");
    }
}

#[test]
fn elliptic_curve_keys_check_the_algorithm_of_their_curve() {
    let p256 = signed(Signer::ES256, &ec(pem!("p256.pem")));
    assert!(house(public(pem!("p256.pub.pem"))).connection(&p256, NOW).is_ok());
    assert!(house(public(pem!("p256.crt.pem"))).connection(&p256, NOW).is_ok());
    let p384 = signed(Signer::ES384, &ec(pem!("p384.pem")));
    assert!(house(public(pem!("p384.pub.pem"))).connection(&p384, NOW).is_ok());
    let p521 = signed_p521();
    assert!(house(public(pem!("p521.pub.pem"))).connection(&p521, NOW).is_ok());
    assert_eq!(house(public(pem!("p384.pub.pem"))).connection(&p256, NOW), invalid(Reason::Algorithm));
    assert_eq!(house(public(pem!("p256.pub.pem"))).connection(&p521, NOW), invalid(Reason::Algorithm));
}

#[test]
fn ed25519_keys_check_eddsa() {
    let key = EncodingKey::from_ed_pem(pem!("ed25519.pem").as_bytes()).expect("an Ed25519 key");
    let token = signed(Signer::EdDSA, &key);
    assert!(house(public(pem!("ed25519.pub.pem"))).connection(&token, NOW).is_ok());
    assert_eq!(house(public(pem!("p256.pub.pem"))).connection(&token, NOW), invalid(Reason::Algorithm));
}

#[test]
fn a_strict_realm_uses_a_key_for_one_algorithm() {
    let realm = |key| RealmConfig::new("strict", Preset::Static).with_key(key);
    for algorithm in [Signer::HS384, Signer::HS512] {
        let message = message(&format!("{algorithm:?}"));
        let token = format!("{message}.{}", hmac(algorithm, SECRET, &message));
        let house = house(realm(KeyConfig::secret(SECRET)));
        assert_eq!(house.connection(&token, NOW), invalid(Reason::Algorithm), "{algorithm:?}");
    }
    let house = house(realm(KeyConfig::public_key(pem!("rsa.pub.pem"))));
    assert!(house.connection(&signed(Signer::RS256, &rsa(pem!("rsa.pem"))), NOW).is_ok());
    let token = signed(Signer::RS512, &rsa(pem!("rsa.pem")));
    assert_eq!(house.connection(&token, NOW), invalid(Reason::Algorithm));
}

#[test]
fn a_public_key_is_never_a_secret() {
    for pem in [pem!("rsa.pub.pem"), pem!("p256.pub.pem"), pem!("ed25519.pub.pem")] {
        let message = message("HS256");
        let forged = format!("{message}.{}", hmac(Signer::HS256, pem, &message));
        assert_eq!(house(public(pem)).connection(&forged, NOW), invalid(Reason::Algorithm));
        let mixed = public(pem).with_key(KeyConfig::secret(SECRET));
        assert_eq!(house(mixed).connection(&forged, NOW), invalid(Reason::Signature));
    }
}

#[test]
fn a_realm_takes_secrets_and_public_keys_side_by_side() {
    let both = house(public(pem!("p256.pub.pem")).with_key(KeyConfig::secret(SECRET)));
    let message = message("HS256");
    let token = format!("{message}.{}", hmac(Signer::HS256, SECRET, &message));
    assert!(both.connection(&token, NOW).is_ok());
    assert!(both.connection(&signed(Signer::ES256, &ec(pem!("p256.pem"))), NOW).is_ok());
}

#[test]
fn the_previous_secret_is_good_until_its_last_second() {
    let old = "the secret that was in use before this one";
    let message = message("HS256");
    let token = format!("{message}.{}", hmac(Signer::HS256, old, &message));
    let rotated =
        |usable_until| house(lenient().with_key(KeyConfig { usable_until, ..KeyConfig::secret(old) }));
    assert!(rotated(None).connection(&token, NOW).is_ok());
    assert!(rotated(Some(NOW)).connection(&token, NOW).is_ok());
    let before = Some(UnixSeconds(NOW.0 - 1));
    assert_eq!(rotated(before).connection(&token, NOW), invalid(Reason::Signature));
}

#[test]
fn a_key_with_a_name_serves_only_tokens_that_name_it() {
    let key = |kid: &str| KeyConfig { kid: Some(kid.into()), ..KeyConfig::secret(SECRET) };
    let house = house(RealmConfig::new("named", Preset::Centrifugo).with_key(key("a")));
    let token = |header: &str| crate::support::signed(header, good_claims().to_string());
    assert!(house.connection(&token(r#"{"alg":"HS256","kid":"a"}"#), NOW).is_ok());
    assert_eq!(house.connection(&token(r#"{"alg":"HS256","kid":"b"}"#), NOW), invalid(Reason::NoKey));
    assert_eq!(house.connection(&token(r#"{"alg":"HS256"}"#), NOW), invalid(Reason::NoKey));
}

#[test]
fn the_es256_example_of_rfc_7515_holds() {
    let token = concat!(
        "eyJhbGciOiJFUzI1NiJ9",
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    );
    let point = [
        b64_decoded("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
        b64_decoded("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
    ];
    let house = house(public(&p256_pem(&point.concat())));
    let identity = house.connection(token, UnixSeconds(1_300_819_379)).expect("the example's own time");
    assert_eq!(identity.expires, Some(Expiry::Token(UnixSeconds(1_300_819_380))));
}

fn b64_decoded(text: &str) -> Vec<u8> {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

/// A P-256 point as PEM: the DER before the point is the same for every key of the curve.
fn p256_pem(point: &[u8]) -> String {
    const BEFORE: [u8; 27] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];
    let der = base64::engine::general_purpose::STANDARD.encode([&BEFORE, point].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
}
