//! The embedded store: SQLite, in a file that this process alone writes, or in its memory.
//!
//! - `open`: the file, its permissions, how SQLite is set, and the steps that bring the tables up to date;
//! - `revocations`, `used_tokens`: what each noun is in SQL; `rows`: a revocation as a row and back;
//! - `migrations/`: the tables, step by step. A step that was released is never changed.
//!
//! A file is in SQLite's WAL mode, in which readers do not wait for the writer. A write is on the disk when it is
//! answered: a revocation that was confirmed outlives a power cut.

mod open;
mod revocations;
mod rows;
#[cfg(test)]
mod tests;
mod used_tokens;

use sqlx::SqlitePool;

use crate::{Store, StoreError};

/// The store in SQLite. Cloning it costs two reference counts.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// One connection: SQLite lets one write at a time, and those who wait here are served in their order.
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Ends its connections once they are done; what comes later is refused.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl Store for SqliteStore {
    /// Reads from the file, and not only from SQLite's memory of it.
    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT COUNT(*) FROM sqlite_schema").execute(&self.readers).await.map_err(trouble)?;
        Ok(())
    }
}

/// As much of a database's error as a log may hold: none of ours has a value in its text.
fn trouble(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(error.to_string().into())
}
