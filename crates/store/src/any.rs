//! The store that an operator has chosen. A new kind adds an arm here, and a folder beside `sqlite`.

use std::path::PathBuf;

use vestibule_model::{OrganisationId, Revoked, UnixSeconds};

use crate::{
    Kept, KeptRevocation, OpenError, Page, RevocationId, RevocationStore, SqliteStore, Store, StoreError,
    UsedTokenStore,
};

/// Where things are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In a file, which SQLite writes. It is made if it is not there.
    File(PathBuf),
    /// In this process's memory, until it ends.
    Memory,
}

/// A store of some kind.
#[derive(Clone, Debug)]
pub enum AnyStore {
    /// SQLite, in a file or in memory.
    Sqlite(SqliteStore),
}

impl AnyStore {
    /// Opens the store at that place and brings its tables up to date. Within a tokio runtime, which from then on
    /// looks after the store's connections.
    ///
    /// # Errors
    /// What the operator has to mend.
    pub async fn open(location: &Location) -> Result<Self, OpenError> {
        Ok(Self::Sqlite(SqliteStore::open(location).await?))
    }

    /// Ends its connections once they are done; what comes later is refused.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
        }
    }
}

impl Store for AnyStore {
    async fn ping(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.ping().await,
        }
    }
}

impl RevocationStore for AnyStore {
    async fn add_revocation(&self, revocation: &KeptRevocation) -> Result<RevocationId, StoreError> {
        match self {
            Self::Sqlite(store) => store.add_revocation(revocation).await,
        }
    }

    async fn revocations(&self, page: &Page<'_>, now: UnixSeconds) -> Result<Vec<Kept>, StoreError> {
        match self {
            Self::Sqlite(store) => store.revocations(page, now).await,
        }
    }

    async fn remove_revocation(
        &self,
        organisation: &OrganisationId,
        id: RevocationId,
    ) -> Result<Option<Kept>, StoreError> {
        match self {
            Self::Sqlite(store) => store.remove_revocation(organisation, id).await,
        }
    }

    async fn lift_revocation(
        &self,
        organisation: &OrganisationId,
        what: &Revoked,
    ) -> Result<Option<Kept>, StoreError> {
        match self {
            Self::Sqlite(store) => store.lift_revocation(organisation, what).await,
        }
    }

    async fn sweep_revocations(&self, now: UnixSeconds) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(store) => store.sweep_revocations(now).await,
        }
    }
}

impl UsedTokenStore for AnyStore {
    async fn use_token(&self, realm: &str, token: &str, until: UnixSeconds) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(store) => store.use_token(realm, token, until).await,
        }
    }

    async fn used_tokens(&self) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(store) => store.used_tokens().await,
        }
    }

    async fn sweep_used_tokens(&self, now: UnixSeconds) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(store) => store.sweep_used_tokens(now).await,
        }
    }
}
