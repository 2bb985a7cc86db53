//! A realm: a trusted source of tokens, with its keys and its rules.
//!
//! The order of checks is written here and nowhere else. What only a new token can heal is looked at first, the
//! time last: a peer that hears "expired" knows that nothing else was wrong with what the token says. (Whether one that
//! names nobody may is asked behind it, as Centrifugo does.)
//!
//! - `keyring`: its keys, given and fetched;
//! - `rules`: what the realm demands; `path`: where in a token something stands;
//! - `claims`: claims with their types;
//! - `organisations`: for which tenants it speaks;
//! - `grant`: what the claims amount to; `mint_claims`: claims that amount to somebody.

mod claims;
pub(crate) mod grant;
mod keyring;
mod mint_claims;
mod organisations;
mod path;
mod rules;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{Identity, OrganisationId, Profile, SubscriptionGrant, UnixSeconds};

use crate::published::PublishedKeys;
use crate::token::Unverified;
use crate::{Algorithm, Reason};
use claims::Claims;

pub(crate) use keyring::{Keyring, Published, VerifyError};
pub(crate) use organisations::Organisations;
pub use path::ClaimPath;
pub(crate) use rules::{Accepted, Equal, Mapping, NamedPath, Rules};

/// One trusted source of tokens. Built by [`RealmConfig::build`](crate::RealmConfig::build).
pub struct Realm {
    pub(crate) name: Arc<str>,
    pub(crate) organisations: Organisations,
    pub(crate) keys: Keyring,
    pub(crate) rules: Rules,
    pub(crate) mapping: Mapping,
    pub(crate) profile: Profile,
}

/// What a token is good for, and how long it can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T> {
    /// What it is good for.
    pub value: T,
    /// The last second in which its times and its key are good. A connection that it opens may live longer.
    pub until: UnixSeconds,
}

impl Realm {
    /// The name under which it is configured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tenant to which all its tokens belong; `None`: each names its own.
    pub const fn organisation(&self) -> Option<&OrganisationId> {
        match &self.organisations {
            Organisations::Fixed(organisation) => Some(organisation),
            Organisations::Named { .. } => None,
        }
    }

    /// The codes with which its clients are answered.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Whether each of its tokens opens one connection. They have a `jti`, and a connection must not stand before
    /// that has been put aside as used.
    pub const fn is_single_use(&self) -> bool {
        self.rules.single_use
    }

    /// The keys that its provider publishes.
    pub fn published(&self) -> Option<&Arc<PublishedKeys>> {
        self.keys.published()
    }

    /// The algorithms that its tokens may use.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.rules.algorithms
    }

    /// The issuers that are its own alone; `None`: a pattern, or anything.
    pub(crate) fn exact_issuers(&self) -> Option<&[String]> {
        match &self.rules.issuer {
            Accepted::Exactly(issuers) => Some(issuers),
            Accepted::Anything | Accepted::Matching(_) => None,
        }
    }

    /// How long a token that there is now can still be accepted; `None`: for any time.
    pub fn longest_life(&self) -> Option<Duration> {
        self.rules.longest_life()
    }

    /// How far the clocks of those who issue its tokens are taken to be ahead at most.
    pub fn clock_skew(&self) -> Duration {
        Duration::from_secs(self.rules.clock_skew().unsigned_abs())
    }

    /// Who bears a connection token.
    pub(crate) fn identity(
        &self,
        token: &Unverified<'_>,
        now: UnixSeconds,
    ) -> Result<Verified<Identity>, VerifyError> {
        let (claims, key_until) = self.believe(token, now)?;
        if claims.channel.is_some() {
            return Err(Reason::ChannelInConnectionToken.into());
        }
        let identity = grant::identity(self, &claims)?;
        self.rules.check_times(&claims, now)?;
        if identity.user.is_anonymous() && !self.rules.anonymous_tokens {
            return Err(Reason::AnonymousToken.into());
        }
        Ok(Verified { value: identity, until: key_until.min(self.rules.taken_until(&claims)) })
    }

    /// What a subscription token grants.
    pub(crate) fn grant(
        &self,
        token: &Unverified<'_>,
        now: UnixSeconds,
    ) -> Result<Verified<SubscriptionGrant>, VerifyError> {
        let (claims, key_until) = self.believe(token, now)?;
        if !self.rules.gateway_claims {
            return Err(Reason::GatewayClaims.into());
        }
        let grant = grant::subscription(self, &claims)?;
        self.rules.check_times(&claims, now)?;
        Ok(Verified { value: grant, until: key_until.min(self.rules.taken_until(&claims)) })
    }

    /// The checks that every token passes before its claims mean anything: algorithm, key, signature, claim types,
    /// issuer, audience, lifetime, and what else the realm demands. The form was checked before, the times are
    /// checked after. Beside the claims, the last second in which the key is in use.
    fn believe<'t>(
        &self,
        token: &'t Unverified<'t>,
        now: UnixSeconds,
    ) -> Result<(Claims<'t>, UnixSeconds), VerifyError> {
        if !self.rules.algorithms.contains(&token.header.algorithm) {
            return Err(Reason::Algorithm.into());
        }
        let signed = self.keys.check(token, now)?;
        let claims = Claims::read(&token.payload, &self.rules, &self.mapping)?;
        self.rules.check_source(&claims)?;
        self.rules.check_lifetime(&claims, now)?;
        self.rules.check_claims(&claims)?;
        Ok((claims, signed.until))
    }

    /// The tenant of a token whose signature held. The realm vouches for it within what it is bound to.
    fn organisation_of(&self, claims: &Claims<'_>) -> Result<OrganisationId, Reason> {
        match (&self.organisations, self.organisations.named(claims)?) {
            (Organisations::Fixed(organisation), _) => Ok(organisation.clone()),
            (Organisations::Named { .. }, Some(name)) => Ok(OrganisationId::from_verified(&name)),
            (Organisations::Named { .. }, None) => Err(Reason::NoOrganisation),
        }
    }
}

/// The tenant to which the configuration binds a realm. Its signature vouches for it.
pub(crate) fn bound_organisation(name: &str) -> OrganisationId {
    OrganisationId::from_verified(name)
}

impl From<Reason> for VerifyError {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Realm").field("name", &self.name).finish_non_exhaustive()
    }
}
