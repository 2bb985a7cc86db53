//! Changes of revocations: the store, then the index, then the workers.

use std::sync::Arc;

use vestibule_model::{OrganisationId, Revocation, Revoked, UnixSeconds};
use vestibule_store::{Kept, KeptRevocation, Page, RevocationId, RevocationStore, StoreError};

use super::Records;

/// Tells the workers of a revocation that holds from now on.
pub type Tell = Box<dyn FnOnce(Arc<Revocation>) + Send>;

/// Why a revocation was not changed.
#[derive(Debug)]
pub enum NotDone {
    /// As many hold as may hold.
    Full,
    /// The store does not keep it.
    Store(StoreError),
}

impl Records {
    /// Revokes tokens. Once begun it is done to the end, even if the caller goes.
    ///
    /// # Errors
    /// Then nothing has changed.
    pub async fn revoke(&self, kept: KeptRevocation, tell: Tell) -> Result<RevocationId, NotDone> {
        let records = self.clone();
        let done = self.0.cellar.ask(|store| async move {
            let _alone = records.0.changing.lock().await;
            if !records.0.revocations.has_room_for(&kept.revocation) {
                return Ok(None);
            }
            let id = store.add_revocation(&kept).await?;
            let revocation = Arc::new(kept.revocation);
            records.0.revocations.add(Arc::clone(&revocation));
            tell(revocation);
            Ok(Some(id))
        });
        done.await?.ok_or(NotDone::Full)
    }

    /// Takes back the revocation of that id. False: the organisation has none.
    ///
    /// # Errors
    /// Then nothing has changed.
    pub async fn take_back(&self, organisation: &OrganisationId, id: RevocationId) -> Result<bool, NotDone> {
        let (records, organisation) = (self.clone(), organisation.clone());
        let done = self.0.cellar.ask(|store| async move {
            let _alone = records.0.changing.lock().await;
            Ok(records.forget(store.remove_revocation(&organisation, id).await?))
        });
        Ok(done.await?)
    }

    /// Takes back the revocation of exactly these tokens. False: there is none.
    ///
    /// # Errors
    /// Then nothing has changed.
    pub async fn lift(&self, organisation: &OrganisationId, what: Revoked) -> Result<bool, NotDone> {
        let (records, organisation) = (self.clone(), organisation.clone());
        let done = self.0.cellar.ask(|store| async move {
            let _alone = records.0.changing.lock().await;
            Ok(records.forget(store.lift_revocation(&organisation, &what).await?))
        });
        Ok(done.await?)
    }

    /// Those of the organisation that hold, in the order in which they were made.
    ///
    /// # Errors
    /// When the store does not say.
    pub async fn list(
        &self,
        organisation: &OrganisationId,
        after: Option<RevocationId>,
        limit: u32,
        now: UnixSeconds,
    ) -> Result<Vec<Kept>, NotDone> {
        let organisation = organisation.clone();
        let listed = self.0.cellar.ask(|store| async move {
            let page = Page { organisation: Some(&organisation), after, limit };
            store.revocations(&page, now).await
        });
        Ok(listed.await?)
    }

    fn forget(&self, kept: Option<Kept>) -> bool {
        let Some(Kept { revocation: KeptRevocation { revocation, .. }, .. }) = kept else { return false };
        self.0.revocations.remove(&revocation.organisation, &revocation.what);
        true
    }
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a revocation was not changed");
        Self::Store(error)
    }
}
