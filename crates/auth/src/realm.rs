//! A realm: a trusted source of tokens, with its keys and its rules.
//!
//! The order of checks is written here and nowhere else. What only a new token can heal is looked at first, the
//! time last: a peer that hears "expired" knows that nothing else was wrong.
//!
//! - `rules`: what the realm demands;
//! - `claims`: claims with their types;
//! - `grant`: what the claims amount to.

mod claims;
mod grant;
mod rules;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{Identity, OrganisationId, SubscriptionGrant, UnixSeconds};

use crate::Reason;
use crate::key::KeySet;
use crate::token::Unverified;
use claims::Claims;

pub(crate) use rules::{Accepted, Rules};

/// One trusted source of tokens. Built by [`RealmConfig::build`](crate::RealmConfig::build).
pub struct Realm {
    name: Arc<str>,
    organisation: OrganisationId,
    keys: KeySet,
    rules: Rules,
}

impl Realm {
    pub(crate) fn new(name: &str, organisation: &str, keys: KeySet, rules: Rules) -> Self {
        Self { name: name.into(), organisation: bound_organisation(organisation), keys, rules }
    }

    /// The name under which it is configured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tenant to which all its tokens belong.
    pub fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }

    /// How long after it was issued a token can be accepted; `None`: for any time.
    pub fn longest_life(&self) -> Option<Duration> {
        self.rules.longest_life()
    }

    /// Who bears a connection token.
    pub(crate) fn identity(&self, token: &Unverified<'_>, now: UnixSeconds) -> Result<Identity, Reason> {
        let claims = self.believe(token, now)?;
        if claims.channel.is_some() {
            return Err(Reason::ChannelInConnectionToken);
        }
        let identity = grant::identity(self, &claims)?;
        self.rules.check_times(&claims, now)?;
        if identity.user.is_anonymous() && !self.rules.anonymous_tokens {
            return Err(Reason::AnonymousToken);
        }
        Ok(identity)
    }

    /// What a subscription token grants.
    pub(crate) fn grant(
        &self,
        token: &Unverified<'_>,
        now: UnixSeconds,
    ) -> Result<SubscriptionGrant, Reason> {
        let claims = self.believe(token, now)?;
        if !self.rules.gateway_claims {
            return Err(Reason::GatewayClaims);
        }
        let grant = grant::subscription(self, &claims)?;
        self.rules.check_times(&claims, now)?;
        Ok(grant)
    }

    /// Who comes without a token.
    pub(crate) fn anonymous(&self) -> Identity {
        grant::anonymous(self)
    }

    /// The checks that every token passes before its claims mean anything: algorithm, key, signature, claim types,
    /// issuer, audience, lifetime. The form was checked before, the times are checked after.
    fn believe<'t>(&self, token: &'t Unverified<'t>, now: UnixSeconds) -> Result<Claims<'t>, Reason> {
        if !self.rules.algorithms.contains(&token.header.algorithm) {
            return Err(Reason::Algorithm);
        }
        self.keys.check(token, now)?;
        let claims = Claims::read(&token.payload, &self.rules)?;
        self.rules.check_source(&claims)?;
        self.rules.check_lifetime(&claims, now)?;
        Ok(claims)
    }
}

/// The tenant of a realm. The realm's signature vouches for it, so this is the one place where this crate makes an
/// organisation.
fn bound_organisation(name: &str) -> OrganisationId {
    OrganisationId::from_verified(name)
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Realm").field("name", &self.name).finish_non_exhaustive()
    }
}
