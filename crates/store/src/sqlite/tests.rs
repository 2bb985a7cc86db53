//! The suite, and what is special to SQLite: files, their permissions, and their past.

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use vestibule_model::{OrganisationId, Revocation, Revoked, UnixSeconds};

use super::*;
use crate::{KeptRevocation, Location, OpenError, Page, RevocationStore};

/// A folder that goes with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("vestibule-store-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("vestibule.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _already_gone = fs::remove_dir_all(&self.0);
    }
}

/// A store with its folder, if it has one.
struct Fresh {
    store: SqliteStore,
    _folder: Option<Folder>,
}

impl Deref for Fresh {
    type Target = SqliteStore;

    fn deref(&self) -> &SqliteStore {
        &self.store
    }
}

async fn on_disk() -> Fresh {
    let folder = Folder::new();
    Fresh { store: open(&folder.file()).await.unwrap(), _folder: Some(folder) }
}

async fn in_memory() -> Fresh {
    Fresh { store: SqliteStore::open(&Location::Memory).await.unwrap(), _folder: None }
}

async fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(&Location::File(path.to_owned())).await
}

fn on_tokio<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

mod a_file {
    use super::*;
    crate::store_suite!(run: on_tokio, open: on_disk);
}

mod memory {
    use super::*;
    crate::store_suite!(run: on_tokio, open: in_memory);
}

fn a_revocation() -> KeptRevocation {
    let organisation = OrganisationId::from_verified("acme");
    let revocation = Revocation { organisation, what: Revoked::Organisation, until: UnixSeconds(100) };
    KeptRevocation { revocation, made: UnixSeconds(1), by: None, note: None }
}

async fn count(store: &SqliteStore) -> usize {
    let page = Page { organisation: None, after: None, limit: 10 };
    store.revocations(&page, UnixSeconds(1)).await.unwrap().len()
}

#[test]
fn what_was_answered_is_there_after_the_process_was_killed() {
    on_tokio(async {
        let folder = Folder::new();
        let store = open(&folder.file()).await.unwrap();
        store.add_revocation(&a_revocation()).await.unwrap();
        // Not closed, as if there had been no time for it.
        std::mem::forget(store);
        assert_eq!(count(&open(&folder.file()).await.unwrap()).await, 1);
    });
}

#[test]
fn only_the_owner_may_read_the_files() {
    on_tokio(async {
        let folder = Folder::new();
        let store = open(&folder.file()).await.unwrap();
        store.add_revocation(&a_revocation()).await.unwrap();
        let files: Vec<_> = fs::read_dir(&folder.0).unwrap().map(Result::unwrap).collect();
        assert!(files.len() >= 2, "the file and its log");
        for file in files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    });
}

#[test]
fn a_place_that_cannot_be_written_is_named_with_the_key_that_chooses_it() {
    on_tokio(async {
        let path = Folder::new().0.join("nowhere/vestibule.db");
        let error = open(&path).await.unwrap_err();
        assert!(matches!(error, OpenError::File(..)));
        let text = error.to_string();
        assert!(text.contains("nowhere/vestibule.db") && text.contains("store.path"), "{text}");
    });
}

#[test]
fn a_file_that_is_something_else_is_left_alone() {
    on_tokio(async {
        let folder = Folder::new();
        let letter = "Dear reader, ".repeat(1_000);
        fs::write(folder.file(), &letter).unwrap();
        assert!(matches!(open(&folder.file()).await, Err(OpenError::NotAStore(_))));
        assert_eq!(fs::read_to_string(folder.file()).unwrap(), letter);
    });
}

#[test]
fn a_store_that_a_newer_program_has_used_is_refused() {
    on_tokio(async {
        let folder = Folder::new();
        let store = open(&folder.file()).await.unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9001, 'the future', TRUE, x'00', 0)",
        )
        .execute(&store.writer)
        .await
        .unwrap();
        store.close().await;
        assert!(matches!(open(&folder.file()).await, Err(OpenError::Newer { step: 9001, .. })));
    });
}

#[test]
fn a_store_whose_tables_are_others_is_refused() {
    on_tokio(async {
        let folder = Folder::new();
        let store = open(&folder.file()).await.unwrap();
        sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00'").execute(&store.writer).await.unwrap();
        store.close().await;
        assert!(matches!(open(&folder.file()).await, Err(OpenError::Altered { step: 1, .. })));
    });
}

#[test]
fn a_row_of_an_unknown_kind_is_an_error_and_not_passed_over() {
    on_tokio(async {
        let store = in_memory().await;
        store.add_revocation(&a_revocation()).await.unwrap();
        sqlx::query("UPDATE revocations SET kind = 'weather'").execute(&store.writer).await.unwrap();
        let page = Page { organisation: None, after: None, limit: 10 };
        assert!(matches!(store.revocations(&page, UnixSeconds(1)).await, Err(StoreError::Damaged(_))));
    });
}

#[test]
fn a_store_that_is_closed_says_so() {
    on_tokio(async {
        let store = in_memory().await;
        store.close().await;
        assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    });
}
