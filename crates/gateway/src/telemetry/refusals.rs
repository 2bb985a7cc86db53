//! Tokens that were not taken: counted by realm and reason, and told to the operator.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use vestibule_auth::Rejection;

/// Tokens that were not taken. Cloning costs one reference count.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    pub(super) counts: Family<Label, Counter>,
}

/// Why a token is worth nothing although a realm takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It is revoked.
    Revoked,
    /// It is good for one connection, and had it.
    Used,
    /// It is good for one connection, and it cannot be told now whether it had it.
    Unsure,
}

impl Spent {
    const fn label(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Used => "used",
            Self::Unsure => "used_unknown",
        }
    }
}

/// Both have few values: realms are configured, and reasons are a closed list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Label {
    /// The realm; empty when it could not be told whose token it is.
    realm: String,
    /// The first check that the token failed.
    reason: &'static str,
}

impl Refusals {
    /// A token was not taken. Strangers can make this happen as often as they like, so the log has it at a level that is
    /// off unless somebody looks.
    pub fn note(&self, rejection: &Rejection) {
        let reason = rejection.refusal.reason();
        let realm = rejection.realm.as_deref().unwrap_or_default();
        tracing::debug!(realm, reason = reason.label(), "a token was not taken: {reason}");
        self.count(realm, reason.label());
    }

    /// A token that its realm takes was not taken all the same.
    pub fn note_spent(&self, realm: &str, spent: Spent) {
        let reason = spent.label();
        tracing::debug!(
            realm,
            reason,
            "a token was not taken: {}",
            match spent {
                Spent::Revoked => "it is revoked",
                Spent::Used => "it was used before",
                Spent::Unsure => "it cannot be told now whether it was used before",
            }
        );
        self.count(realm, reason);
    }

    /// How often tokens of that realm were not taken for that reason.
    #[cfg(test)]
    pub fn of(&self, realm: &str, reason: &'static str) -> u64 {
        self.counts.get_or_create(&Label { realm: realm.to_owned(), reason }).get()
    }

    fn count(&self, realm: &str, reason: &'static str) {
        self.counts.get_or_create(&Label { realm: realm.to_owned(), reason }).inc();
    }
}
