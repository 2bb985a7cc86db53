//! Tokens that were verified already, so that a client that comes back costs no second signature check.
//!
//! A token is known by the hash of its whole text: a second spelling is another token. What is remembered is good
//! for as long as the token's times and its key are, and only with the edition of the realm's keys that signed it.
//! What a token does not say itself is not remembered: whether it is revoked is asked after every hit. The table has a fixed number of places; two tokens that want the same one displace each other, and nobody waits
//! for anybody.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_lc_rs::digest::{SHA256, digest};
use vestibule_model::UnixSeconds;

use crate::realm::Verified;

/// Tokens that are remembered for one purpose of one door: a power of two.
const PLACES: usize = 4096;

/// Tokens that were verified, and what they are good for.
pub(super) struct Cache<T> {
    places: Box<[ArcSwapOption<Entry<T>>]>,
}

/// The hash of a token's text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint([u8; 32]);

struct Entry<T> {
    fingerprint: Fingerprint,
    realm: usize,
    /// The edition of the realm's keys.
    edition: u64,
    /// When it was verified. A clock that is set back does not come behind it.
    since: UnixSeconds,
    verified: Verified<T>,
}

impl<T: Clone> Cache<T> {
    pub(super) fn new() -> Self {
        Self { places: (0..PLACES).map(|_| ArcSwapOption::empty()).collect() }
    }

    /// What the token is good for, if that is known.
    pub(super) fn get(
        &self,
        fingerprint: &Fingerprint,
        realm: usize,
        edition: u64,
        now: UnixSeconds,
    ) -> Option<Verified<T>> {
        let place = self.place(fingerprint).load();
        let entry = place.as_ref().filter(|entry| {
            entry.fingerprint == *fingerprint
                && entry.realm == realm
                && entry.edition == edition
                && (entry.since..=entry.verified.until).contains(&now)
        })?;
        Some(entry.verified.clone())
    }

    /// Remembers what a token is good for.
    pub(super) fn put(
        &self,
        fingerprint: &Fingerprint,
        realm: usize,
        edition: u64,
        since: UnixSeconds,
        verified: Verified<T>,
    ) {
        let entry = Entry { fingerprint: *fingerprint, realm, edition, since, verified };
        self.place(fingerprint).store(Some(Arc::new(entry)));
    }

    fn place(&self, fingerprint: &Fingerprint) -> &ArcSwapOption<Entry<T>> {
        let [low, high, ..] = fingerprint.0;
        &self.places[usize::from(u16::from_le_bytes([low, high])) % PLACES]
    }
}

impl Fingerprint {
    pub(super) fn of(text: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(100);
    const SOMEBODY: Verified<&str> = Verified { value: "somebody", until: UnixSeconds(200) };

    fn known() -> (Cache<&'static str>, Fingerprint) {
        let (cache, token) = (Cache::new(), Fingerprint::of("a.b.c"));
        cache.put(&token, 0, 7, NOW, SOMEBODY);
        (cache, token)
    }

    #[test]
    fn a_token_is_remembered_until_its_last_second() {
        let (cache, token) = known();
        assert_eq!(cache.get(&token, 0, 7, NOW), Some(SOMEBODY));
        assert_eq!(cache.get(&token, 0, 7, SOMEBODY.until), Some(SOMEBODY));
        assert_eq!(cache.get(&token, 0, 7, UnixSeconds(SOMEBODY.until.0 + 1)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_revives_nothing() {
        let (cache, token) = known();
        assert_eq!(cache.get(&token, 0, 7, UnixSeconds(NOW.0 - 1)), None);
    }

    #[test]
    fn other_keys_another_realm_or_another_spelling_know_nothing_of_it() {
        let (cache, token) = known();
        assert_eq!(cache.get(&token, 0, 8, NOW), None);
        assert_eq!(cache.get(&token, 1, 7, NOW), None);
        assert_eq!(cache.get(&Fingerprint::of("a.b.c="), 0, 7, NOW), None);
    }

    #[test]
    fn the_number_of_places_is_fixed() {
        let cache = Cache::new();
        for number in 0..3 * PLACES {
            cache.put(&Fingerprint::of(&number.to_string()), 0, 0, NOW, SOMEBODY);
        }
        let kept = cache.places.iter().filter(|place| place.load().is_some()).count();
        assert!((PLACES / 2..=PLACES).contains(&kept), "{kept}");
    }
}
