//! What a realm demands of its tokens.

use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use vestibule_model::UnixSeconds;

use super::claims::Claims;
use super::path::ClaimPath;
use crate::config::ClaimValue;
use crate::token::json::text;
use crate::{Algorithm, Preset, Reason};

/// How far clocks differ that nobody has set, in seconds.
const USUAL_SKEW: i64 = 30;

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
    /// Claims that must be there.
    pub(crate) required: Vec<NamedPath>,
    /// Claims that must not be there.
    pub(crate) forbidden: Vec<NamedPath>,
    /// Claims that must have one of some values.
    pub(crate) equal: Vec<Equal>,
    /// The clients whose tokens are accepted.
    pub(crate) client: Option<Equal>,
    /// Users may have signed in without saying who they are.
    pub(crate) anonymous_sign_ins: bool,
    /// How wrong clocks may be.
    pub(crate) leeway: i64,
    /// How long a token may live.
    pub(crate) longest_lifetime: Option<i64>,
    /// A token without `exp` is refused.
    pub(crate) expiry_required: bool,
    /// Tokens may speak about channels, info and the connection's own expiry.
    pub(crate) gateway_claims: bool,
    /// Others may see the name of a bearer.
    pub(crate) show_names: bool,
    /// Tokens may name nobody.
    pub(crate) anonymous_tokens: bool,
    /// A token opens one connection.
    pub(crate) single_use: bool,
}

/// Where in a token things stand.
pub(crate) struct Mapping {
    /// The user; `None`: `sub`.
    pub(crate) user: Option<ClaimPath>,
    /// The name to show.
    pub(crate) name: Option<ClaimPath>,
    /// Roles.
    pub(crate) roles: Vec<ClaimPath>,
    /// The client for which the token was made.
    pub(crate) client_type: Option<ClaimPath>,
    /// The one id under which the bearer can be reached.
    pub(crate) node_id: Option<ClaimPath>,
    /// The rooms that the bearer may enter.
    pub(crate) rooms: Option<ClaimPath>,
    /// The login session.
    pub(crate) session: Option<ClaimPath>,
}

/// A path, and how refusals call it.
pub(crate) struct NamedPath {
    /// The path as it was written.
    pub(crate) name: Arc<str>,
    /// The path.
    pub(crate) path: ClaimPath,
}

/// A claim that must have one of some values.
pub(crate) struct Equal {
    /// The claim.
    pub(crate) claim: NamedPath,
    /// The values.
    pub(crate) values: Vec<ClaimValue>,
    /// The claim may also be absent.
    pub(crate) may_be_absent: bool,
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
    pub(crate) fn accepts(&self, text: &str) -> bool {
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
        // Before the audience, which such a token does not have either.
        if self.is_lightweight(claims) {
            return Err(Reason::Lightweight);
        }
        if !self.audience.accepts_any(claims.audiences.iter().map(AsRef::as_ref)) {
            return Err(Reason::Audience);
        }
        Ok(())
    }

    /// How long a token that there is now can still be accepted: its issuer's clock may be ahead, and the leeway is
    /// granted when its life is measured, and again when it ends.
    pub(super) fn longest_life(&self) -> Option<Duration> {
        let granted = self.clock_skew().saturating_add(self.leeway.saturating_mul(2));
        let longest = self.longest_lifetime?.saturating_add(granted);
        Some(Duration::from_secs(u64::try_from(longest).unwrap_or(0)))
    }

    /// How far the clocks of those who issue tokens are taken to be ahead. A token that is further ahead is refused, but
    /// not where nobody looks at `iat`.
    pub(super) fn clock_skew(&self) -> i64 {
        if self.preset.minds_issue_time() { self.leeway } else { self.leeway.max(USUAL_SKEW) }
    }

    /// What else the token must say, and must not. What would stand inside of something that is no object is not there.
    pub(super) fn check_claims(&self, claims: &Claims<'_>) -> Result<(), Reason> {
        if self.single_use && claims.id.as_deref().is_none_or(str::is_empty) {
            return Err(Reason::ClaimMissing("jti"));
        }
        let there = |claim: &NamedPath| claims.raw_at(&claim.path).ok().flatten();
        if let Some(claim) = self.required.iter().find(|claim| there(claim).is_none_or(|raw| raw == "null")) {
            return Err(Reason::Required(Arc::clone(&claim.name)));
        }
        if let Some(claim) = self.forbidden.iter().find(|claim| there(claim).is_some()) {
            return Err(Reason::Forbidden(Arc::clone(&claim.name)));
        }
        let holds = |rule: &Equal| {
            let is_one_of = |raw| rule.values.iter().any(|value| is(raw, value));
            there(&rule.claim).map_or(rule.may_be_absent, is_one_of)
        };
        if let Some(rule) = self.equal.iter().find(|rule| !holds(rule)) {
            return Err(Reason::Unequal(Arc::clone(&rule.claim.name)));
        }
        if self.client.as_ref().is_some_and(|rule| !holds(rule)) {
            return Err(Reason::Client);
        }
        self.check_sign_in(claims)
    }

    fn is_lightweight(&self, claims: &Claims<'_>) -> bool {
        self.preset.has_lightweight_tokens() && claims.user.is_none() && !self.anonymous_tokens
    }

    fn check_sign_in(&self, claims: &Claims<'_>) -> Result<(), Reason> {
        if !self.preset.marks_anonymous_sign_ins() || self.anonymous_sign_ins {
            return Ok(());
        }
        match claims.raw("is_anonymous") {
            None | Some("false") => Ok(()),
            Some("true") => Err(Reason::AnonymousSignIn),
            Some(_) => Err(Reason::ClaimType("is_anonymous")),
        }
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

    /// The last second in which the times of these claims are good.
    pub(super) fn taken_until(&self, claims: &Claims<'_>) -> UnixSeconds {
        let last = |end: UnixSeconds| end.0.saturating_add(self.leeway).saturating_sub(1);
        UnixSeconds(claims.expires.map_or(i64::MAX, last))
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

/// Whether the JSON is that value and of its type.
fn is(raw: &str, value: &ClaimValue) -> bool {
    match value {
        ClaimValue::Text(wanted) => text(raw).is_some_and(|found| found == wanted.as_str()),
        ClaimValue::Switch(on) => raw == if *on { "true" } else { "false" },
    }
}
