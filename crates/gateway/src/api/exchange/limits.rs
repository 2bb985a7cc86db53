//! How often somebody may ask.
//!
//! A user is counted by the tokens that he got; what he got none for takes nothing away from him. Whoever shows tokens
//! that are no good is nobody yet, and is counted by his address. A good token is taken from every address: behind a
//! proxy that is not named as one, all the world has the same.

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

    /// What somebody hears from that address (`None`: it cannot be told which) who gets nothing: where it was his own
    /// fault, and once too often, no more than that.
    pub(super) fn said(&self, refusal: Refusal, address: Option<IpAddr>, now: Moment) -> Refusal {
        let network = address.map(network);
        if !refusal.is_a_guess() || self.guesses.take(network, now) {
            return refusal;
        }
        Refusal::too_many(self.guesses.wait(network, now).unwrap_or_default())
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
