//! Claims with their types. A claim of the wrong JSON type is an error and never "absent": a check that can be
//! switched off by misspelling its value is no check.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Number;
use vestibule_model::{UnixSeconds, UserId};

use super::path::{Blocked, ClaimPath};
use super::{Mapping, Rules};
use crate::Reason;
use crate::token::Object;
use crate::token::json::text;

/// Above this magnitude a floating-point number no longer counts whole seconds.
const MAX_FRACTIONAL_TIME: f64 = 9_007_199_254_740_992.0;

/// The registered claims, typed, and the way to the others.
pub(super) struct Claims<'t> {
    payload: &'t Object<'t>,
    null_is_absent: bool,
    /// The name of the user, from whichever claim the realm takes it.
    pub(super) user: Option<Cow<'t, str>>,
    /// `jti`.
    pub(super) id: Option<Cow<'t, str>>,
    /// `exp`.
    pub(super) expires: Option<UnixSeconds>,
    /// `nbf`.
    pub(super) not_before: Option<UnixSeconds>,
    /// `iat`.
    pub(super) issued: Option<UnixSeconds>,
    /// `iss`.
    pub(super) issuer: Option<Cow<'t, str>>,
    /// `aud`, which may be one text or a list.
    pub(super) audiences: Vec<Cow<'t, str>>,
    /// `channel`, unless empty: what makes a token a subscription token. A provider that knows nothing of channels may
    /// mean anything by it, so it is not looked at there.
    pub(super) channel: Option<Cow<'t, str>>,
}

impl<'t> Claims<'t> {
    /// Types every registered claim, used or not.
    pub(super) fn read(payload: &'t Object<'t>, rules: &Rules, mapping: &Mapping) -> Result<Self, Reason> {
        let mut claims = Self {
            payload,
            null_is_absent: rules.preset.takes_null_as_absent(),
            user: None,
            id: None,
            expires: None,
            not_before: None,
            issued: None,
            issuer: None,
            audiences: Vec::new(),
            channel: None,
        };
        claims.id = claims.text("jti")?;
        claims.user = claims.text("sub")?;
        if let Some(path) = &mapping.user {
            claims.user = claims.text_at(path, "user")?;
        }
        if rules.preset.wants_plain_users()
            && claims.user.as_deref().is_some_and(|user| !UserId::is_plain(user))
        {
            return Err(Reason::ClaimValue("sub"));
        }
        claims.expires = claims.time("exp")?;
        claims.not_before = claims.time("nbf")?;
        claims.issued = claims.time("iat")?;
        claims.issuer = claims.text("iss")?;
        claims.audiences = claims.texts("aud")?;
        if rules.gateway_claims || !rules.preset.is_a_provider() {
            claims.channel = claims.text("channel")?.filter(|channel| !channel.is_empty());
        }
        Ok(claims)
    }

