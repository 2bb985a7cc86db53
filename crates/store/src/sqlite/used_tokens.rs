//! Used tokens in SQL.

use vestibule_model::UnixSeconds;

use super::{SqliteStore, trouble};
use crate::{StoreError, UsedTokenStore};

/// One statement, so that of two at once one comes first.
const USE: &str = "INSERT INTO used_tokens (realm, token, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";

const COUNT: &str = "SELECT COUNT(*) FROM used_tokens";

const SWEEP: &str = "DELETE FROM used_tokens WHERE until < ?";

impl UsedTokenStore for SqliteStore {
    async fn use_token(&self, realm: &str, token: &str, until: UnixSeconds) -> Result<bool, StoreError> {
        let query = sqlx::query(USE).bind(realm).bind(token).bind(until.0);
        let done = query.execute(self.writer()?).await.map_err(trouble)?;
        Ok(done.rows_affected() == 1)
    }

    async fn used_tokens(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&self.readers).await.map_err(trouble)?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn sweep_used_tokens(&self, now: UnixSeconds) -> Result<u64, StoreError> {
        let done = sqlx::query(SWEEP).bind(now.0).execute(self.writer()?).await.map_err(trouble)?;
        Ok(done.rows_affected())
    }
}
