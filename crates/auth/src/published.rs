//! Keys that a provider publishes, as they were fetched last: shared by everyone who verifies, who never waits for them.
//!
//! One writer, in the back office, puts whole editions in place; readers take the edition that is there.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use vestibule_model::Moment;

use crate::Algorithm;
use crate::jwks::{KeyDocument, Policy, Source, Wish};
use crate::key::KeySet;

/// The published keys of one realm.
pub struct PublishedKeys {
    realm: Box<str>,
    source: Source,
    policy: Policy,
    algorithms: Box<[Algorithm]>,
    /// The realm has no others.
    sole: bool,
    current: ArcSwap<Snapshot>,
}

/// One edition of the keys.
#[derive(Clone, Default)]
pub struct Snapshot {
    /// The keys, each in a slot for each algorithm of the realm that it may serve. None when they are too old.
    pub(crate) keys: Arc<KeySet>,
    /// What tells a key from any other of the same name, by name.
    marks: Arc<BTreeMap<Box<str>, Box<str>>>,
    /// Which edition it is; it grows with every change of keys. 0 until they are fetched.
    pub generation: u64,
    /// How good it is.
    pub state: PublishedState,
    /// When the keys were fetched last.
    pub fetched: Option<Moment>,
}

/// How good fetched keys are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PublishedState {
    /// They were never fetched.
    #[default]
    Never,
    /// The last fetch brought them.
    Fresh,
    /// The last fetch failed; they are good for a while.
    Stale,
    /// They were fetched too long ago to be trusted.
    TooOld,
}

/// A key that is wanted and not there.
#[derive(Clone)]
pub struct KeyWish {
    /// Where it should be.
    pub keys: Arc<PublishedKeys>,
    /// What was looked for, and in which edition.
    pub wish: Wish,
}

/// What is different in a new edition. A name with another key behind it is in both lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Names of keys that are new.
    pub added: Vec<Box<str>>,
    /// Names of keys that are gone.
    pub withdrawn: Vec<Box<str>>,
}

impl PublishedKeys {
    /// Keys of that realm, which has no others, before they were fetched. They will serve these algorithms at most.
    pub fn new(realm: &str, algorithms: &[Algorithm], source: Source, policy: Policy) -> Arc<Self> {
        Self::fetched_from(realm, algorithms, source, policy, true)
    }

    /// The same for a realm that has keys of its own too: that its provider publishes none may be as it should be.
    pub fn beside_given(realm: &str, algorithms: &[Algorithm], source: Source, policy: Policy) -> Arc<Self> {
        Self::fetched_from(realm, algorithms, source, policy, false)
    }

    fn fetched_from(
        realm: &str,
        algorithms: &[Algorithm],
        source: Source,
        policy: Policy,
        sole: bool,
    ) -> Arc<Self> {
        let (realm, algorithms, current) = (realm.into(), algorithms.into(), ArcSwap::default());
        Arc::new(Self { realm, source, policy, algorithms, sole, current })
    }

    /// The name of the realm.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Where they are.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// How often they are looked at.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The algorithms that they may serve.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// Whether the realm could take any token with this edition: a provider that publishes no key for its algorithms has
    /// a fault, unless the realm has other keys.
    pub fn suffices(&self, edition: &Snapshot) -> bool {
        edition.is_usable() && !(self.sole && edition.keys.is_empty())
    }

    /// What was fetched last.
    pub fn current(&self) -> Guard<Arc<Snapshot>> {
        self.current.load()
    }

    /// The wish for a key of that name, which was looked for in `seen`. Without a name: for any keys at all.
    pub fn wish(self: &Arc<Self>, kid: Option<&str>, seen: &Snapshot) -> KeyWish {
        let wish = Wish { kid: kid.map(Into::into), generation: seen.generation };
        KeyWish { keys: Arc::clone(self), wish }
    }

    /// Takes what a good fetch brought: keys that it does not list are gone. For the one who fetches, and nobody else.
    pub fn publish(&self, document: &KeyDocument, now: Moment) -> Change {
        let before = self.current.load();
        let marks = document.marks();
        let change = Change::between(&before.marks, &marks);
        let usable = matches!(before.state, PublishedState::Fresh | PublishedState::Stale);
        let same = usable && change.is_none();
        let keys = if same { Arc::clone(&before.keys) } else { Arc::new(document.key_set(&self.algorithms)) };
        self.current.store(Arc::new(Snapshot {
            keys,
            marks: Arc::new(marks),
            generation: before.generation + u64::from(!same),
            state: PublishedState::Fresh,
            fetched: Some(now),
        }));
        change
    }

