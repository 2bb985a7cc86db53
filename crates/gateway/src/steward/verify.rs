//! Tokens that come with a connection: verified, not revoked.

use vestibule_doors::contract::{Refusal, Refused, Secret};
use vestibule_model::{Identity, Now, Profile, SubscriptionGrant};

use super::Steward;

impl Steward {
    pub(super) fn authenticate(&self, token: Option<Secret>, now: Now) -> Result<Identity, Refused> {
        let verdict = match token {
            Some(token) => self.0.realms.connection(&token.0, now.unix),
            None => self.0.realms.anonymous(),
        };
        let identity =
            verdict.map_err(|why| Refused { refusal: refusal(why), profile: Profile::default() })?;
        match self.revoked(&identity.organisation, &identity.user, &identity.credential, now) {
            Some(healed) => Err(Refused { refusal: revoked(healed), profile: identity.profile }),
            None => Ok(identity),
        }
    }

    pub(super) fn authorise(&self, token: &Secret, now: Now) -> Result<SubscriptionGrant, Refusal> {
        let grant = self.0.realms.subscription(&token.0, now.unix).map_err(refusal)?;
        match self.revoked(&grant.organisation, &grant.user, &grant.credential, now) {
            Some(healed) => Err(revoked(healed)),
            None => Ok(grant),
        }
    }
}

/// What a revoked token is to its bearer: as good as expired where a fresh one helps, and worth nothing elsewhere.
fn revoked(healed_by_a_fresh_token: bool) -> Refusal {
    if healed_by_a_fresh_token { Refusal::Expired } else { Refusal::Invalid }
}

/// As much of a realm's reason as a session may know.
fn refusal(refusal: vestibule_auth::Refusal) -> Refusal {
    match refusal {
        vestibule_auth::Refusal::NoToken => Refusal::Missing,
        vestibule_auth::Refusal::Expired(_) => Refusal::Expired,
        vestibule_auth::Refusal::Invalid(_) => Refusal::Invalid,
        vestibule_auth::Refusal::AnonymousToken => Refusal::Anonymous,
    }
}
