//! Keys that a provider publishes: what was fetched last, shared by everyone who verifies.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use crate::key::KeySet;

/// The keys that were fetched last. Readers never wait.
pub struct PublishedKeys {
    current: ArcSwap<Snapshot>,
}

/// One edition of the keys.
#[derive(Default)]
pub struct Snapshot {
    /// The keys.
    pub(crate) keys: KeySet,
    /// Which edition it is; it grows with every change.
    pub generation: u64,
    /// How good it is.
    pub state: PublishedState,
}

/// How good fetched keys are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PublishedState {
    /// They were never fetched.
    #[default]
    Never,
    /// They were fetched when they should be.
    Fresh,
    /// The last fetch failed; they are good for a while.
    Stale,
    /// They were fetched too long ago to be trusted.
    TooOld,
}

/// A key that is wanted and not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyWish {
    /// Its name; `None`: any keys at all.
    pub kid: Option<Box<str>>,
}

impl PublishedKeys {
    /// Keys that were never fetched.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { current: ArcSwap::default() })
    }

    /// What was fetched last.
    pub fn current(&self) -> Guard<Arc<Snapshot>> {
        self.current.load()
    }

    /// The wish for a key of that name.
    pub(crate) fn wish(&self, kid: Option<&str>) -> KeyWish {
        KeyWish { kid: kid.map(Into::into) }
    }
}

impl std::fmt::Debug for PublishedKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublishedKeys").finish_non_exhaustive()
    }
}
