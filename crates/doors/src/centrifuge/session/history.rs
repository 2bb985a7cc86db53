//! `history`.

use vestibule_model::{Epoch, HistoryPage, HistoryQuery, Position};

use super::open::Open;
use super::turn::Turn;
use super::verdict::{Errand, Step, Verdict, named};
use crate::centrifuge::codes::ErrorCode;
use crate::centrifuge::wire::{Answer, HistoryRequest};
use crate::contract::{Effect, Fault};

impl Open {
    pub(super) fn history(&mut self, request: HistoryRequest, turn: &mut Turn<'_>) -> Verdict {
        let HistoryRequest { channel, limit, since, reverse } = request;
        named(&channel)?;
        let rules = turn.rules.channel(&channel)?;
        let retention = rules.retention().ok_or(ErrorCode::NOT_AVAILABLE)?;
        let subscribed = self.subscriptions.contains(&channel);
        if !turn.rules.client.insecure && !rules.allow_history.is_given(&self.who.user, subscribed) {
            return Err(ErrorCode::PERMISSION_DENIED.into());
        }
        if reverse && since.as_ref().is_some_and(|since| since.offset == 0) {
            // Nothing lies before the beginning.
            return Err(ErrorCode::BAD_REQUEST.into());
        }
        let since = since.map(|since| Position { offset: since.offset, epoch: Epoch::new(&since.epoch) });
        let query = HistoryQuery { since, limit: turn.rules.client.history_limit(limit), reverse };
        let effect = Effect::History { channel: self.key(&channel), query, meta_ttl: retention.meta_ttl };
        Ok(Step::Waits(turn.perform(effect), Errand::History))
    }

    pub(super) fn remembered(outcome: Result<HistoryPage, Fault>) -> Verdict {
        Ok(Step::Done(Answer::History(outcome?)))
    }
}
