//! Tokens that were not taken: counted by realm and reason, and told to the operator.

use std::fmt;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use vestibule_auth::Rejection;

/// Tokens that were not taken. Cloning costs one reference count.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    pub(super) counts: Family<Label, Counter>,
}

/// Both have few values: realms are configured, and reasons are a closed list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Label {
    /// The realm; empty when it could not be told whose token it is.
    realm: String,
    /// The first check that the token failed.
    reason: &'static str,
}

/// Why a token that a realm took is good no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It was revoked, or its user or organisation was.
    Revoked,
    /// It is good for one connection, and had it.
    Used,
    /// It is good for one connection, and nobody can tell now whether it had it.
    Unknown,
}

impl Refusals {
    /// A realm did not take a token, or there was none.
    pub fn note(&self, rejection: &Rejection) {
        let reason = rejection.refusal.reason();
        self.count(rejection.realm.as_deref().unwrap_or_default(), reason.label(), reason);
    }

    /// The realm took the token, and it is good no longer.
    pub fn note_lost(&self, realm: &str, loss: Loss) {
        let (label, words) = match loss {
            Loss::Revoked => ("revoked", "it is revoked"),
            Loss::Used => ("used", "it is good for one connection, and had it"),
            Loss::Unknown => ("used_unknown", "nobody can tell whether it was used"),
        };
        self.count(realm, label, words);
    }

    /// How often tokens of that realm were not taken for that reason.
    #[cfg(test)]
    pub fn of(&self, realm: &str, reason: &'static str) -> u64 {
        self.counts.get_or_create(&Label { realm: realm.to_owned(), reason }).get()
    }

    /// Strangers can make this happen as often as they like, so the log has it at a level that is off unless somebody
    /// looks.
    fn count(&self, realm: &str, label: &'static str, words: impl fmt::Display) {
        tracing::debug!(realm, reason = label, "a token was not taken: {words}");
        self.counts.get_or_create(&Label { realm: realm.to_owned(), reason: label }).inc();
    }
}
