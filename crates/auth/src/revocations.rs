//! Which tokens are good no longer: all revocations that hold, at hand for every thread.
//!
//! A connection asks once when its token was verified and once when it is counted, so asking must cost next to
//! nothing and wait for nobody: readers take a snapshot of one of [`SHARDS`] maps and no lock. Revoking is rare, and
//! copies the one map that it changes: some hundred pointers when the house is full of revocations.
//!
//! A map leads from the hash of what a revocation names (a token, a session, a user, an organisation) to the
//! revocations that name it, and the model says whether they concern the bearer; so two names with one hash cost a
//! comparison and nothing else.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use foldhash::fast::RandomState;
use vestibule_model::{Credential, Cure, OrganisationId, Revocation, Revoked, UnixSeconds, UserId};

/// So many maps: changing one of them copies so small a part of the whole.
const SHARDS: usize = 256;

type Map = HashMap<u64, Vec<Arc<Revocation>>, RandomState>;

/// All revocations that hold. Shared by all threads.
#[derive(Debug)]
pub struct Revocations {
    shards: Box<[Shard]>,
    hasher: RandomState,
    count: AtomicUsize,
    limit: usize,
}

#[derive(Debug, Default)]
struct Shard {
    map: ArcSwap<Map>,
    /// Held by whoever changes the map; readers do not ask for it.
    changing: Mutex<()>,
}

