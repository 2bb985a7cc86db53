//! `presence` and `presence_stats`.

use std::sync::Arc;

use vestibule_model::{ClientInfo, PresenceStats};

use super::open::Open;
use super::turn::Turn;
use super::verdict::{Denied, Errand, Step, Verdict, named};
use crate::centrifuge::codes::ErrorCode;
use crate::centrifuge::wire::Answer;
use crate::contract::{Effect, Fault};

impl Open {
    pub(super) fn presence(&mut self, channel: &str, turn: &mut Turn<'_>) -> Verdict {
        self.may_see_who_is_there(channel, turn)?;
        let ticket = turn.perform(Effect::Presence(self.key(channel)));
        Ok(Step::Waits(ticket, Errand::Presence))
    }

    pub(super) fn presence_stats(&mut self, channel: &str, turn: &mut Turn<'_>) -> Verdict {
        self.may_see_who_is_there(channel, turn)?;
        let ticket = turn.perform(Effect::PresenceStats(self.key(channel)));
        Ok(Step::Waits(ticket, Errand::PresenceStats))
    }

    pub(super) fn present(outcome: Result<Vec<Arc<ClientInfo>>, Fault>) -> Verdict {
        Ok(Step::Done(Answer::Presence(outcome?)))
    }

    pub(super) fn counted(outcome: Result<PresenceStats, Fault>) -> Verdict {
        Ok(Step::Done(Answer::PresenceStats(outcome?)))
    }

    /// That the feature is off is said before that it is not allowed.
    fn may_see_who_is_there(&self, channel: &str, turn: &Turn<'_>) -> Result<(), Denied> {
        named(channel)?;
        let rules = turn.rules.channel(channel)?;
        if !rules.presence {
            return Err(ErrorCode::NOT_AVAILABLE.into());
        }
        let subscribed = self.subscriptions.contains(channel);
        if !turn.rules.client.insecure && !rules.allow_presence.is_given(&self.who.user, subscribed) {
            return Err(ErrorCode::PERMISSION_DENIED.into());
        }
        Ok(())
    }
}
