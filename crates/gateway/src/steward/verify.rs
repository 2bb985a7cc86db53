//! Tokens that come with a connection: verified, not revoked.

use vestibule_auth::jwks::Answer;
use vestibule_auth::{Realm, Reason, Rejection, Trust, Verdict};
use vestibule_doors::contract::{Refusal, Refused, Token};
use vestibule_model::{Door, Identity, Now, Profile, SubscriptionGrant};

use super::Steward;

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

/// Why a token does not say who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unidentified {
    /// The realms do not take it.
    Rejected(Rejection),
    /// It was good, and is revoked.
    Revoked {
        /// A fresh token of the same user may be good again.
        healed_by_a_fresh_token: bool,
        /// The codes that its bearer understands.
        profile: Profile,
    },
    /// It is good for one connection, and had it.
    Used(Profile),
    /// It cannot be told now whether it was used.
    Unknown(Profile),
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
            None => Ok(trust.anonymous().map_err(Unidentified::Rejected)?),
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
        let identity = verdict.map_err(Unidentified::Rejected)?;
        let profile = identity.profile;
        if let Some(healed_by_a_fresh_token) =
            self.revoked(&identity.organisation, &identity.user, &identity.credential, now)
        {
            return Err(Unidentified::Revoked { healed_by_a_fresh_token, profile });
        }
        match trust.realm(&identity.realm).filter(|realm| realm.is_single_use()) {
            Some(realm) => self.use_once(realm, &identity, now).await.map(|()| identity),
            None => Ok(identity),
        }
    }

    /// Uses the one connection that a token opens. Without a store nobody could tell, so nobody comes in.
    async fn use_once(&self, realm: &Realm, bearer: &Identity, now: Now) -> Result<(), Unidentified> {
        let id = bearer.credential.token.as_deref().unwrap_or_default();
        let until = realm.last_use(bearer, now.unix);
        match self.records().use_once(realm.name(), id, until).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Unidentified::Used(bearer.profile)),
            Err(error) => {
                tracing::warn!(realm = realm.name(), %error, "tokens of single use cannot be taken");
                Err(Unidentified::Unknown(bearer.profile))
            }
        }
    }

    pub(super) async fn authorise(&self, token: &Token, now: Now) -> Result<SubscriptionGrant, Refusal> {
        let trust = &self.0.trusts.subscriptions;
        let verdict = self.settle(|| trust.subscription(&token.0, now.unix)).await;
        let grant = verdict.map_err(|rejection| refusal(rejection.refusal))?;
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

/// Nobody vouches for anybody there.
const CLOSED: Refused = Refused { refusal: Refusal::Invalid, profile: Profile::Centrifugo };

/// What a revoked token is to its bearer: as good as expired where a fresh one helps, and worth nothing elsewhere.
fn revoked(healed_by_a_fresh_token: bool) -> Refusal {
    if healed_by_a_fresh_token { Refusal::Expired } else { Refusal::Invalid }
}

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

impl From<Unidentified> for Refused {
    fn from(unidentified: Unidentified) -> Self {
        let (refusal, profile) = match unidentified {
            Unidentified::Rejected(rejection) => (refusal(rejection.refusal), rejection.profile),
            Unidentified::Revoked { healed_by_a_fresh_token, profile } => {
                (revoked(healed_by_a_fresh_token), profile)
            }
            // A client that has one fetches another token, which is what it takes.
            Unidentified::Used(profile) => (Refusal::Expired, profile),
            Unidentified::Unknown(profile) => (Refusal::Unavailable, profile),
        };
        Self { refusal, profile }
    }
}
