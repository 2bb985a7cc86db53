//! The file of a store: made for its owner alone, this process's alone while it is open, and still where it was.
//!
//! Two processes with one store would each have an index of their own: what one revokes, the other would let in. So
//! whoever opens a store holds a lock on a file beside it. The kernel gives it back when the process ends, however it
//! ends. It is no lock on the store itself: SQLite has its own there, and loses them when anybody else in the process
//! closes that file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{OpenError, StoreError};

/// Only the user that the house runs as may read the files: they hold users' names.
const OWNER_ONLY: u32 = 0o600;

/// What the name of the file with the lock has more than that of the store.
const LOCK: &str = "-lock";

/// Where a store is. Cloning it costs one reference count.
#[derive(Clone, Debug)]
pub struct Place(Arc<Held>);

#[derive(Debug)]
struct Held {
    path: PathBuf,
    file: FileId,
    lock: Lock,
}

/// The file that a process holds for as long as it has the store.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    file: File,
    id: FileId,
}

/// The device and the number of a file on it: what tells it from all others, whatever they are called.
type FileId = (u64, u64);

impl Place {
    /// Takes the place for this process, and makes the file if it is not there. One that is there keeps the permissions
    /// that the operator has given it; SQLite gives the files beside it the same.
    ///
    /// # Errors
    /// What the operator has to mend.
    pub fn take(wanted: &Path) -> Result<Self, OpenError> {
        let fault = |error| OpenError::File(wanted.to_owned(), error);
        if !wanted.try_exists().map_err(fault)? {
            writable(wanted).map_err(fault)?;
        }
        // However symbolic links lead to it, it has one lock. (Hard links are names of their own, to SQLite too.)
        let path = wanted.canonicalize().map_err(fault)?;
        if path.is_dir() {
            return Err(fault(io::ErrorKind::IsADirectory.into()));
        }
        let lock = locked(&path, wanted)?;
        // Nobody has it open, so that closing it takes no lock of SQLite's away.
        let file = writable(&path).and_then(|file| file.metadata()).map_err(fault)?;
        Ok(Self(Arc::new(Held { path, file: id(&file), lock })))
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Whether the file is still there, and the lock. What is written into a file that was removed or moved is gone with
    /// the process; without the lock's file another process can have the store.
    ///
    /// # Errors
    /// When they are not.
    pub fn check(&self) -> Result<(), StoreError> {
        let Held { path, file, lock } = &*self.0;
        is_there("file", path, *file)?;
        is_there("lock", &lock.path, lock.id)
    }

    /// Leaves the place to others.
    pub fn leave(&self) {
        // If it cannot be given back, it is when the process ends.
        let _held_until_then = self.0.lock.file.unlock();
    }
}

fn is_there(what: &str, path: &Path, its: FileId) -> Result<(), StoreError> {
    match fs::metadata(path) {
        Ok(found) if id(&found) == its => Ok(()),
        Ok(_) => Err(StoreError::Unavailable(format!("another {what} is in the place of its own").into())),
        Err(error) => Err(StoreError::Unavailable(format!("its {what} is gone: {error}").into())),
    }
}

fn id(file: &fs::Metadata) -> FileId {
    (file.dev(), file.ino())
}

fn locked(path: &Path, wanted: &Path) -> Result<Lock, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(LOCK);
    let beside = PathBuf::from(name);
    let fault = |error| OpenError::File(beside.clone(), error);
    let file = writable(&beside).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => {
            let id = id(&file.metadata().map_err(&fault)?);
            Ok(Lock { path: beside, file, id })
        }
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(wanted.to_owned())),
        Err(TryLockError::Error(error)) => Err(fault(error)),
    }
}

/// The file, made for its owner alone if it is not there.
fn writable(path: &Path) -> io::Result<File> {
    // Not cut short: whoever opens a store wants what is in it.
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(OWNER_ONLY).open(path)
}
