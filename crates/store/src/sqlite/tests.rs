//! The suite, and what is special to SQLite: files, their permissions, and their past.

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use vestibule_model::{OrganisationId, Revocation, Revoked, UnixSeconds};

use super::*;
use crate::{KeptRevocation, Location, OpenError, Page, RevocationStore, UsedTokenStore};

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
        // What is in the files now is all that a process leaves behind that has no time to close them.
        let left = Folder::new();
        for file in fs::read_dir(&folder.0).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), left.0.join(file.file_name())).unwrap();
        }
        assert_eq!(count(&open(&left.file()).await.unwrap()).await, 1);
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
fn a_folder_is_no_store_and_nothing_is_left_beside_it() {
    on_tokio(async {
        let folder = Folder::new();
        fs::create_dir(folder.file()).unwrap();
        assert!(matches!(open(&folder.file()).await, Err(OpenError::File(..))));
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
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

/// From now on whatever changes revocations fails when SQLite commits it, and not before.
async fn fail_every_commit(store: &SqliteStore) {
    let tables = "
        CREATE TABLE nobody (id INTEGER PRIMARY KEY);
        CREATE TABLE debts (to_whom INTEGER REFERENCES nobody (id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER added AFTER INSERT ON revocations BEGIN INSERT INTO debts VALUES (1); END;
        CREATE TRIGGER removed AFTER DELETE ON revocations BEGIN INSERT INTO debts VALUES (1); END;";
    sqlx::raw_sql(tables).execute(&store.writer).await.unwrap();
}

#[test]
fn what_could_not_be_committed_is_not_confirmed() {
    on_tokio(async {
        let store = in_memory().await;
        fail_every_commit(&store).await;
        let refused = store.add_revocation(&a_revocation()).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert_eq!(count(&store).await, 0);
    });
}

#[test]
fn what_could_not_be_taken_out_is_still_there() {
    on_tokio(async {
        let store = in_memory().await;
        let kept = a_revocation();
        let id = store.add_revocation(&kept).await.unwrap();
        fail_every_commit(&store).await;
        let organisation = &kept.revocation.organisation;
        assert!(store.remove_revocation(organisation, id).await.is_err());
        assert!(store.lift_revocation(organisation, &kept.revocation.what).await.is_err());
        assert_eq!(count(&store).await, 1);
    });
}

#[test]
fn a_store_is_in_one_house_at_a_time_until_it_is_closed() {
    on_tokio(async {
        let folder = Folder::new();
        let store = open(&folder.file()).await.unwrap();
        let error = open(&folder.file()).await.unwrap_err();
        assert!(matches!(error, OpenError::InUse(_)), "{error}");
        store.close().await;
        open(&folder.file()).await.unwrap();
    });
}

#[test]
fn another_name_of_the_file_is_the_same_store() {
    on_tokio(async {
        let folder = Folder::new();
        let alias = folder.0.join("alias.db");
        std::os::unix::fs::symlink(folder.file(), &alias).unwrap();
        let _store = open(&alias).await.unwrap();
        assert!(matches!(open(&folder.file()).await, Err(OpenError::InUse(_))));
    });
}

#[test]
fn a_store_without_its_lock_keeps_nothing_since_another_house_may_have_it() {
    on_tokio(async {
        let folder = Folder::new();
        let store = open(&folder.file()).await.unwrap();
        let mut lock = folder.file().into_os_string();
        lock.push("-lock");
        fs::remove_file(&lock).unwrap();
        assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
        assert!(store.add_revocation(&a_revocation()).await.is_err());
        let _other = open(&folder.file()).await.unwrap();
        assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    });
}

#[test]
fn a_store_whose_file_is_gone_or_another_keeps_nothing_and_says_so() {
    on_tokio(async {
        let folder = Folder::new();
        let store = open(&folder.file()).await.unwrap();
        store.ping().await.unwrap();
        fs::rename(folder.file(), folder.0.join("elsewhere")).unwrap();
        assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
        assert!(store.add_revocation(&a_revocation()).await.is_err());
        assert!(store.use_token("main", "t", UnixSeconds(100)).await.is_err());
        fs::write(folder.file(), "").unwrap();
        assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    });
}

#[test]
fn a_store_that_can_be_read_and_not_written_does_not_answer_a_ping() {
    on_tokio(async {
        let store = on_disk().await;
        sqlx::query("PRAGMA query_only = ON").execute(&store.writer).await.unwrap();
        assert_eq!(count(&store).await, 0);
        assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    });
}

/// A database in the place of the store that somebody else has made.
async fn foreign(path: &Path, made_by: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let database = SqlitePool::connect_with(options).await.unwrap();
    sqlx::raw_sql(made_by).execute(&database).await.unwrap();
    database.close().await;
}

#[test]
fn a_database_of_another_application_is_left_alone() {
    on_tokio(async {
        for made_by in ["CREATE TABLE songs (title TEXT)", "PRAGMA application_id = 7"] {
            let folder = Folder::new();
            foreign(&folder.file(), made_by).await;
            let before = fs::read(folder.file()).unwrap();
            assert!(matches!(open(&folder.file()).await, Err(OpenError::NotAStore(_))), "{made_by}");
            assert_eq!(fs::read(folder.file()).unwrap(), before, "{made_by}");
        }
    });
}

#[test]
fn a_store_that_was_made_before_stores_were_marked_is_one() {
    on_tokio(async {
        let folder = Folder::new();
        let store = open(&folder.file()).await.unwrap();
        store.add_revocation(&a_revocation()).await.unwrap();
        sqlx::query("PRAGMA application_id = 0").execute(&store.writer).await.unwrap();
        store.close().await;
        assert_eq!(count(&open(&folder.file()).await.unwrap()).await, 1);
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
