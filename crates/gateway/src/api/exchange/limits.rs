//! How often somebody may ask.
//!
//! A user is counted by the tokens that he got; what he got none for takes nothing away from him. Whoever shows tokens
//! that are no good is nobody yet, and is counted by his address, before the next one is looked at: a signature costs
//! more to check than to invent.

use std::net::IpAddr;
use std::num::NonZeroU32;

use vestibule_model::{Identity, Moment};

use super::refusal::Refusal;
use crate::rate::{Meters, Rate};
use crate::worker::network;

/// Users and addresses that are counted apart.
const CALLERS: usize = 16_384;

/// The limits of one route.
pub(super) struct Limits {
    tokens: Meters,
    guesses: Meters,
}

impl Limits {
    /// So many tokens for a user and so many guesses for an address, in a minute.
    pub(super) fn per_minute(tokens: NonZeroU32, guesses: NonZeroU32) -> Self {
        let meters = |count| Meters::new(Rate::per_minute(count), CALLERS);
        Self { tokens: meters(tokens), guesses: meters(guesses) }
    }

    /// Whether a token from that address is looked at; `None`: it cannot be told where it comes from.
    pub(super) fn may_guess(&self, address: Option<IpAddr>, now: Moment) -> Result<(), Refusal> {
        match self.guesses.wait(address.map(network), now) {
            None => Ok(()),
            Some(wait) => Err(Refusal::too_many(wait)),
        }
    }

    /// Counts it for the address if it was the caller's fault that he got nothing.
    pub(super) fn note(&self, refusal: &Refusal, address: Option<IpAddr>, now: Moment) {
        if refusal.is_a_guess() {
            self.guesses.take(address.map(network), now);
        }
    }

    /// Takes one of the user's tokens.
    pub(super) fn take_token(&self, bearer: &Identity, now: Moment) -> Result<(), Refusal> {
        let user = (&bearer.organisation, &bearer.user);
        if self.tokens.take(user, now) {
            return Ok(());
        }
        Err(Refusal::too_many(self.tokens.wait(user, now).unwrap_or_default()))
    }
}
