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

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::token::Compact;

    const NOW: UnixSeconds = UnixSeconds(100);
    const HOLDS: Answer = Answer::Holds { until: UnixSeconds(i64::MAX) };

    fn mac(algorithm: Algorithm, secret: &str) -> hmac::Key {
        hmac::Key::new(algorithm.mac().expect("an algorithm of secrets"), secret.as_bytes())
    }

    /// Keys with an algorithm, perhaps a name, and a secret each.
    fn keys(all: &[(Algorithm, Option<&str>, &str)]) -> KeySet {
        let mut keys = KeySet::default();
        for (algorithm, kid, secret) in all {
            keys.add(*algorithm, *kid, None, Check::Mac(Box::new(mac(*algorithm, secret))));
        }
        keys
    }

    /// A token of that algorithm that names a key, or none, and was signed with that secret.
    fn token(algorithm: Algorithm, kid: Option<&str>, secret: &str) -> String {
        let kid = kid.map(|kid| format!(r#","kid":"{kid}""#)).unwrap_or_default();
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{algorithm}"{kid}}}"#));
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode("{}"));
        let signature = hmac::sign(&mac(algorithm, secret), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn ask(token: &str, question: impl FnOnce(&Unverified<'_>) -> Answer) -> Answer {
        let compact = Compact::decode(token).expect("three segments");
        question(&Unverified::read(&compact).expect("a well-formed token"))
    }

    fn named(keys: &KeySet, algorithm: Algorithm, kid: Option<&str>, secret: &str) -> Answer {
        ask(&token(algorithm, kid, secret), |token| keys.check_named(token))
    }

    use Algorithm::{Hs256, Hs384};

    #[test]
    fn a_key_that_is_found_by_name_has_the_tokens_name_and_its_algorithm() {
        let keys = keys(&[(Hs256, Some("a"), "one"), (Hs256, Some("b"), "two"), (Hs384, Some("a"), "three")]);
        assert_eq!(named(&keys, Hs256, Some("a"), "one"), HOLDS);
        assert_eq!(named(&keys, Hs256, Some("b"), "two"), HOLDS);
        assert_eq!(named(&keys, Hs384, Some("a"), "three"), HOLDS);
        assert_eq!(named(&keys, Hs256, Some("a"), "two"), Answer::Fails, "another key made it");
        assert_eq!(named(&keys, Hs384, Some("a"), "one"), Answer::Fails, "the key of another algorithm");
        assert_eq!(named(&keys, Hs384, Some("b"), "two"), Answer::NoKey, "the name is of another algorithm");
        assert_eq!(named(&keys, Hs256, Some("c"), "one"), Answer::NoKey);
        assert_eq!(named(&keys, Hs256, Some(""), "one"), Answer::NoKey);
    }

    #[test]
    fn a_token_without_a_name_is_of_the_one_key_that_could_have_signed_it() {
        let keys = keys(&[(Hs256, Some("a"), "one"), (Hs384, Some("b"), "two"), (Hs384, Some("c"), "three")]);
        assert_eq!(named(&keys, Hs256, None, "one"), HOLDS);
        assert_eq!(named(&keys, Hs256, None, "two"), Answer::Fails);
        assert_eq!(named(&keys, Hs384, None, "two"), Answer::NoKey, "there are two");
        assert_eq!(named(&keys, Algorithm::Hs512, None, "one"), Answer::NoKey, "there is none");
    }

    #[test]
    fn a_key_without_a_name_is_found_by_none() {
        let keys = keys(&[(Hs256, None, "one")]);
        assert_eq!(named(&keys, Hs256, Some("a"), "one"), Answer::NoKey);
        assert_eq!(named(&keys, Hs256, None, "one"), HOLDS);
    }

    #[test]
    fn a_given_key_serves_any_name_unless_it_has_one_of_its_own() {
        let keys = keys(&[(Hs256, None, "one"), (Hs256, Some("b"), "two")]);
        let check = |kid, secret: &str| ask(&token(Hs256, kid, secret), |token| keys.check(token, NOW));
        for kid in [None, Some("a"), Some("b")] {
            assert_eq!(check(kid, "one"), HOLDS, "{kid:?}");
        }
        assert_eq!(check(Some("b"), "two"), HOLDS);
        assert_eq!(check(Some("a"), "two"), Answer::Fails, "it is not asked for another name");
        let other = token(Hs384, None, "one");
        assert_eq!(ask(&other, |token| keys.check(token, NOW)), Answer::NoKey);
    }

    #[test]
    fn a_key_is_in_use_through_its_last_second_and_says_which_that_is() {
        let mut keys = KeySet::default();
        keys.add(Hs256, None, Some(NOW), Check::Mac(Box::new(mac(Hs256, "one"))));
        let token = token(Hs256, None, "one");
        assert_eq!(ask(&token, |token| keys.check(token, NOW)), Answer::Holds { until: NOW });
        let later = UnixSeconds(NOW.0 + 1);
        assert_eq!(ask(&token, |token| keys.check(token, later)), Answer::NoKey);
    }
}
