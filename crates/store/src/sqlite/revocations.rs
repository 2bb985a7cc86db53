//! Revocations in SQL.

use vestibule_model::{OrganisationId, Revoked, UnixSeconds};

use super::rows::{RevocationRow, columns};
use super::{SqliteStore, trouble};
use crate::{Kept, KeptRevocation, Page, RevocationId, RevocationStore, StoreError};

/// What was there already keeps its id and takes everything else from what comes.
const ADD: &str = "
    INSERT INTO revocations (organisation, kind, subject, issued_by, until, made, made_by, note)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (organisation, kind, subject, issued_by) DO UPDATE
    SET until = excluded.until, made = excluded.made, made_by = excluded.made_by, note = excluded.note
    RETURNING id";

const ALL: &str = "SELECT * FROM revocations WHERE until >= ? AND id > ? ORDER BY id LIMIT ?";

const OF_ONE: &str =
    "SELECT * FROM revocations WHERE until >= ? AND id > ? AND organisation = ? ORDER BY id LIMIT ?";

const REMOVE: &str = "DELETE FROM revocations WHERE organisation = ? AND id = ? RETURNING *";

const LIFT: &str = "
    DELETE FROM revocations WHERE organisation = ? AND kind = ? AND subject = ? AND issued_by = ?
    RETURNING *";

const SWEEP: &str = "DELETE FROM revocations WHERE until < ?";

impl RevocationStore for SqliteStore {
    async fn add_revocation(&self, kept: &KeptRevocation) -> Result<RevocationId, StoreError> {
        let (kind, subject, issued_by) = columns(&kept.revocation.what);
        let statement = sqlx::query_as(ADD)
            .bind(kept.revocation.organisation.as_str())
            .bind(kind)
            .bind(subject)
            .bind(issued_by)
            .bind(kept.revocation.until.0)
            .bind(kept.made.0)
            .bind(kept.by.as_deref())
            .bind(kept.note.as_deref());
        let row: Option<(i64,)> = self.written(statement).await?;
        let (id,) = row.ok_or_else(|| StoreError::Unavailable("it wrote no row".into()))?;
        Ok(RevocationId(id))
    }

    async fn revocations(&self, page: &Page<'_>, now: UnixSeconds) -> Result<Vec<Kept>, StoreError> {
        let after = page.after.map_or(0, |RevocationId(id)| id);
        let query = match page.organisation {
            None => sqlx::query_as(ALL).bind(now.0).bind(after).bind(page.limit),
            Some(organisation) => {
                sqlx::query_as(OF_ONE).bind(now.0).bind(after).bind(organisation.as_str()).bind(page.limit)
            }
        };
        let rows: Vec<RevocationRow> = query.fetch_all(&self.readers).await.map_err(trouble)?;
        rows.into_iter().map(RevocationRow::read).collect()
    }

    async fn remove_revocation(
        &self,
        organisation: &OrganisationId,
        RevocationId(id): RevocationId,
    ) -> Result<Option<Kept>, StoreError> {
        let statement = sqlx::query_as(REMOVE).bind(organisation.as_str()).bind(id);
        let row: Option<RevocationRow> = self.written(statement).await?;
        row.map(RevocationRow::read).transpose()
    }

    async fn lift_revocation(
        &self,
        organisation: &OrganisationId,
        what: &Revoked,
    ) -> Result<Option<Kept>, StoreError> {
        let (kind, subject, issued_by) = columns(what);
        let statement =
            sqlx::query_as(LIFT).bind(organisation.as_str()).bind(kind).bind(subject).bind(issued_by);
        let row: Option<RevocationRow> = self.written(statement).await?;
        row.map(RevocationRow::read).transpose()
    }

    async fn sweep_revocations(&self, now: UnixSeconds) -> Result<u64, StoreError> {
        let done = sqlx::query(SWEEP).bind(now.0).execute(self.writer()?).await.map_err(trouble)?;
        Ok(done.rows_affected())
    }
}
