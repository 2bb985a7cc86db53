//! What both kinds of configuration say about what is kept.

use vestibule_store::Location;

use crate::config::StoreSettings;
use crate::config::written::Notes;

/// The path of a store that ends with the process.
pub const MEMORY: &str = ":memory:";

/// What is kept, and where.
pub fn settings(path: &str, revocations: u32, notes: &mut Notes) -> StoreSettings {
    notes.check(!path.is_empty(), "store.path", "must be the path of a file, or \":memory:\"");
    notes.check(revocations > 0, "store.revocations", "must be more than 0");
    let location = match path {
        MEMORY => Location::Memory,
        path => Location::File(path.into()),
    };
    StoreSettings { location, revocations: revocations as usize }
}
