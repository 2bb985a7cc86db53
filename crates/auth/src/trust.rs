//! The realms that one door trusts for one purpose, and the choice between them.
//!
//! The choice is made before anything in the token is believed, so it cannot be the token's: its `iss` is looked up
//! in a map of the issuers that are configured, and at most one realm without a list of issuers takes what the map
//! does not know. The realm that was chosen then checks everything, its own issuer included. A door with one realm
//! has no choice to make.
//!
//! - `build`: from names to realms, and what can be wrong with that;
//! - `cache`: tokens that were verified already.

mod build;
mod cache;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use vestibule_model::{Identity, OrganisationId, Profile, SubscriptionGrant, UnixSeconds};

use crate::published::KeyWish;
use crate::realm::{Verified, VerifyError, grant};
use crate::token::json::text;
use crate::token::{Compact, Unverified};
use crate::{Realm, Reason, Refusal, Rejection};
use cache::{Cache, Fingerprint};

/// What the realms say to a token.
#[derive(Debug)]
pub enum Verdict<T> {
    /// It is decided.
    Settled(Result<T, Rejection>),
    /// It depends on keys that are not here. If they cannot be had, or are not among those that can, the token is
    /// rejected like this.
    Waits(KeyWish, Rejection),
}

/// The realms that one door trusts for one purpose. Cloning costs one reference count; all that it does is
/// computation.
#[derive(Clone)]
pub struct Trust(Arc<Inner>);

struct Inner {
    realms: Vec<Arc<Realm>>,
    /// Which realm each issuer belongs to.
    by_issuer: HashMap<Box<str>, usize>,
    /// The realm of all other issuers.
    others: Option<usize>,
    /// As whom peers without a token come in.
    nobody: Option<Identity>,
    connections: Cache<Identity>,
    subscriptions: Cache<SubscriptionGrant>,
}

impl Trust {
    /// Who bears this connection token.
    ///
    /// The identity's `expires` may lie in the past when the token says so by `expire_at`: what that means is the
    /// door's own affair. An empty text is a malformed token; whether there is a token at all is for the caller to
    /// see, who then asks for [`anonymous`](Self::anonymous).
    pub fn connection(&self, token: &str, now: UnixSeconds) -> Verdict<Verified<Identity>> {
        self.judge(token, now, &self.0.connections, Realm::identity)
    }

    /// What this subscription token grants. Whether the bearer is the user, the client and in the organisation that
    /// the grant names is for the caller to compare.
    pub fn subscription(&self, token: &str, now: UnixSeconds) -> Verdict<Verified<SubscriptionGrant>> {
        self.judge(token, now, &self.0.subscriptions, Realm::grant)
    }

    /// Who comes without a token.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoToken`], unless whoever comes is let in.
    pub fn anonymous(&self) -> Result<Identity, Rejection> {
        let refused = Rejection { refusal: Refusal::NoToken, realm: None, profile: self.profile() };
        self.0.nobody.clone().ok_or(refused)
    }

    /// How a peer is answered whose realm cannot be told: in the codes of all, if they agree.
    pub fn profile(&self) -> Profile {
        let mut profiles = self.0.realms.iter().map(|realm| realm.profile());
        let first = profiles.next().unwrap_or_default();
        if profiles.all(|other| other == first) { first } else { Profile::default() }
    }

    /// The realm of that name, if it is one of these.
    pub fn realm(&self, name: &str) -> Option<&Arc<Realm>> {
        self.0.realms.iter().find(|realm| realm.name() == name)
    }

    /// Its realms.
    pub fn realms(&self) -> &[Arc<Realm>] {
        &self.0.realms
    }

    /// Whether a token of this trust and one of the other could belong to the same organisation.
    pub fn shares_organisations_with(&self, other: &Self) -> bool {
        let fixed = |trust: &Self| -> Option<Vec<OrganisationId>> {
            trust.0.realms.iter().map(|realm| realm.organisation().cloned()).collect()
        };
        match (fixed(self), fixed(other)) {
            (Some(these), Some(those)) => these.iter().any(|one| those.contains(one)),
            _ => true,
        }
    }

    fn judge<T: Clone>(
        &self,
        text: &str,
        now: UnixSeconds,
        cache: &Cache<T>,
        verify: fn(&Realm, &Unverified<'_>, UnixSeconds) -> Result<Verified<T>, VerifyError>,
    ) -> Verdict<Verified<T>> {
        let compact = match Compact::decode(text) {
            Ok(compact) => compact,
            Err(reason) => return self.refused(reason),
        };
        let token = match Unverified::read(&compact) {
            Ok(token) => token,
            Err(reason) => return self.refused(reason),
        };
        let (index, realm) = match self.choose(&token) {
            Ok(chosen) => chosen,
            Err(reason) => return self.refused(reason),
        };
        // Another edition may be published while this one is used: then the entry is out of date from the start.
        let edition = realm.keys.edition();
        let worth_keeping = token.header.algorithm.mac().is_none() && !realm.is_single_use();
        let fingerprint = worth_keeping.then(|| Fingerprint::of(text));
        let known = fingerprint.as_ref().zip(edition);
        if let Some(verified) = known.and_then(|(print, edition)| cache.get(print, index, edition, now)) {
            return Verdict::Settled(Ok(verified));
        }
        match verify(realm, &token, now) {
            Ok(verified) => {
                if let Some((print, edition)) = known {
                    cache.put(print, index, edition, now, verified.clone());
                }
                Verdict::Settled(Ok(verified))
            }
            Err(VerifyError::Refused(reason)) => Verdict::Settled(Err(rejection(realm, reason))),
            Err(VerifyError::Keys(wish, otherwise)) => Verdict::Waits(wish, rejection(realm, otherwise)),
        }
    }

    /// The realm to ask. Nothing in the token is believed by that: a wrong `iss` leads to a realm whose keys did not
    /// sign it.
    fn choose(&self, token: &Unverified<'_>) -> Result<(usize, &Arc<Realm>), Reason> {
        let Inner { realms, by_issuer, others, .. } = &*self.0;
        if let [only] = realms.as_slice() {
            return Ok((0, only));
        }
        let issuer =
            token.payload.get("iss").map(|raw| text(raw).ok_or(Reason::ClaimType("iss"))).transpose()?;
        let known = issuer.and_then(|issuer| by_issuer.get(&*issuer).copied());
        let index = known.or(*others).ok_or(Reason::Issuer)?;
        Ok((index, &realms[index]))
    }

    /// Refused before a realm was found, unless there is one alone.
    fn refused<T>(&self, reason: Reason) -> Verdict<T> {
        Verdict::Settled(Err(match self.0.realms.as_slice() {
            [only] => rejection(only, reason),
            _ => Rejection { refusal: reason.into(), realm: None, profile: self.profile() },
        }))
    }
}

fn rejection(realm: &Realm, reason: Reason) -> Rejection {
    Rejection { refusal: reason.into(), realm: Some(Arc::clone(&realm.name)), profile: realm.profile }
}

impl<T> Verdict<T> {
    /// What it comes to when nobody waits for keys.
    ///
    /// # Errors
    ///
    /// Why the token is not taken.
    pub fn at_once(self) -> Result<T, Rejection> {
        match self {
            Self::Settled(result) => result,
            Self::Waits(_, otherwise) => Err(otherwise),
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Trust").field(&self.0.realms).finish()
    }
}

/// As whom peers without a token come in.
fn nobody(realm: &Realm, organisation: &OrganisationId) -> Identity {
    grant::anonymous(realm, organisation.clone())
}
