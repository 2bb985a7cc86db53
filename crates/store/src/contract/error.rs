//! What can go wrong: at the start for the operator to mend, later for the caller to try again.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a store could not be opened: what the operator has to mend.
#[derive(Debug)]
pub enum OpenError {
    /// The file cannot be made, read or written.
    File(PathBuf, io::Error),
    /// The file is something else.
    NotAStore(PathBuf),
    /// Another process has it open.
    InUse(PathBuf),
    /// A newer program has used the store and changed its tables.
    Newer {
        /// Where it is.
        store: PathBuf,
        /// The step of its tables that this program does not know.
        step: i64,
    },
    /// The tables were made by a program that is neither older nor newer than this one.
    Altered {
        /// Where it is.
        store: PathBuf,
        /// The step that differs, or was not finished.
        step: i64,
    },
    /// Anything else that the database says.
    Database(PathBuf, Box<str>),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) => {
                let path = path.display();
                write!(f, "the store {path} cannot be written: {error}; choose another place with store.path")
            }
            Self::NotAStore(path) => {
                write!(f, "{} is no store; choose another place with store.path", path.display())
            }
            Self::InUse(path) => {
                let path = path.display();
                write!(
                    f,
                    "another process uses the store {path}, and two would not hear of each other's revocations; stop \
                     that one, or choose another place with store.path"
                )
            }
            Self::Newer { store, step } => {
                let store = store.display();
                write!(
                    f,
                    "a newer version of this program has used the store {store} (step {step}); use that one, or \
                     another store"
                )
            }
            Self::Altered { store, step } => {
                let store = store.display();
                write!(f, "the tables of the store {store} are not those of this program (step {step})")
            }
            Self::Database(path, what) => write!(f, "the store {} cannot be opened: {what}", path.display()),
        }
    }
}

impl std::error::Error for OpenError {}

/// Why a store could not do what it was asked for.
#[derive(Clone, Debug)]
pub enum StoreError {
    /// It cannot be reached or is too busy: try again. What the database says is for the log alone.
    Unavailable(Box<str>),
    /// What it keeps cannot be understood: this row was not written by this program.
    Damaged(Box<str>),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(what) => write!(f, "the store does not do it: {what}"),
            Self::Damaged(what) => write!(f, "the store holds what nobody can read: {what}"),
        }
    }
}

impl std::error::Error for StoreError {}
