//! What comes by itself: the grace of the silent, the time to register, pings, and the end of tokens.

use std::time::Duration;

use vestibule_model::{Close, Moment, Now, UnixSeconds};

use super::{Session, Standing};
use crate::contract::{Output, Outputs};
use crate::signal::codes;

impl Session {
    /// The moment that was asked for has come, or an earlier one.
    pub(super) fn deadline(&mut self, now: Now, outputs: &mut Outputs) -> Result<(), Close> {
        let due = |moment: Option<Moment>| moment.is_some_and(|moment| moment <= now.moment);
        if due(self.expires_at(now)) {
            return Err(codes::INVALID_TOKEN);
        }
        if due(self.times_out_at()) {
            return Err(codes::TIMEOUT);
        }
        if due(self.pinged.map(|pinged| pinged + self.rules.pong_timeout)) {
            return Err(codes::NO_PONG);
        }
        self.pace.fill(now.moment);
        if due(self.provisional_at()) {
            self.become_provisional(outputs);
        }
        if self.standing != Standing::Fresh && self.next_ping <= now.moment {
            self.next_ping = now.moment + self.rules.ping_interval;
            self.pinged = Some(now.moment);
            outputs.push(Output::Ping);
        }
        Ok(())
    }

    /// Asks to be woken at the next moment that matters, unless that was done.
    pub(super) fn wake(&mut self, now: Now, outputs: &mut Outputs) {
        let pong = self.pinged.map(|pinged| pinged + self.rules.pong_timeout);
        let moments =
            [self.expires_at(now), self.times_out_at(), self.provisional_at(), pong, self.pace.opens_at()];
        let next =
            moments.into_iter().flatten().min().map_or(self.next_ping, |moment| moment.min(self.next_ping));
        // What is overdue is due now: the house was late.
        let next = next.max(now.moment);
        if self.wake_at != Some(next) {
            self.wake_at = Some(next);
            outputs.push(Output::WakeAt(next));
        }
    }

    fn expires_at(&self, now: Now) -> Option<Moment> {
        let grace = i64::try_from(self.rules.close_on_expiry?.as_secs()).unwrap_or(i64::MAX);
        let expires = self.bearer.as_ref()?.expires?;
        Some(now.moment_of(UnixSeconds(expires.0.saturating_add(grace))))
    }

    /// Until it has said what it is, or counts as a peer.
    fn times_out_at(&self) -> Option<Moment> {
        let is_nobody =
            matches!(self.standing, Standing::Fresh | Standing::Stranger | Standing::Pending { .. });
        is_nobody.then(|| self.opened + self.rules.register_timeout)
    }

    fn provisional_at(&self) -> Option<Moment> {
        let grace: Duration = self.rules.register_grace?;
        let waits = matches!(self.standing, Standing::Pending { .. }) && self.asked.is_none();
        waits.then(|| self.opened + grace)
    }
}