    /// Notes how good the keys are now. For the one who fetches, and nobody else. Keys that are too old are put away, so
    /// that nobody can use them by mistake.
    pub fn mark(&self, state: PublishedState) {
        let before = self.current.load();
        if before.state == state {
            return;
        }
        let mut snapshot = Snapshot { state, ..Snapshot::clone(&before) };
        if state == PublishedState::TooOld {
            snapshot.keys = Arc::default();
        }
        self.current.store(Arc::new(snapshot));
    }
}

impl Snapshot {
    /// The names of the good keys that the provider listed.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.marks.keys().map(AsRef::as_ref)
    }

    /// How many good keys the provider listed.
    pub fn count(&self) -> usize {
        self.marks.len()
    }

    /// Whether tokens can be verified with it.
    pub fn is_usable(&self) -> bool {
        matches!(self.state, PublishedState::Fresh | PublishedState::Stale)
    }
}

impl Change {
    fn between(before: &BTreeMap<Box<str>, Box<str>>, after: &BTreeMap<Box<str>, Box<str>>) -> Self {
        let missing = |these: &BTreeMap<Box<str>, Box<str>>, there: &BTreeMap<Box<str>, Box<str>>| {
            these
                .iter()
                .filter(|(kid, mark)| there.get(*kid) != Some(mark))
                .map(|(kid, _)| kid.clone())
                .collect()
        };
        Self { added: missing(after, before), withdrawn: missing(before, after) }
    }

    /// Whether nothing is different.
    pub fn is_none(&self) -> bool {
        self.added.is_empty() && self.withdrawn.is_empty()
    }
}

impl fmt::Debug for PublishedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishedKeys").field("realm", &self.realm).finish_non_exhaustive()
    }
}

