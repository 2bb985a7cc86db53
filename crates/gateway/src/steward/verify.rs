//! Tokens that come with a connection: verified, not revoked.

use vestibule_auth::jwks::Answer;
use vestibule_auth::{Reason, Rejection, Trust, Verdict, Verified};
use vestibule_doors::contract::{Refusal, Refused, Token};
use vestibule_model::{Cure, Door, Identity, Now, Profile, SubscriptionGrant, UnixSeconds};

use super::Steward;
use crate::telemetry::Loss;

/// The realms that are trusted, for each purpose.
#[derive(Clone, Debug)]
pub struct Trusts {
    /// With connection tokens.
    pub connections: Trust,
    /// With subscription tokens.
    pub subscriptions: Trust,
    /// At the signal door; `None`: it is closed.
    pub signal: Option<SignalTrusts>,
}

/// The realms that the signal door trusts.
#[derive(Clone, Debug)]
pub struct SignalTrusts {
    /// With room tokens.
    pub rooms: Trust,
    /// With consumers' tokens; `None`: nobody vouches for them.
    pub consumers: Option<Trust>,
}

impl From<Trust> for Trusts {
    /// The same realms for everything.
    fn from(trust: Trust) -> Self {
        Self { connections: trust.clone(), subscriptions: trust, signal: None }
    }
}

/// A token that does not say who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unidentified {
    /// Why.
    pub why: NotGood,
    /// The codes that its bearer understands, as far as it can be told whose client it is.
    pub profile: Profile,
}

/// Why a token is not good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotGood {
    /// The realms do not take it.
    Rejected(vestibule_auth::Refusal),
    /// It was good, and is revoked.
    Revoked(Cure),
    /// It is good for one connection, and had it.
    Used,
    /// It cannot be told now whether it was used.
    Unknown,
}

impl Steward {
    pub(super) async fn authenticate(
        &self,
        door: Door,
        token: Option<Token>,
        now: Now,
    ) -> Result<Identity, Refused> {
        let trusts = &self.0.trusts;
        let trust = match (door, &trusts.signal) {
            (Door::Centrifuge, _) => &trusts.connections,
            (Door::Signal, Some(signal)) => &signal.rooms,
            (Door::Signal, None) => return Err(CLOSED),
        };
        match token {
            Some(token) => Ok(self.identify(trust, &token.0, now).await?),
            None => {
                let nobody = trust.anonymous().inspect_err(|rejection| self.0.refusals.note(rejection));
                Ok(nobody.map_err(Unidentified::from)?)
            }
        }
    }

    pub(super) async fn authenticate_consumer(&self, token: &Token, now: Now) -> Result<Identity, Refused> {
        let consumers = self.0.trusts.signal.as_ref().and_then(|signal| signal.consumers.as_ref());
        Ok(self.identify(consumers.ok_or(CLOSED)?, &token.0, now).await?)
    }

    /// Who bears this room token; `None`: it is not good, or cannot be told now.
    pub async fn identify_in_room(&self, token: &str, now: Now) -> Option<Identity> {
        let rooms = &self.0.trusts.signal.as_ref()?.rooms;
        self.identify(rooms, token, now).await.ok()
    }

    /// Who bears this token: verified by one of the trusted realms, not revoked, and not used before if it can be used
    /// once.
    ///
    /// # Errors
    /// Why it does not say.
    pub async fn identify(&self, trust: &Trust, token: &str, now: Now) -> Result<Identity, Unidentified> {
        let verdict = self.settle(|| trust.connection(token, now.unix)).await;
        let Verified { value: identity, until } = verdict?;
        let profile = identity.profile;
        if let Some(cure) = self.revoked(&identity.organisation, &identity.user, &identity.credential, now) {
            self.0.refusals.note_lost(&identity.realm, Loss::Revoked);
            return Err(Unidentified { why: NotGood::Revoked(cure), profile });
        }
        if trust.realm(&identity.realm).is_some_and(|realm| realm.is_single_use()) {
            self.use_once(&identity, until).await.map_err(|why| Unidentified { why, profile })?;
        }
        Ok(identity)
    }

    /// Uses the one connection that a token opens, which can be tried until then. Without a store nobody could tell, so
    /// nobody comes in.
    async fn use_once(&self, bearer: &Identity, until: UnixSeconds) -> Result<(), NotGood> {
        let realm = &*bearer.realm;
        let id = bearer.credential.token.as_deref().unwrap_or_default();
        match self.records().use_once(realm, id, until).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.0.refusals.note_lost(realm, Loss::Used);
                Err(NotGood::Used)
            }
            Err(error) => {
                self.0.refusals.note_lost(realm, Loss::Unknown);
                tracing::warn!(realm, %error, "tokens of single use cannot be taken");
                Err(NotGood::Unknown)
            }
        }
    }

    pub(super) async fn authorise(&self, token: &Token, now: Now) -> Result<SubscriptionGrant, Refusal> {
        let trust = &self.0.trusts.subscriptions;
        let verdict = self.settle(|| trust.subscription(&token.0, now.unix)).await;
        let grant = verdict.map_err(|rejection| refusal(rejection.refusal))?.value;
        match self.revoked(&grant.organisation, &grant.user, &grant.credential, now) {
            Some(cure) => {
                self.0.refusals.note_lost(&grant.realm, Loss::Revoked);
                Err(cure.into())
            }
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
                Answer::NotAsked => Err(Rejection { refusal: Reason::KeyNotAsked.into(), ..otherwise }),
            },
        };
        verdict.inspect_err(|rejection| self.0.refusals.note(rejection))
    }
}

/// Nobody vouches for anybody there.
const CLOSED: Refused = Refused { refusal: Refusal::Invalid, profile: Profile::Centrifugo };

/// As much of a realm's reason as a session may know.
fn refusal(refusal: vestibule_auth::Refusal) -> Refusal {
    match refusal {
        vestibule_auth::Refusal::NoToken => Refusal::Missing,
        vestibule_auth::Refusal::Expired(_) => Refusal::Expired,
        vestibule_auth::Refusal::Malformed(_) => Refusal::Malformed,
        vestibule_auth::Refusal::Invalid(_) => Refusal::Invalid,
        vestibule_auth::Refusal::Unavailable(_) => Refusal::Unavailable,
        vestibule_auth::Refusal::AnonymousToken => Refusal::Anonymous,
    }
}

impl From<Rejection> for Unidentified {
    fn from(rejection: Rejection) -> Self {
        Self { why: NotGood::Rejected(rejection.refusal), profile: rejection.profile }
    }
}

impl From<Unidentified> for Refused {
    fn from(Unidentified { why, profile }: Unidentified) -> Self {
        let refusal = match why {
            NotGood::Rejected(reason) => refusal(reason),
            NotGood::Revoked(cure) => cure.into(),
            // A client that has one fetches another token, which is what it takes.
            NotGood::Used => Refusal::Expired,
            NotGood::Unknown => Refusal::Unavailable,
        };
        Self { refusal, profile }
    }
}

#[cfg(test)]
mod tests;
