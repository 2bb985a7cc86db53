//! Opening: the file, how SQLite is set, and the steps that bring the tables up to date.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlitePool};

use super::place::Place;
use super::{SqliteStore, mark};
use crate::{Location, OpenError};

/// The tables, step by step.
static STEPS: Migrator = sqlx::migrate!("src/sqlite/migrations");

/// How long a write waits for another one. Writes take milliseconds; after this something is wrong.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a call waits for a connection to the file.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// Connections that read. Reading is rare: lists, and whether the store is there.
const READERS: u32 = 2;

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
            Location::File(path) => Self::in_file(path).await,
            Location::Memory => Self::in_memory().await,
        }
    }

    async fn in_file(wanted: &Path) -> Result<Self, OpenError> {
        let place = Place::take(wanted)?;
        let path = place.path();
        let options = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(BUSY_TIMEOUT)
            .synchronous(SqliteSynchronous::Full);
        ensure_ours(path, options.clone()).await?;
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let writer = connect(path, options.clone(), pool(1)).await?;
        mark::set(&writer).await.map_err(|error| not_opened(path, error))?;
        STEPS.run(&writer).await.map_err(|error| not_migrated(path, error))?;
        let readers = connect(path, options.read_only(true), pool(READERS)).await?;
        Ok(Self { writer, readers, place: Some(place) })
    }

    /// One connection for everything: each would have a memory of its own, and take it along when it ends.
    async fn in_memory() -> Result<Self, OpenError> {
        let path = Path::new(IN_MEMORY);
        let only = pool(1).idle_timeout(None).max_lifetime(None);
        let only = connect(path, SqliteConnectOptions::new().in_memory(true), only).await?;
        STEPS.run(&only).await.map_err(|error| not_migrated(path, error))?;
        Ok(Self { writer: only.clone(), readers: only, place: None })
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT)
}

async fn connect(
    store: &Path,
    options: SqliteConnectOptions,
    pool: SqlitePoolOptions,
) -> Result<SqlitePool, OpenError> {
    // What is said in SQL is nobody's business, and a slow disk shows in the time of calls.
    let options = options.disable_statement_logging();
    pool.connect_with(options).await.map_err(|error| not_opened(store, error))
}

/// Looks into the file before anything in it is changed.
async fn ensure_ours(store: &Path, options: SqliteConnectOptions) -> Result<(), OpenError> {
    let fault = |error| not_opened(store, error);
    let mut connection = options.disable_statement_logging().connect().await.map_err(fault)?;
    let is_ours = mark::is_ours(&mut connection).await.map_err(fault)?;
    connection.close().await.map_err(fault)?;
    if is_ours { Ok(()) } else { Err(OpenError::NotAStore(store.to_owned())) }
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
