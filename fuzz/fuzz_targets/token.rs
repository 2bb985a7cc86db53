//! Whatever a peer sends as a token is answered, and nothing unsigned is believed.
//!
//! The bytes are tried as a whole token, which no key has signed, and as the payload of a rightly signed one, which
//! reaches what lies behind the signature.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vestibule_auth::{DevelopmentKey, KeyConfig, Preset, RealmConfig, RealmsConfig, Trust, TrustConfig};
use vestibule_model::UnixSeconds;

const NOW: UnixSeconds = UnixSeconds(1_700_000_000);
/// How much a strict realm lets clocks differ, in seconds.
const LEEWAY: i64 = 30;

static KEY: LazyLock<DevelopmentKey> = LazyLock::new(|| DevelopmentKey::from_random([7; 32]));
static LENIENT: LazyLock<Trust> = LazyLock::new(|| trust(Preset::Centrifugo));
static STRICT: LazyLock<Trust> = LazyLock::new(|| trust(Preset::Static));

fn trust(preset: Preset) -> Trust {
    let realm = RealmConfig::new("fuzz", preset).with_key(KeyConfig::secret(KEY.secret().clone()));
    let (realms, _) = RealmsConfig::of(realm).build().expect("a good configuration");
    realms.trust(&TrustConfig::default()).expect("one realm")
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    assert!(LENIENT.connection(text, NOW).at_once().is_err(), "accepted without a signature");
    assert!(LENIENT.subscription(text, NOW).at_once().is_err(), "accepted without a signature");

    let token = KEY.sign(text);
    let lenient = LENIENT.connection(&token, NOW).at_once();
    let subscription = LENIENT.subscription(&token, NOW).at_once();
    assert!(lenient.is_err() || subscription.is_err(), "one token for both purposes");
    if let Ok(strict) = STRICT.connection(&token, NOW).at_once() {
        let strict = strict.value;
        assert!(!strict.user.is_anonymous(), "a strict realm wants a user");
        assert!(strict.expires.is_some_and(|end| end.at().0 + LEEWAY > NOW.0), "expired, or without an end");
        assert!(strict.info.is_none() && strict.meta.is_none() && strict.subscriptions.is_empty());
    }
    for identity in lenient.iter().map(|lenient| &lenient.value) {
        assert_eq!(identity.organisation.as_str(), "default");
        assert!(identity.meta.as_ref().is_none_or(|meta| !meta.is_empty()), "no JSON is empty");
    }
});
