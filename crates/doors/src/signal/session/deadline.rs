//! What comes by itself: the grace of the silent, the time to say what one is, pings, and the end of tokens.

use vestibule_model::{Close, Moment, Now, UnixSeconds};

use super::{Session, State};
use crate::contract::{Output, Outputs, Session as _};
use crate::pulse::Beat;
use crate::signal::codes;

impl Session {
    /// The moment that was asked for has come, or an earlier one.
    pub(super) fn look_at_the_clock(&mut self, now: Now, outputs: &mut Outputs) -> Result<(), Close> {
        let due = |moment: Option<Moment>| moment.is_some_and(|moment| moment <= now.moment);
        if due(self.expiry(now)) {
            return Err(codes::INVALID_TOKEN);
        }
        if due(self.stale()) {
            return Err(codes::STALE);
        }
        match self.pulse.beat(self.rules.rhythm(), !self.takes_messages(), now.moment) {
            Beat::Nothing => {}
            Beat::Ping => outputs.push(Output::Ping),
            Beat::NoPong => return Err(codes::NO_PONG),
        }
        self.pace.fill(now.moment);
        if due(self.grace()) {
            self.step(outputs, |state, turn| match state {
                State::Known(known) => known.count_as_peer(turn),
                State::Silent(silent) => Ok(silent.count_as_peer(turn)),
                state => Ok(state),
            })?;
        }
        Ok(())
    }

    /// Asks to be woken at the next moment that matters, unless that was done.
    pub(super) fn set_alarm(&mut self, now: Now, outputs: &mut Outputs) {
        let moments =
            [self.expiry(now), self.stale(), self.grace(), self.pulse.deadline(), self.pace.opens_at()];
        // What is overdue is due now: the house was late.
        let deadline = moments.into_iter().flatten().min().map(|moment| moment.max(now.moment));
        if let Some(moment) = deadline
            && self.alarm != deadline
        {
            self.alarm = deadline;
            outputs.push(Output::WakeAt(moment));
        }
    }

    fn expiry(&self, now: Now) -> Option<Moment> {
        let delay = i64::try_from(self.rules.expired_close_delay?.as_secs()).unwrap_or(i64::MAX);
        Some(now.moment_of(UnixSeconds(self.expires?.0.saturating_add(delay))))
    }

    /// Until it has said what it is, or counts as a peer.
    fn stale(&self) -> Option<Moment> {
        (!self.state.is_settled()).then(|| self.opened + self.rules.stale_close_delay)
    }

    /// Whoever has been silent until then counts as a peer.
    fn grace(&self) -> Option<Moment> {
        let grace = self.rules.register_grace?;
        let is_silent = match &self.state {
            State::Known(_) => true,
            State::Silent(silent) => !silent.counts_as_peer,
            _ => false,
        };
        is_silent.then(|| self.opened + grace)
    }
}

impl State {
    /// It has said what it is, or counts as a peer: it may take its time.
    fn is_settled(&self) -> bool {
        match self {
            Self::Member(_) | Self::ProvingAgain(_) | Self::Closed => true,
            Self::Silent(silent) => silent.counts_as_peer,
            Self::Proving(proving) => proving.counts_as_peer(),
            Self::Counting(counting) => counting.counts_as_peer(),
            Self::Waiting
            | Self::Stranger(_)
            | Self::Authenticating(_)
            | Self::Admitting(_)
            | Self::Known(_)
            | Self::Entering(_) => false,
        }
    }
}
