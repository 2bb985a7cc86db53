//! Keys, and the one question that they answer.
//!
//! Every configured key becomes one *slot* for each algorithm that the realm allows it: a slot holds key material
//! already prepared for exactly that algorithm. So the algorithm in a token's header can only choose among slots,
//! and a public key can never be used as a secret.

mod algorithm;
pub(crate) mod jwk;
mod public;
mod spki;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::ParsedPublicKey;
use vestibule_model::UnixSeconds;

pub use algorithm::{Algorithm, Family};
pub use jwk::JwkFault;
pub use public::PublicKeyFault;

pub(crate) use algorithm::KeyKind;
pub(crate) use public::{Numbers, PublicKey, pem};

use crate::token::Unverified;

/// The keys of a realm, ready for use.
#[derive(Default)]
pub(crate) struct KeySet {
    slots: Vec<Slot>,
}

/// One key for one algorithm.
struct Slot {
    algorithm: Algorithm,
    kid: Option<Box<str>>,
    usable_until: Option<UnixSeconds>,
    check: Check,
}

/// Key material that can check signatures of one algorithm.
pub(crate) enum Check {
    /// A shared secret.
    Mac(Box<hmac::Key>),
    /// A public key.
    Signature(ParsedPublicKey),
}

impl KeySet {
    /// Adds a key for one algorithm. Without a `kid` it serves whatever `kid` a token names.
    pub(crate) fn add(
        &mut self,
        algorithm: Algorithm,
        kid: Option<&str>,
        usable_until: Option<UnixSeconds>,
        check: Check,
    ) {
        self.slots.push(Slot { algorithm, kid: kid.map(Into::into), usable_until, check });
    }

    /// Whether there is no key at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many slots there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether a key of this set made the token's signature. Several may fit while secrets rotate; the number of
    /// keys, and so the work, is bounded by the configuration.
    pub(crate) fn check(&self, token: &Unverified<'_>, now: UnixSeconds) -> Answer {
        self.ask(token, |slot| slot.fits(token, now))
    }

    /// The same for keys that are found by name alone: the token has to name its key, and without a name there must
    /// be one key that could have signed it.
    pub(crate) fn check_named(&self, token: &Unverified<'_>) -> Answer {
        let algorithm = token.header.algorithm;
        let candidates = || self.slots.iter().filter(|slot| slot.algorithm == algorithm);
        match token.header.kid.as_deref() {
            Some(kid) => {
                self.ask(token, |slot| slot.algorithm == algorithm && slot.kid.as_deref() == Some(kid))
            }
            None if candidates().count() == 1 => self.ask(token, |slot| slot.algorithm == algorithm),
            None => Answer::NoKey,
        }
    }

    fn ask(&self, token: &Unverified<'_>, fits: impl Fn(&Slot) -> bool) -> Answer {
        let mut answer = Answer::NoKey;
        for slot in self.slots.iter().filter(|slot| fits(slot)) {
            if slot.check.holds(token.signed, token.signature) {
                return Answer::Holds { until: slot.usable_until.unwrap_or(UnixSeconds(i64::MAX)) };
            }
            answer = Answer::Fails;
        }
        answer
    }
}

/// What keys have to say about a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// One of them made it.
    Holds {
        /// The last second in which that key is in use.
        until: UnixSeconds,
    },
    /// The key that should have made it did not.
    Fails,
    /// There is no such key.
    NoKey,
}

impl Slot {
    fn fits(&self, token: &Unverified<'_>, now: UnixSeconds) -> bool {
        self.algorithm == token.header.algorithm
            && self.usable_until.is_none_or(|end| now <= end)
            && self.kid.as_deref().is_none_or(|kid| token.header.kid.as_deref() == Some(kid))
    }
}

impl Check {
    /// The length of a signature and its range are checked by the library, MACs in constant time.
    fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Mac(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Signature(key) => key.verify_sig(message, signature).is_ok(),
        }
    }
}
