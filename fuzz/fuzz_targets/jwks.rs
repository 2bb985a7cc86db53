//! Whatever a provider answers as a key document or a discovery document is read or refused, and what is read obeys
//! the bounds.
//!
//! The bytes are tried as each document, and as a key beside a good one, which it must not spoil.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_auth::jwks::{
    KeyAddress, KeyDocument, MAX_PUBLISHED_KEYS, Place, Policy, SkipReason, Source, jwks_uri, lifetime,
};
use vestibule_auth::{Algorithm, PublishedKeys, PublishedState};
use vestibule_model::Moment;

const DISCOVERY: &str = "https://id.example/.well-known/openid-configuration";
const ISSUER: &str = "https://id.example";
const GOOD: &str = r#"{"kty":"EC","crv":"P-256","kid":"good","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

fn address() -> KeyAddress {
    KeyAddress::parse(DISCOVERY, false).expect("an address")
}

fn check(document: &KeyDocument) {
    assert!(document.len() + document.skipped().len() <= MAX_PUBLISHED_KEYS + 1);
    assert!(document.kids().all(|kid| !kid.is_empty() && kid.len() <= 256));
    let keys =
        PublishedKeys::new("fuzz", &Algorithm::ALL, Source::new(Place::Keys(address())), Policy::default());
    let first = keys.publish(document, Moment::ZERO);
    assert_eq!((first.added.len(), first.withdrawn.len()), (document.len(), 0));
    assert!(keys.publish(document, Moment::ZERO).is_none(), "the same keys are no change");
    let current = keys.current();
    assert_eq!((current.generation, current.state), (1, PublishedState::Fresh));
    assert!(current.kids().eq(document.kids()));
}

fuzz_target!(|data: &[u8]| {
    if let Ok(document) = KeyDocument::read(data) {
        check(&document);
    }
    if let Ok(found) = jwks_uri(data, &address(), &[ISSUER.into()], false) {
        assert!(found.as_str().starts_with("https://"), "not over TLS: {found}");
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _any = lifetime(text);
    if let Ok(document) = KeyDocument::read(format!(r#"{{"keys":[{GOOD},{text}]}}"#).as_bytes()) {
        check(&document);
        let taken = document.skipped().iter().any(|key| key.reason == SkipReason::SameKid);
        assert!(taken || document.kids().any(|kid| kid == "good"), "a bad key has spoiled a good one");
    }
});
