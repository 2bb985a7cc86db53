//! The embedded store: SQLite, in a file that this process alone writes, or in its memory.
//!
//! - `open`: how SQLite is set, and the steps that bring the tables up to date; `place`: the file, which one process has
//!   at a time; `mark`: whose file it is;
//! - `revocations`, `used_tokens`: what each noun is in SQL; `rows`: a revocation as a row and back;
//! - `migrations/`: the tables, step by step. A step that was released is never changed.
//!
//! A file is in SQLite's WAL mode, in which readers do not wait for the writer. A write is on the disk when it is
//! answered: a revocation that was confirmed outlives a power cut.

mod mark;
mod open;
mod place;
mod revocations;
mod rows;
#[cfg(test)]
mod tests;
mod used_tokens;

use sqlx::query::QueryAs;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{FromRow, Sqlite, SqlitePool};

use crate::{Store, StoreError};
use place::Place;

/// Written and not only tried: a disk that is full shows only there.
const BEAT: &str =
    "INSERT INTO heartbeat (id, beats) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET beats = beats + 1";

/// The store in SQLite. Cloning it costs three reference counts.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// One connection: SQLite lets one write at a time, and those who wait here are served in their order.
    writer: SqlitePool,
    readers: SqlitePool,
    /// Where the file is, if it is in one.
    place: Option<Place>,
}

impl SqliteStore {
    /// Ends its connections once they are done; what comes later is refused.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        if let Some(place) = &self.place {
            place.leave();
        }
    }

    /// Where to write, as long as the file is where it is looked for after a restart.
    fn writer(&self) -> Result<&SqlitePool, StoreError> {
        self.place.as_ref().map_or(Ok(()), Place::check)?;
        Ok(&self.writer)
    }

    /// The row that a statement has written or taken out, once that is on the disk. SQLite gives the row first and
    /// commits with the next step, so the statement has to be driven to its end: left at its row, it would never tell
    /// that nothing was kept.
    async fn written<T>(
        &self,
        statement: QueryAs<'_, Sqlite, T, SqliteArguments>,
    ) -> Result<Option<T>, StoreError>
    where
        T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
    {
        let mut rows = statement.fetch_all(self.writer()?).await.map_err(trouble)?;
        Ok(rows.pop())
    }
}

impl Store for SqliteStore {
    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query(BEAT).execute(self.writer()?).await.map_err(trouble)?;
        Ok(())
    }
}

/// As much of a database's error as a log may hold: none of ours has a value in its text.
fn trouble(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(error.to_string().into())
}
