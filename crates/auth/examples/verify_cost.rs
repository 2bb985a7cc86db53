//! What a token costs: `cargo run --release --example verify_cost -p vestibule-auth`.
//!
//! For each algorithm, the time of one verification with all our checks beside that of a bare library call
//! (`jsonwebtoken::decode` into a struct), on the same token and in the same loop.

#![expect(clippy::print_stdout, reason = "an example speaks to a person")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::json;
use vestibule_auth::{KeyConfig, Preset, RealmConfig, Realms, RealmsConfig};
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

fn compare(algorithm: Algorithm, signer: &EncodingKey, verifier: &DecodingKey, key: KeyConfig, turns: u32) {
    let claims = json!({
        "sub": "42", "iat": NOW.0, "exp": NOW.0 + 60, "info": {"name": "Ada", "roles": ["admin", "editor"]},
    });
    let token = jsonwebtoken::encode(&Header::new(algorithm), &claims, signer).expect("the key signs");
    let realms = realms(key);
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    let ours = fastest(turns, || realms.connection(black_box(&token), NOW).is_ok());
    let bare =
        fastest(turns, || jsonwebtoken::decode::<Claims>(black_box(&token), verifier, &validation).is_ok());
    println!("{algorithm:?}: {ours:.2} µs, bare {bare:.2} µs, ratio {:.2}", ours / bare);
}

fn realms(key: KeyConfig) -> Realms {
    let connection = RealmConfig::new("cost", Preset::Centrifugo).with_key(key);
    let config = RealmsConfig { connection, subscription: None, allow_no_token: false };
    config.build().expect("a good configuration").0
}

/// Microseconds for one turn in the fastest of some rounds.
#[expect(clippy::disallowed_methods, reason = "measuring is reading a clock")]
fn fastest(turns: u32, work: impl Fn() -> bool) -> f64 {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..turns {
            assert!(work());
        }
        start.elapsed()
    };
    let best = (0..ROUNDS).map(round).min().unwrap_or(Duration::ZERO);
    best.as_secs_f64() * 1e6 / f64::from(turns)
}
