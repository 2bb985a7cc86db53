//! What a token costs: `cargo run --release --example verify_cost -p vestibule-auth`.
//!
//! For each algorithm, the time of one verification with all our checks beside that of a bare library call
//! (`jsonwebtoken::decode` into a struct), on the same tokens and in the same loop; and the time for a token that
//! came before.

#![expect(clippy::print_stdout, reason = "an example speaks to a person")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::json;
use vestibule_auth::{KeyConfig, Preset, RealmConfig, RealmsConfig, Trust, TrustConfig};
use vestibule_model::UnixSeconds;

const SECRET: &str = "a secret that is long enough for every realm";
const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
const ROUNDS: u32 = 9;

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding the fields is the work that is measured")]
struct Claims {
    sub: String,
    exp: i64,
    iat: i64,
    info: serde_json::Value,
}

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../tests/keys/", $name)).as_bytes()
    };
}

fn main() {
    let secret = KeyConfig::secret(SECRET);
    let public = |pem: &[u8]| KeyConfig::public_key(String::from_utf8_lossy(pem).into_owned());
    let hs = (EncodingKey::from_secret(SECRET.as_bytes()), DecodingKey::from_secret(SECRET.as_bytes()));
    let rs = (EncodingKey::from_rsa_pem(pem!("rsa.pem")), DecodingKey::from_rsa_pem(pem!("rsa.pub.pem")));
    let es = (EncodingKey::from_ec_pem(pem!("p256.pem")), DecodingKey::from_ec_pem(pem!("p256.pub.pem")));
    let ed =
        (EncodingKey::from_ed_pem(pem!("ed25519.pem")), DecodingKey::from_ed_pem(pem!("ed25519.pub.pem")));
    let good = "a key of the tests";
    compare(Algorithm::HS256, &hs.0, &hs.1, secret, 20_000);
    compare(Algorithm::RS256, &rs.0.expect(good), &rs.1.expect(good), public(pem!("rsa.pub.pem")), 4_000);
    compare(Algorithm::ES256, &es.0.expect(good), &es.1.expect(good), public(pem!("p256.pub.pem")), 2_000);
    compare(Algorithm::EdDSA, &ed.0.expect(good), &ed.1.expect(good), public(pem!("ed25519.pub.pem")), 2_000);
}

fn compare(algorithm: Algorithm, signer: &EncodingKey, verifier: &DecodingKey, key: KeyConfig, turns: usize) {
    let token = |number| {
        let claims = json!({
            "sub": "42", "iat": NOW.0, "exp": NOW.0 + 60, "jti": format!("{number:08}"),
            "info": {"name": "Ada", "roles": ["admin", "editor"]},
        });
        jsonwebtoken::encode(&Header::new(algorithm), &claims, signer).expect("the key signs")
    };
    let tokens: Vec<String> = (0..turns).map(token).collect();
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    let verify = |trust: &Trust, token: &String| trust.connection(black_box(token), NOW).at_once().is_ok();
    // A trust that has seen nothing yet for each round, so that none remembers a token.
    let first = fastest(&tokens, || trust(key.clone()), verify);
    let again = fastest(&vec![tokens[0].clone(); turns], || trust(key.clone()), verify);
    let bare = fastest(
        &tokens,
        || {},
        |(), token| jsonwebtoken::decode::<Claims>(black_box(token), verifier, &validation).is_ok(),
    );
    let ratio = first / bare;
    println!(
        "{algorithm:?}: {first:.2} µs, bare {bare:.2} µs, ratio {ratio:.2}; the same token again {again:.2} µs"
    );
}

fn trust(key: KeyConfig) -> Trust {
    let realm = RealmConfig::new("cost", Preset::Centrifugo).with_key(key);
    let (realms, _) = RealmsConfig::of(realm).build().expect("a good configuration");
    realms.trust(&TrustConfig::default()).expect("one realm")
}

/// Microseconds for one token in the fastest of some rounds.
#[expect(clippy::disallowed_methods, reason = "measuring is reading a clock")]
fn fastest<S>(tokens: &[String], before: impl Fn() -> S, work: impl Fn(&S, &String) -> bool) -> f64 {
    let round = |_| {
        let state = before();
        let start = Instant::now();
        for token in tokens {
            assert!(work(&state, token));
        }
        start.elapsed()
    };
    let best = (0..ROUNDS).map(round).min().unwrap_or(Duration::ZERO);
    best.as_secs_f64() * 1e6 / tokens.len() as f64
}
