//! What the house asks of a store.

mod error;

use vestibule_model::{OrganisationId, Revocation, Revoked, UnixSeconds};

pub use error::{OpenError, StoreError};

/// A store: one contract for each noun, and the question whether it is there at all.
pub trait Store: RevocationStore + UsedTokenStore + Send + Sync + 'static {
    /// Writes something where things are kept, as everything else does: what cannot be written cannot be kept.
    fn ping(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Revocations, blocks of users among them. They are kept until they cannot matter any more.
pub trait RevocationStore {
    /// Keeps it. The same tokens of the same organisation are revoked once at most: keeping that again replaces the
    /// end and the remarks, and the id stays.
    fn add_revocation(
        &self,
        revocation: &KeptRevocation,
    ) -> impl Future<Output = Result<RevocationId, StoreError>> + Send;

    /// Those that hold at `now`, in the order of their ids.
    fn revocations(
        &self,
        page: &Page<'_>,
        now: UnixSeconds,
    ) -> impl Future<Output = Result<Vec<Kept>, StoreError>> + Send;

    /// Forgets the one of that id, if it is that organisation's. `None`: there is none, or not any more.
    fn remove_revocation(
        &self,
        organisation: &OrganisationId,
        id: RevocationId,
    ) -> impl Future<Output = Result<Option<Kept>, StoreError>> + Send;

    /// Forgets the one that revokes exactly these tokens. `None`: there is none.
    fn lift_revocation(
        &self,
        organisation: &OrganisationId,
        what: &Revoked,
    ) -> impl Future<Output = Result<Option<Kept>, StoreError>> + Send;

    /// Forgets those that do not hold any more, and says how many they were.
    fn sweep_revocations(&self, now: UnixSeconds) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// Tokens that can be used once, and have been.
pub trait UsedTokenStore {
    /// Notes that the token of this realm is used, until the second in which it would be refused anyway. True for
    /// exactly one of all who ask, however many ask at once.
    fn use_token(
        &self,
        realm: &str,
        token: &str,
        until: UnixSeconds,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// How many are noted.
    fn used_tokens(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Forgets those whose end has passed, and says how many they were.
    fn sweep_used_tokens(&self, now: UnixSeconds) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// Names a revocation within a store. A later one has a higher id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RevocationId(pub i64);

/// A revocation with what an operator wants to know of it later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRevocation {
    /// Which tokens, of whom, and until when.
    pub revocation: Revocation,
    /// When it was made.
    pub made: UnixSeconds,
    /// Who made it, as far as that was said.
    pub by: Option<Box<str>>,
    /// What for, as far as that was said.
    pub note: Option<Box<str>>,
}

/// A revocation and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub id: RevocationId,
    /// What it says.
    pub revocation: KeptRevocation,
}

/// A part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Only this organisation's; `None`: everybody's.
    pub organisation: Option<&'a OrganisationId>,
    /// Only what comes after this one.
    pub after: Option<RevocationId>,
    /// At most so many.
    pub limit: u32,
}
