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
        self.counts.get_or_create(&Label { realm: realm.to_owned(), reason: reason.label() }).inc();
    }
}
