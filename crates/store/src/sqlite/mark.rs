//! Whose file it is. A database of SQLite can say which application it belongs to; a store says so, and nothing is done
//! to a database that does not.

use sqlx::{SqliteConnection, SqlitePool};

/// How a store is marked: `VSTB` in ASCII.
const OURS: i32 = 0x5653_5442;

const MARK: &str = "PRAGMA application_id = 1448301634";

const READ: &str = "PRAGMA application_id";

const TABLES: &str = "SELECT COUNT(*) FROM sqlite_schema";

/// Tables that every store has. They tell one that was made before stores were marked.
const OWN_TABLES: &str =
    "SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('_sqlx_migrations', 'revocations', 'used_tokens')";

/// Whether it is a store, or nothing yet.
pub async fn is_ours(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    match sqlx::query_scalar::<_, i32>(READ).fetch_one(&mut *connection).await? {
        OURS => Ok(true),
        0 => {
            let tables: i64 = sqlx::query_scalar(TABLES).fetch_one(&mut *connection).await?;
            let own: i64 = sqlx::query_scalar(OWN_TABLES).fetch_one(&mut *connection).await?;
            Ok(tables == 0 || own == 3)
        }
        _ => Ok(false),
    }
}

/// Marks a store.
pub async fn set(writer: &SqlitePool) -> sqlx::Result<()> {
    if sqlx::query_scalar::<_, i32>(READ).fetch_one(writer).await? != OURS {
        sqlx::query(MARK).execute(writer).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_marked_with_the_number_by_which_it_is_known() {
        assert!(MARK.ends_with(&format!(" {OURS}")));
        assert_eq!(&OURS.to_be_bytes(), b"VSTB");
    }
}
