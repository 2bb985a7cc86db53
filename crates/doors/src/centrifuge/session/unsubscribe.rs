//! `unsubscribe`: the client gives a subscription up, whoever wanted it.

use super::joining::Fate;
use super::open::Open;
use super::turn::Turn;
use super::verdict::{Step, Verdict, named};
use crate::centrifuge::wire::Answer;

impl Open {
    pub(super) fn unsubscribe(&mut self, channel: &str, turn: &mut Turn<'_>) -> Verdict {
        named(channel)?;
        if let Some(joining) = self.joining_to(channel) {
            joining.fate = Some(Fate::GivenUp);
        }
        self.part(channel, turn);
        Ok(Step::Done(Answer::Unsubscribe))
    }

    /// Ends a subscription; false when there is none.
    pub(super) fn part(&mut self, channel: &str, turn: &mut Turn<'_>) -> bool {
        let Some(subscription) = self.subscriptions.remove(channel) else { return false };
        turn.unsubscribe(subscription.channel);
        self.arrange_tick(turn);
        true
    }
}
