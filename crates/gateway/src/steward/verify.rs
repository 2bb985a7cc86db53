//! Tokens that come with a connection: verified, not revoked.

use vestibule_auth::jwks::Answer;
use vestibule_auth::{Reason, Rejection, Trust, Verdict};
use vestibule_doors::contract::{Refusal, Refused, Secret};
use vestibule_model::{Identity, Now, SubscriptionGrant};

use super::Steward;

/// The realms that are trusted, for each purpose.
#[derive(Clone, Debug)]
pub struct Trusts {
    /// With connection tokens.
    pub connections: Trust,
    /// With subscription tokens.
    pub subscriptions: Trust,
}

impl From<Trust> for Trusts {
    /// The same realms for everything.
    fn from(trust: Trust) -> Self {
        Self { connections: trust.clone(), subscriptions: trust }
    }
}

impl Steward {
    pub(super) async fn authenticate(&self, token: Option<Secret>, now: Now) -> Result<Identity, Refused> {
        let trust = &self.0.trusts.connections;
        let verdict = match token {
            Some(token) => self.settle(|| trust.connection(&token.0, now.unix)).await,
            None => trust.anonymous(),
        };
        let identity = verdict.map_err(refused)?;
        match self.revoked(&identity.organisation, &identity.user, &identity.credential, now) {
            Some(healed) => Err(Refused { refusal: revoked(healed), profile: identity.profile }),
            None => Ok(identity),
        }
    }

    pub(super) async fn authorise(&self, token: &Secret, now: Now) -> Result<SubscriptionGrant, Refusal> {
        let trust = &self.0.trusts.subscriptions;
        let verdict = self.settle(|| trust.subscription(&token.0, now.unix)).await;
        let grant = verdict.map_err(|rejection| refused(rejection).refusal)?;
        match self.revoked(&grant.organisation, &grant.user, &grant.credential, now) {
            Some(healed) => Err(revoked(healed)),
            None => Ok(grant),
        }
    }

    /// What the realms say, if need be with keys that are fetched first.
    async fn settle<T>(&self, judge: impl Fn() -> Verdict<T>) -> Result<T, Rejection> {
        let verdict = match judge() {
            Verdict::Settled(verdict) => verdict,
            Verdict::Waits(wish, otherwise) => match self.0.keys.answer(&wish).await {
                Answer::Changed => judge().at_once(),
                Answer::Unknown => Err(otherwise),
                Answer::Unavailable => {
                    Err(Rejection { refusal: Reason::KeysUnavailable.into(), ..otherwise })
                }
            },
        };
        verdict.inspect_err(|rejection| self.0.refusals.note(rejection))
    }
}

/// What a revoked token is to its bearer: as good as expired where a fresh one helps, and worth nothing elsewhere.
fn revoked(healed_by_a_fresh_token: bool) -> Refusal {
    if healed_by_a_fresh_token { Refusal::Expired } else { Refusal::Invalid }
}

/// As much of a realm's reason as a session may know.
fn refused(rejection: Rejection) -> Refused {
    let refusal = match rejection.refusal {
        vestibule_auth::Refusal::NoToken => Refusal::Missing,
        vestibule_auth::Refusal::Expired(_) => Refusal::Expired,
        vestibule_auth::Refusal::Malformed(_) => Refusal::Malformed,
        vestibule_auth::Refusal::Invalid(_) => Refusal::Invalid,
        vestibule_auth::Refusal::Unavailable(_) => Refusal::Unavailable,
        vestibule_auth::Refusal::AnonymousToken => Refusal::Anonymous,
    };
    Refused { refusal, profile: rejection.profile }
}
