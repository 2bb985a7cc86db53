//! What a realm demands of its tokens.

use std::time::Duration;

use regex::Regex;
use vestibule_model::UnixSeconds;

use super::claims::Claims;
use crate::{Algorithm, Preset, Reason};

/// The rules of a realm. Times are in seconds.
pub(crate) struct Rules {
    /// Decides what no option decides: how `null`, `iat` and odd user names are taken.
    pub(crate) preset: Preset,
    /// The only algorithms that are looked at.
    pub(crate) algorithms: Vec<Algorithm>,
    /// Accepted values of `iss`.
    pub(crate) issuer: Accepted,
    /// Accepted values among `aud`.
    pub(crate) audience: Accepted,
    /// The claim that names the user.
    pub(crate) user_claim: Box<str>,
    /// How wrong clocks may be.
    pub(crate) leeway: i64,
    /// How long a token may live.
    pub(crate) longest_lifetime: Option<i64>,
    /// A token without `exp` is refused.
    pub(crate) expiry_required: bool,
    /// Tokens may speak about channels, info and the connection's own expiry.
    pub(crate) gateway_claims: bool,
    /// Tokens may name nobody.
    pub(crate) anonymous_tokens: bool,
}

/// Which texts are accepted.
pub(crate) enum Accepted {
    /// Any, and none at all.
    Anything,
    /// One of these.
    Exactly(Vec<String>),
    /// What the pattern finds.
    Matching(Regex),
}

impl Accepted {
    fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Exactly(texts) => texts.iter().any(|known| known == text),
            Self::Matching(pattern) => pattern.is_match(text),
        }
    }

    fn accepts_any<'a>(&self, mut texts: impl Iterator<Item = &'a str>) -> bool {
        matches!(self, Self::Anything) || texts.any(|text| self.accepts(text))
    }
}

impl Rules {
    /// Who made the token, and for whom.
    pub(super) fn check_source(&self, claims: &Claims<'_>) -> Result<(), Reason> {
        if !self.issuer.accepts_any(claims.issuer.iter().map(AsRef::as_ref)) {
            return Err(Reason::Issuer);
        }
        if !self.audience.accepts_any(claims.audiences.iter().map(AsRef::as_ref)) {
            return Err(Reason::Audience);
        }
        Ok(())
    }

    /// How long after it was issued a token can be accepted: the leeway is granted when its life is measured, and
    /// again when it ends.
    pub(super) fn longest_life(&self) -> Option<Duration> {
        let longest = self.longest_lifetime?.saturating_add(self.leeway.saturating_mul(2));
        Some(Duration::from_secs(u64::try_from(longest).unwrap_or(0)))
    }

    /// Whether the token was made for a span that the realm allows; counted from `iat`, or from now without one.
    pub(super) fn check_lifetime(&self, claims: &Claims<'_>, now: UnixSeconds) -> Result<(), Reason> {
        let Some(expires) = claims.expires else {
            return if self.expiry_required { Err(Reason::ClaimMissing("exp")) } else { Ok(()) };
        };
        let lifetime = expires.0.saturating_sub(claims.issued.unwrap_or(now).0);
        if self.longest_lifetime.is_some_and(|longest| lifetime > longest.saturating_add(self.leeway)) {
            return Err(Reason::Lifetime);
        }
        Ok(())
    }

    /// Whether now is the token's time: before `exp`, and not before `nbf` (in a strict realm nor before `iat`).
    pub(super) fn check_times(&self, claims: &Claims<'_>, now: UnixSeconds) -> Result<(), Reason> {
        let ahead = |time: UnixSeconds| time.0 > now.0.saturating_add(self.leeway);
        if claims.expires.is_some_and(|end| now.0 >= end.0.saturating_add(self.leeway)) {
            return Err(Reason::Expired);
        }
        if claims.not_before.is_some_and(ahead) {
            return Err(Reason::NotYetValid);
        }
        if self.preset.minds_issue_time() && claims.issued.is_some_and(ahead) {
            return Err(Reason::IssuedInFuture);
        }
        Ok(())
    }
}
