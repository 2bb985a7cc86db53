//! Who may ask for tokens, and how often.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use subtle::ConstantTimeEq;
use vestibule_auth::Secret;
use vestibule_model::Moment;

use super::TokenSettings;
use crate::rate::{Meter, Meters, Rate};
use crate::transport::ClientAddress;

/// Addresses whose wrong secrets are counted apart.
const ADDRESSES: usize = 16_384;

/// Stands before the tokens.
pub(super) struct Guard {
    secret: Option<Secret>,
    wrong: Option<Meters>,
    issued: Option<(Rate, Meter)>,
}

/// Why somebody gets nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The secret is not shown, or another one is.
    Unauthorized,
    /// Too often: come back later.
    TooMany,
}

impl Guard {
    pub(super) fn new(settings: &TokenSettings) -> Self {
        let wrong = settings.wrong_secrets_per_minute.map(|count| Meters::new(Rate::per_minute(count), ADDRESSES));
        let issued = settings.per_second.map(|count| (Rate::per_second(count), Meter::default()));
        Self { secret: settings.admin_secret.clone(), wrong, issued }
    }

    /// Whether whoever sends these headers from there knows the secret. One who has guessed too often is not told, even
    /// when the last guess was right.
    pub(super) fn check(
        &self,
        headers: &HeaderMap,
        client: Option<ClientAddress>,
        now: Moment,
    ) -> Result<(), Stopped> {
        let client = client.map(|client| client.0);
        if self.wrong.as_ref().is_some_and(|wrong| wrong.is_spent(client, now)) {
            return Err(Stopped::TooMany);
        }
        let shown = shown(headers);
        let is_right = self.secret.as_ref().zip(shown).is_some_and(|(secret, shown)| {
            bool::from(shown.ct_eq(secret.reveal().as_bytes()))
        });
        if is_right {
            return Ok(());
        }
        // One who shows none does not guess.
        if let Some((wrong, _)) = self.wrong.as_ref().zip(shown) {
            wrong.take(client, now);
        }
        Err(Stopped::Unauthorized)
    }

    /// Whether one more token may be issued.
    pub(super) fn admit(&self, now: Moment) -> Result<(), Stopped> {
        match &self.issued {
            Some((rate, meter)) if !meter.take(*rate, now) => Err(Stopped::TooMany),
            _ => Ok(()),
        }
    }
}

/// The secret as it was shown: where `x-admin-secret` is, it alone counts. In `Authorization` the scheme may be left out.
fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    if let Some(secret) = headers.get("x-admin-secret") {
        return Some(secret.as_bytes());
    }
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let spaces = |rest: &[u8]| rest.iter().take_while(|byte| **byte == b' ').count();
    Some(match value.split_at_checked(b"bearer".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(b"bearer") && spaces(rest) > 0 => {
            &rest[spaces(rest)..]
        }
        _ => value,
    })
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use vestibule_auth::issue::RoomTokens;

    use super::*;

    const NOW: Moment = Moment::ZERO;

    fn guard(wrong: u32) -> Guard {
        Guard::new(&TokenSettings {
            tokens: RoomTokens::with_a_fresh_key(),
            admin_secret: Some("the secret".into()),
            longest: 60,
            per_second: NonZeroU32::new(2),
            wrong_secrets_per_minute: NonZeroU32::new(wrong),
        })
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn check(pairs: &[(&'static str, &str)]) -> bool {
        guard(100).check(&headers(pairs), None, NOW).is_ok()
    }

    #[test]
    fn the_secret_may_be_in_either_header_and_the_first_alone_counts() {
        assert!(check(&[("x-admin-secret", "the secret")]));
        for value in ["Bearer the secret", "bearer   the secret", "the secret"] {
            assert!(check(&[("authorization", value)]), "{value}");
        }
        for wrong in ["", "the secre", "the secret "] {
            assert!(!check(&[("x-admin-secret", wrong), ("authorization", "Bearer the secret")]), "{wrong:?}");
        }
        assert!(!check(&[]));
    }

    #[test]
    fn one_who_guesses_too_often_is_not_heard_any_more_and_nobody_else() {
        let guard = guard(3);
        let at = |text: &str| Some(ClientAddress(text.parse().unwrap()));
        let wrong = headers(&[("x-admin-secret", "guess")]);
        let right = headers(&[("x-admin-secret", "the secret")]);
        for _ in 0..3 {
            assert_eq!(guard.check(&wrong, at("192.0.2.1"), NOW), Err(Stopped::Unauthorized));
        }
        assert_eq!(guard.check(&right, at("192.0.2.1"), NOW), Err(Stopped::TooMany));
        assert_eq!(guard.check(&right, at("192.0.2.2"), NOW), Ok(()));
        assert_eq!(guard.check(&right, at("192.0.2.1"), Moment::from_millis(20_000)), Ok(()));
    }

    #[test]
    fn no_more_tokens_are_issued_than_may_be() {
        let guard = guard(1);
        let admitted: Vec<_> = (0..3).map(|_| guard.admit(NOW).is_ok()).collect();
        assert_eq!(admitted, [true, true, false]);
    }
}