impl fmt::Debug for KeyWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyWish").field("realm", &self.keys.realm).field("wish", &self.wish).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwks::{KeyAddress, Place};
    use crate::key::PublicKey;

    const THEN: Moment = Moment::from_millis(1);
    const NOW: Moment = Moment::from_millis(2);

    fn keys() -> Arc<PublishedKeys> {
        let address = KeyAddress::parse("https://id.example/jwks", false).expect("an address");
        let source = Source::new(Place::Keys(address));
        PublishedKeys::new("one", &[Algorithm::Es256, Algorithm::Rs256], source, Policy::default())
    }

    fn document(keys: &[(&str, &str)]) -> KeyDocument {
        let jwk = |(kid, pem): &(&str, &str)| PublicKey::from_pem(pem).expect("a good key").to_jwk(kid, None);
        let keys: Vec<_> = keys.iter().map(jwk).collect();
        KeyDocument::read(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes()).expect("a document")
    }

    const P256: &str = include_str!("../tests/keys/p256.pub.pem");
    const RSA: &str = include_str!("../tests/keys/rsa.pub.pem");
    const OTHER: &str = include_str!("../tests/keys/rsa_other.pub.pem");

    fn names(names: &[&str]) -> Vec<Box<str>> {
        names.iter().map(|name| (*name).into()).collect()
    }

    fn edition(keys: &PublishedKeys) -> (u64, PublishedState, usize) {
        let current = keys.current();
        (current.generation, current.state, current.keys.len())
    }

    #[test]
    fn keys_begin_as_never_fetched_and_a_first_fetch_makes_an_edition_even_of_none() {
        let keys = keys();
        assert_eq!(edition(&keys), (0, PublishedState::Never, 0));
        assert!(keys.publish(&document(&[]), NOW).is_none());
        assert_eq!(edition(&keys), (1, PublishedState::Fresh, 0));
    }

    #[test]
    fn none_suffices_only_where_there_are_other_keys() {
        let keys = keys();
        let others =
            PublishedKeys::beside_given("one", keys.algorithms(), keys.source().clone(), Policy::default());
        let suffices = || [&keys, &others].map(|keys| keys.suffices(&keys.current()));
        let publish = |listed| [&keys, &others].map(|keys| keys.publish(&document(listed), NOW));
        assert_eq!(suffices(), [false, false], "nobody has looked yet");
        publish(&[]);
        assert_eq!(suffices(), [false, true]);
        publish(&[("a", P256)]);
        assert_eq!(suffices(), [true, true]);
        keys.mark(PublishedState::TooOld);
        others.mark(PublishedState::TooOld);
        assert_eq!(suffices(), [false, false]);
    }

    #[test]
    fn a_fetch_that_lists_the_same_keys_is_the_same_edition() {
        let keys = keys();
        keys.publish(&document(&[("a", P256)]), THEN);
        assert!(keys.publish(&document(&[("a", P256)]), NOW).is_none());
        assert_eq!(edition(&keys), (1, PublishedState::Fresh, 1));
        assert_eq!(keys.current().fetched, Some(NOW));
    }

    #[test]
    fn keys_that_are_not_listed_are_gone_and_a_change_says_which() {
        let keys = keys();
        let change = keys.publish(&document(&[("a", P256), ("b", RSA)]), THEN);
        assert_eq!(change, Change { added: names(&["a", "b"]), withdrawn: names(&[]) });
        let change = keys.publish(&document(&[("b", OTHER), ("c", RSA)]), NOW);
        assert_eq!(change, Change { added: names(&["b", "c"]), withdrawn: names(&["a", "b"]) });
        assert_eq!(edition(&keys), (2, PublishedState::Fresh, 2));
    }

    #[test]
    fn stale_keys_stay_the_same_edition_and_too_old_ones_are_put_away() {
        let keys = keys();
        keys.publish(&document(&[("a", P256)]), THEN);
        keys.mark(PublishedState::Stale);
        assert_eq!(edition(&keys), (1, PublishedState::Stale, 1));
        keys.mark(PublishedState::TooOld);
        assert_eq!(edition(&keys), (1, PublishedState::TooOld, 0));
        assert!(keys.publish(&document(&[("a", P256)]), NOW).is_none());
        assert_eq!(edition(&keys), (2, PublishedState::Fresh, 1), "back, as an edition of its own");
    }

    #[test]
    fn an_edition_says_how_good_it_is_and_whose_keys_it_has() {
        let keys = keys();
        assert_eq!((keys.realm(), keys.algorithms()), ("one", &[Algorithm::Es256, Algorithm::Rs256][..]));
        assert!(!keys.current().is_usable(), "they were never fetched");
        keys.publish(&document(&[("b", P256), ("a", RSA)]), THEN);
        assert_eq!((keys.current().kids().collect::<Vec<_>>(), keys.current().count()), (vec!["a", "b"], 2));
        for (state, usable) in [
            (PublishedState::Stale, true),
            (PublishedState::Fresh, true),
            (PublishedState::TooOld, false),
            (PublishedState::Never, false),
        ] {
            keys.mark(state);
            assert_eq!((keys.current().state, keys.current().is_usable()), (state, usable));
        }
    }

    #[test]
    fn what_is_noted_twice_changes_nothing() {
        let keys = keys();
        keys.publish(&document(&[("a", P256)]), THEN);
        keys.mark(PublishedState::Stale);
        let before = keys.current();
        keys.mark(PublishedState::Stale);
        assert!(Arc::ptr_eq(&before, &keys.current()));
    }

    #[test]
    fn one_key_less_or_more_is_another_edition() {
        let keys = keys();
        keys.publish(&document(&[("a", P256), ("b", RSA)]), THEN);
        let change = keys.publish(&document(&[("a", P256)]), NOW);
        assert_eq!(change, Change { added: names(&[]), withdrawn: names(&["b"]) });
        assert!(!change.is_none());
        let change = keys.publish(&document(&[("a", P256), ("b", RSA)]), NOW);
        assert_eq!(change, Change { added: names(&["b"]), withdrawn: names(&[]) });
        assert!(!change.is_none());
        assert_eq!(edition(&keys), (3, PublishedState::Fresh, 2));
    }

    #[test]
    fn a_wish_names_the_realm_and_the_edition_and_no_key_is_printed() {
        let keys = keys();
        keys.publish(&document(&[("a", P256)]), THEN);
        let wish = keys.wish(None, &keys.current());
        assert_eq!(wish.wish, Wish { kid: None, generation: 1 });
        assert!(format!("{wish:?}").contains("\"one\""));
        assert_eq!(format!("{keys:?}"), "PublishedKeys { realm: \"one\", .. }");
    }

    #[test]
    fn a_reader_keeps_the_edition_that_it_took() {
        let keys = keys();
        keys.publish(&document(&[("a", P256)]), THEN);
        let taken = keys.current();
        let wish = keys.wish(Some("b"), &taken);
        keys.publish(&document(&[("b", RSA)]), NOW);
        assert_eq!((taken.generation, wish.wish.generation), (1, 1));
        assert_eq!(keys.current().generation, 2);
    }
}