    /// A claim as it was written; in a realm that is lenient about it, `null` is no claim.
    pub(super) fn raw(&self, name: &str) -> Option<&'t str> {
        self.payload.get(name).filter(|raw| !self.null_is_absent || *raw != "null")
    }

    /// A claim that is a string.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<Cow<'t, str>>, Reason> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        text(raw).map(Some).ok_or(Reason::ClaimType(name))
    }

    /// What stands at a path, as it was written.
    pub(super) fn raw_at(&self, path: &ClaimPath) -> Result<Option<&'t str>, Blocked> {
        Ok(path.find(self.payload)?.filter(|raw| !self.null_is_absent || *raw != "null"))
    }

    /// A string that stands at a path. `what` it is for is how a refusal calls it.
    pub(super) fn text_at(
        &self,
        path: &ClaimPath,
        what: &'static str,
    ) -> Result<Option<Cow<'t, str>>, Reason> {
        match self.raw_at(path) {
            Ok(None) => Ok(None),
            Ok(Some(raw)) => text(raw).map(Some).ok_or(Reason::ClaimType(what)),
            Err(Blocked) => Err(Reason::ClaimType(what)),
        }
    }

    /// All strings that stand at a path, single or in lists. Behind a `*` each carries the name that it stood for.
    pub(super) fn texts_at(&self, path: &ClaimPath, what: &'static str) -> Result<Vec<Box<str>>, Reason> {
        let wrong = Reason::ClaimType(what);
        let mut texts = Vec::new();
        for found in path.find_all(self.payload).map_err(|Blocked| wrong.clone())? {
            if self.null_is_absent && found.raw == "null" {
                continue;
            }
            let list = match text(found.raw) {
                Some(one) => vec![one],
                None => serde_json::from_str(found.raw).map_err(|_| wrong.clone())?,
            };
            let named = |text: Cow<'t, str>| match &found.stands_for {
                Some(name) => format!("{name}:{text}").into(),
                None => text.into(),
            };
            texts.extend(list.into_iter().map(named));
        }
        Ok(texts)
    }

    /// A claim that is a list of strings, or one string.
    pub(super) fn texts(&self, name: &'static str) -> Result<Vec<Cow<'t, str>>, Reason> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        if let Some(one) = text(raw) {
            return Ok(vec![one]);
        }
        self.list(name)
    }

    /// A claim that is a list of strings.
    pub(super) fn list(&self, name: &'static str) -> Result<Vec<Cow<'t, str>>, Reason> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        let list = serde_json::from_str::<Vec<Cow<'t, str>>>(raw);
        list.map_err(|_| Reason::ClaimType(name))
    }

    /// A claim that is a time: a number of seconds since 1970, rounded down.
    pub(super) fn time(&self, name: &'static str) -> Result<Option<UnixSeconds>, Reason> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let number: Number = serde_json::from_str(raw).map_err(|_| Reason::ClaimType(name))?;
        whole_seconds(&number).map(|seconds| Some(UnixSeconds(seconds))).ok_or(Reason::ClaimValue(name))
    }

    /// A claim that may be any JSON, verbatim; `null` says nothing.
    pub(super) fn opaque(&self, name: &str) -> Option<Bytes> {
        let raw = self.payload.get(name).filter(|raw| *raw != "null")?;
        Some(Bytes::copy_from_slice(raw.as_bytes()))
    }

    /// Bytes that a claim holds as JSON or another as base64; the latter wins.
    pub(super) fn bytes(&self, json: &'static str, base64: &'static str) -> Result<Option<Bytes>, Reason> {
        let encoded = self.text(base64)?.filter(|encoded| !encoded.is_empty());
        encoded.map_or_else(|| Ok(self.opaque(json)), |encoded| decode_base64(&encoded, base64).map(Some))
    }
}

/// Bytes in the ordinary base64 of RFC 4648, with padding.
pub(super) fn decode_base64(encoded: &str, name: &'static str) -> Result<Bytes, Reason> {
    STANDARD.decode(encoded).map(Bytes::from).map_err(|_| Reason::ClaimValue(name))
}

fn whole_seconds(number: &Number) -> Option<i64> {
    if let Some(seconds) = number.as_i64() {
        return Some(seconds);
    }
    let seconds = number.as_f64()?.floor();
    #[expect(clippy::cast_possible_truncation, reason = "floored, and bounded to where every i64 is exact")]
    (seconds.abs() <= MAX_FRACTIONAL_TIME).then_some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        whole_seconds(&serde_json::from_str(text).expect("a number"))
    }

    #[test]
    fn times_are_whole_seconds_rounded_down() {
        assert_eq!(seconds("1700000000"), Some(1_700_000_000));
        assert_eq!(seconds("1700000000.9"), Some(1_700_000_000));
        assert_eq!(seconds("1.7e9"), Some(1_700_000_000));
        assert_eq!(seconds("-1"), Some(-1));
        assert_eq!(seconds("-0.5"), Some(-1));
    }

    #[test]
    fn a_time_that_no_clock_reaches_is_none() {
        for text in ["9223372036854775808", "1e300", "-1e17"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
