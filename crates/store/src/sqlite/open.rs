//! Opening: the file, how SQLite is set, and the steps that bring the tables up to date.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::SqliteStore;
use crate::{Location, OpenError};

/// The tables, step by step.
static STEPS: Migrator = sqlx::migrate!("src/sqlite/migrations");

/// How long a write waits for another one. Writes take milliseconds; after this something is wrong.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a call waits for a connection to the file.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// Connections to one file. SQLite has one writer at a time; the others read.
const CONNECTIONS: u32 = 4;

/// Only the user that the house runs as may read the file: it holds users' names.
const OWNER_ONLY: u32 = 0o600;

/// The name of a store that is in no file, in messages.
const IN_MEMORY: &str = ":memory:";

impl SqliteStore {
    /// Opens the store at that place, makes it if it is not there, and brings its tables up to date. Within a tokio
    /// runtime, which from then on looks after the store's connections.
    ///
    /// # Errors
    /// What the operator has to mend.
    pub async fn open(location: &Location) -> Result<Self, OpenError> {
        match location {
            Location::File(path) => {
                ensure_writable(path).map_err(|error| OpenError::File(path.clone(), error))?;
                Self::with(path, in_file(path), SqlitePoolOptions::new().max_connections(CONNECTIONS)).await
            }
            // Each connection would have a memory of its own, and take it along when it ends.
            Location::Memory => {
                let one = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
                Self::with(Path::new(IN_MEMORY), SqliteConnectOptions::new().in_memory(true), one).await
            }
        }
    }

    async fn with(
        store: &Path,
        options: SqliteConnectOptions,
        pool: SqlitePoolOptions,
    ) -> Result<Self, OpenError> {
        // What is said in SQL is nobody's business, and a slow disk shows in the time of calls.
        let options = sqlx::ConnectOptions::disable_statement_logging(options);
        let pool = pool.acquire_timeout(ACQUIRE_TIMEOUT).connect_with(options).await;
        let pool = pool.map_err(|error| not_opened(store, error))?;
        STEPS.run(&pool).await.map_err(|error| not_migrated(store, error))?;
        Ok(Self(pool))
    }
}

fn in_file(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
}

/// Makes the file for its owner alone, if it is not there; SQLite gives the files beside it the same permissions. One
/// that is there keeps the permissions that the operator has given it.
fn ensure_writable(path: &Path) -> io::Result<()> {
    // Not cut short: whoever opens a store wants what is in it.
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(OWNER_ONLY).open(path)?;
    Ok(())
}

fn not_opened(store: &Path, error: sqlx::Error) -> OpenError {
    // SQLite reads the file when it is first used, and then finds out what it is.
    const NOT_A_DATABASE: &str = "26";
    let code = error.as_database_error().and_then(|error| error.code());
    if code.is_some_and(|code| code == NOT_A_DATABASE) {
        return OpenError::NotAStore(store.to_owned());
    }
    OpenError::Database(store.to_owned(), error.to_string().into())
}

fn not_migrated(store: &Path, error: MigrateError) -> OpenError {
    let own: PathBuf = store.to_owned();
    match error {
        MigrateError::Execute(error) => not_opened(store, error),
        MigrateError::VersionMissing(step) => OpenError::Newer { store: own, step },
        MigrateError::VersionMismatch(step) | MigrateError::Dirty(step) => {
            OpenError::Altered { store: own, step }
        }
        error => OpenError::Database(own, error.to_string().into()),
    }
}
