//! Every trusted source of tokens, immutable after start.

use std::time::Duration;

use vestibule_model::{Identity, SubscriptionGrant, UnixSeconds};

use crate::token::{Compact, Unverified};
use crate::{Realm, Reason, Refusal};

/// The realms of a house. Shared freely between threads; all that it does is computation.
#[derive(Debug)]
pub struct Realms {
    connection: Realm,
    /// `None`: the realm of connection tokens also vouches for subscriptions.
    subscription: Option<Realm>,
    anonymous: bool,
}

impl Realms {
    /// Built by [`RealmsConfig::build`](crate::RealmsConfig::build), which has checked that both realms belong to
    /// the same organisation.
    pub(crate) const fn new(connection: Realm, subscription: Option<Realm>, anonymous: bool) -> Self {
        Self { connection, subscription, anonymous }
    }

    /// How long after it was issued a token can be accepted by the most patient realm; `None`: for any time.
    pub fn longest_life(&self) -> Option<Duration> {
        let realms = [Some(&self.connection), self.subscription.as_ref()].into_iter().flatten();
        realms.map(Realm::longest_life).reduce(|one, other| Some(one?.max(other?))).flatten()
    }

    /// Who bears this connection token.
    ///
    /// The identity's `expires` may lie in the past when the token says so by `expire_at`: what that means is the
    /// door's own affair.
    ///
    /// # Errors
    ///
    /// Any [`Refusal`] but [`Refusal::NoToken`]. An empty text is an invalid token; whether there is a token at all
    /// is for the caller to see, who then asks for [`anonymous`](Self::anonymous).
    pub fn connection(&self, token: &str, now: UnixSeconds) -> Result<Identity, Refusal> {
        let compact = Compact::decode(token)?;
        let token = Unverified::read(&compact)?;
        Ok(self.connection.identity(&token, now)?)
    }

    /// Who comes without a token.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoToken`], unless the house lets in whoever comes.
    pub fn anonymous(&self) -> Result<Identity, Refusal> {
        if !self.anonymous {
            return Err(Reason::NoToken.into());
        }
        Ok(self.connection.anonymous())
    }

    /// What this subscription token grants. Whether the bearer is the user, the client and in the organisation that
    /// the grant names is for the caller to compare.
    ///
    /// # Errors
    ///
    /// [`Refusal::Expired`] or [`Refusal::Invalid`].
    pub fn subscription(&self, token: &str, now: UnixSeconds) -> Result<SubscriptionGrant, Refusal> {
        let compact = Compact::decode(token)?;
        let token = Unverified::read(&compact)?;
        Ok(self.subscription.as_ref().unwrap_or(&self.connection).grant(&token, now)?)
    }
}
