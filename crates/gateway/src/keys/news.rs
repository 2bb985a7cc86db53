//! What a fetch changed, for the log: once, and not again with every fetch that says the same.

use vestibule_auth::jwks::{KeyDocument, Skipped};
use vestibule_auth::published::Change;

/// What the log has been told about the keys of one realm.
#[derive(Default)]
pub struct News {
    skipped: Vec<Skipped>,
    /// That nobody can come in.
    insufficient: bool,
}

impl News {
    /// Tells what is different since the last time.
    pub fn tell(&mut self, realm: &str, document: &KeyDocument, change: &Change, suffices: bool) {
        for kid in &change.added {
            tracing::info!(realm, kid = &**kid, "the provider publishes another key");
        }
        for kid in &change.withdrawn {
            tracing::info!(realm, kid = &**kid, "the provider has withdrawn a key");
        }
        if self.skipped != document.skipped() {
            self.skipped = document.skipped().to_vec();
            for Skipped { position, kid, reason } in &self.skipped {
                let kid = kid.as_deref().unwrap_or_default();
                tracing::info!(realm, position, kid, %reason, "a published key is not used");
            }
        }
        if !suffices && !self.insufficient {
            tracing::warn!(realm, "the provider publishes no key that can be used: nobody can come in");
        }
        self.insufficient = !suffices;
    }
}
