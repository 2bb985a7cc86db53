//! The keys of a realm, from wherever they come, and the answer when they are not at hand.

use std::sync::Arc;

use vestibule_model::UnixSeconds;

use crate::Reason;
use crate::key::{Answer, KeySet};
use crate::published::{KeyWish, PublishedKeys, PublishedState};
use crate::token::Unverified;

/// Keys that are given, and keys that are fetched.
pub(crate) struct Keyring {
    fixed: KeySet,
    published: Option<Published>,
}

/// Keys that the provider publishes.
pub(crate) struct Published {
    /// What was fetched last.
    pub(crate) keys: Arc<PublishedKeys>,
    /// A token without `kid` is accepted where one key alone could have signed it.
    pub(crate) unnamed: bool,
}

/// Why a signature is not believed.
#[derive(Debug)]
pub(crate) enum VerifyError {
    /// It never will be.
    Refused(Reason),
    /// Fresh keys might tell. If there are none to be had, it is refused for that reason.
    Keys(KeyWish, Reason),
}

/// A signature that holds.
#[derive(Debug)]
pub(crate) struct Signed {
    /// The last second in which the key is in use.
    pub(crate) until: UnixSeconds,
}

impl Keyring {
    pub(crate) const fn new(fixed: KeySet, published: Option<Published>) -> Self {
        Self { fixed, published }
    }

    pub(crate) fn published(&self) -> Option<&Arc<PublishedKeys>> {
        self.published.as_ref().map(|published| &published.keys)
    }

    /// Which edition of the keys answers now; `None` when those that were fetched are too old to be trusted.
    pub(crate) fn edition(&self) -> Option<u64> {
        let Some(published) = &self.published else { return Some(0) };
        let current = published.keys.current();
        current.is_usable().then_some(current.generation)
    }

    /// Whether a key of the realm made the token's signature. Given keys are asked first: they cost no wait, and a
    /// secret takes no part in what a token names.
    pub(crate) fn check(&self, token: &Unverified<'_>, now: UnixSeconds) -> Result<Signed, VerifyError> {
        let fixed = match self.fixed.check(token, now) {
            Answer::Holds { until } => return Ok(Signed { until }),
            Answer::Fails => Reason::Signature,
            Answer::NoKey => Reason::NoKey,
        };
        match &self.published {
            Some(published) if published.keys.algorithms().contains(&token.header.algorithm) => {
                published.check(token, fixed)
            }
            _ => Err(VerifyError::Refused(fixed)),
        }
    }
}

impl Published {
    fn check(&self, token: &Unverified<'_>, otherwise: Reason) -> Result<Signed, VerifyError> {
        if token.header.kid.is_none() && !self.unnamed {
            let reason = if otherwise == Reason::NoKey { Reason::NoKid } else { otherwise };
            return Err(VerifyError::Refused(reason));
        }
        let current = self.keys.current();
        match current.keys.check_named(token) {
            Answer::Holds { until } => Ok(Signed { until }),
            Answer::Fails => Err(VerifyError::Refused(Reason::Signature)),
            Answer::NoKey => {
                let is_told = current.state == PublishedState::Fresh && self.keys.suffices(&current);
                let reason = if is_told { otherwise } else { Reason::KeysUnavailable };
                Err(VerifyError::Keys(self.keys.wish(token.header.kid.as_deref(), &current), reason))
            }
        }
    }
}