/// What a revocation names.
#[derive(Hash)]
enum Subject<'a> {
    Token(&'a str),
    Session(&'a str),
    User(&'a str),
    Organisation,
}

impl Revocations {
    /// How many may hold at a time unless the operator says otherwise: some 20 MB.
    pub const LIMIT: usize = 100_000;

    /// An index of those that are known already. All of them hold, even if they are more than `limit`.
    pub fn new(limit: usize, known: impl IntoIterator<Item = Arc<Revocation>>) -> Self {
        let hasher = RandomState::default();
        let mut maps: Vec<Map> = (0..SHARDS).map(|_| Map::default()).collect();
        let mut count = 0;
        for revocation in known {
            let hash = hash(&hasher, &revocation.organisation, &subject(&revocation.what));
            count += usize::from(put(&mut maps[shard(hash)], hash, revocation));
        }
        let shards =
            maps.into_iter().map(|map| Shard { map: ArcSwap::from_pointee(map), ..Shard::default() });
        Self { shards: shards.collect(), hasher, count: AtomicUsize::new(count), limit }
    }

    /// What it takes for this user to come in again, if at `now` a revocation concerns this token of his: the most
    /// that any of them asks.
    pub fn find(
        &self,
        organisation: &OrganisationId,
        user: &UserId,
        credential: &Credential,
        now: UnixSeconds,
    ) -> Option<Cure> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let token = credential.token.as_deref().map(Subject::Token);
        let session = credential.session.as_deref().map(Subject::Session);
        let always = [Subject::User(user.as_str()), Subject::Organisation];
        let mut cure = None;
        for subject in always.into_iter().chain(token).chain(session) {
            let hash = hash(&self.hasher, organisation, &subject);
            let map = self.shards[shard(hash)].map.load();
            let named = map.get(&hash).into_iter().flatten();
            for revocation in named.filter(|revocation| holds(revocation, now)) {
                if revocation.concerns(organisation, user, credential) {
                    cure = cure.max(Some(revocation.what.cure()));
                }
            }
        }
        cure
    }

    /// From now on it holds. One that revokes the same tokens gives way to it.
    pub fn add(&self, revocation: Arc<Revocation>) {
        let hash = hash(&self.hasher, &revocation.organisation, &subject(&revocation.what));
        let added = self.shards[shard(hash)].change(|map| put(map, hash, revocation));
        if added {
            self.count.fetch_add(1, Ordering::Release);
        }
    }

    /// The one that revokes exactly these tokens holds no longer.
    pub fn remove(&self, organisation: &OrganisationId, what: &Revoked) {
        let hash = hash(&self.hasher, organisation, &subject(what));
        let is_it = |other: &Revocation| other.organisation == *organisation && other.what == *what;
        let removed = self.shards[shard(hash)].change(|map| take(map, hash, is_it));
        if removed {
            self.count.fetch_sub(1, Ordering::Release);
        }
    }

    /// Forgets those whose end has passed, and says how many they were. Without it they hold no longer either, but
    /// take up room.
    pub fn sweep(&self, now: UnixSeconds) -> usize {
        let swept: usize = self.shards.iter().map(|shard| shard.sweep(now)).sum();
        self.count.fetch_sub(swept, Ordering::Release);
        swept
    }

    /// Whether this one may be added: there is room for one more, or it takes the place of one that revokes the same
    /// tokens. Whoever adds asks first; the bound can be passed by as many as ask at once.
    pub fn has_room_for(&self, revocation: &Revocation) -> bool {
        self.len() < self.limit || self.has(revocation)
    }

    /// Whether one is there that revokes the same tokens.
    fn has(&self, revocation: &Revocation) -> bool {
        let hash = hash(&self.hasher, &revocation.organisation, &subject(&revocation.what));
        let map = self.shards[shard(hash)].map.load();
        map.get(&hash).is_some_and(|named| named.iter().any(|other| is_same(other, revocation)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Revocations {
    fn default() -> Self {
        Self::new(Self::LIMIT, [])
    }
}

impl Shard {
    /// Changes a copy and puts it in the place of the map.
    fn change<T>(&self, change: impl FnOnce(&mut Map) -> T) -> T {
        let _alone = self.alone();
        let mut map = Map::clone(&self.map.load());
        let done = change(&mut map);
        self.map.store(Arc::new(map));
        done
    }

    fn sweep(&self, now: UnixSeconds) -> usize {
        if self.map.load().values().flatten().all(|revocation| holds(revocation, now)) {
            return 0;
        }
        self.change(|map| {
            let before: usize = map.values().map(Vec::len).sum();
            map.retain(|_, named| {
                named.retain(|revocation| holds(revocation, now));
                !named.is_empty()
            });
            before - map.values().map(Vec::len).sum::<usize>()
        })
    }

    /// A panic while one copy was changed has changed nothing that anybody sees.
    fn alone(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// True when it is one more.
fn put(map: &mut Map, hash: u64, revocation: Arc<Revocation>) -> bool {
    let named = map.entry(hash).or_default();
    match named.iter_mut().find(|other| is_same(other, &revocation)) {
        Some(same) => {
            *same = revocation;
            false
        }
        None => {
            named.push(revocation);
            true
        }
    }
}

/// Whether both revoke the same tokens.
fn is_same(one: &Revocation, other: &Revocation) -> bool {
    one.organisation == other.organisation && one.what == other.what
}

/// True when it was there.
fn take(map: &mut Map, hash: u64, is_it: impl Fn(&Revocation) -> bool) -> bool {
    let Some(named) = map.get_mut(&hash) else { return false };
    let before = named.len();
    named.retain(|revocation| !is_it(revocation));
    let removed = named.len() < before;
    if named.is_empty() {
        map.remove(&hash);
    }
    removed
}

fn subject(what: &Revoked) -> Subject<'_> {
    match what {
        Revoked::Token(token) => Subject::Token(token),
        Revoked::Session(session) => Subject::Session(session),
        Revoked::UserBefore(user, _) | Revoked::User(user) => Subject::User(user.as_str()),
        Revoked::OrganisationBefore(_) | Revoked::Organisation => Subject::Organisation,
    }
}

fn hash(hasher: &RandomState, organisation: &OrganisationId, subject: &Subject<'_>) -> u64 {
    hasher.hash_one((organisation.as_str(), subject))
}

/// The maps use the lowest and the highest bits of a hash of this hash; the shard is chosen by its own middle.
fn shard(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

fn holds(revocation: &Revocation, now: UnixSeconds) -> bool {
    now <= revocation.until
}

#[cfg(test)]
mod tests;
