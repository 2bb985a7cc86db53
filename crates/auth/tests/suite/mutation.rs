//! No neighbour of a good token is a good token.

use proptest::prelude::*;
use serde_json::json;
use vestibule_auth::Refusal;

use crate::support::{NOW, claims_with, house, lenient, pem, strict, token};
use vestibule_auth::{KeyConfig, Preset, RealmConfig};

fn mutated(token: &str, position: usize, byte: u8) -> Option<String> {
    let mut bytes = token.as_bytes().to_vec();
    let position = position % bytes.len();
    if bytes[position] == byte {
        return None;
    }
    bytes[position] = byte;
    String::from_utf8(bytes).ok()
}

#[test]
fn no_single_byte_of_a_token_can_be_changed_to_another() {
    let house = house(strict());
    let good = token(&claims_with(json!({"name": "x"})));
    assert!(house.connection(&good, NOW).is_ok());
    for position in 0..good.len() {
        for byte in 0..128 {
            let Some(mutation) = mutated(&good, position, byte) else { continue };
            let refusal = house.connection(&mutation, NOW).expect_err("a changed token");
            assert!(
                matches!(refusal, Refusal::Invalid(_) | Refusal::Malformed(_)),
                "byte {position} as {byte}: {refusal:?}"
            );
        }
    }
}

#[test]
fn no_byte_can_be_left_out_or_put_in() {
    let house = house(strict());
    let good = token(&claims_with(json!({})));
    for position in 0..good.len() {
        let shorter = format!("{}{}", &good[..position], &good[position + 1..]);
        assert!(house.connection(&shorter, NOW).is_err(), "without byte {position}");
        for extra in ['A', '=', '.', ' ', '\n'] {
            let longer = format!("{}{extra}{}", &good[..position], &good[position..]);
            assert!(house.connection(&longer, NOW).is_err(), "with {extra:?} before byte {position}");
        }
    }
}

proptest! {
    #[test]
    fn no_single_byte_of_a_publicly_signed_token_can_be_changed(position in any::<usize>(), byte in 0_u8..128) {
        let key = jsonwebtoken::EncodingKey::from_ed_pem(pem!("ed25519.pem").as_bytes()).expect("a key");
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
        let good = jsonwebtoken::encode(&header, &claims_with(json!({})), &key).expect("the key signs");
        let realm = RealmConfig::new("ed", Preset::Static).with_key(KeyConfig::public_key(pem!("ed25519.pub.pem")));
        let house = house(realm);
        prop_assert!(house.connection(&good, NOW).is_ok());
        if let Some(mutation) = mutated(&good, position, byte) {
            prop_assert!(house.connection(&mutation, NOW).is_err());
        }
    }

    #[test]
    fn no_text_is_too_odd_to_be_refused(text in "\\PC{0,200}") {
        prop_assert!(house(lenient()).connection(&text, NOW).is_err());
        prop_assert!(house(lenient()).subscription(&text, NOW).is_err());
    }

    #[test]
    fn claims_of_any_kind_are_answered(value in "[\\[\\]{}\",:0-9a-z\\\\ .-]{0,40}", name in "(sub|exp|subs|aud|info|override)") {
        let payload = format!("{{\"{name}\":{value}}}");
        let token = crate::support::signed(r#"{"alg":"HS256"}"#, &payload);
        let strict_json = serde_json::from_str::<serde_json::Value>(&payload).is_ok();
        let outcome = house(lenient()).connection(&token, NOW);
        prop_assert!(strict_json || outcome.is_err());
    }
}
