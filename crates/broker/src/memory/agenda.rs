//! When the next channel has something that expires.

use std::collections::BTreeSet;

use vestibule_model::{ChannelKey, Moment};

/// Channels in the order in which they are to be looked at, each at most once.
///
/// A deadline that moves to a later time, as it does with every publish, leaves the queue alone: the channel is
/// looked at too early, and then gets its real deadline. So the queue is touched only when a channel gets its first
/// deadline, or an earlier one, or is looked at.
#[derive(Default)]
pub(super) struct Agenda(BTreeSet<(Moment, ChannelKey)>);

impl Agenda {
    /// The channel is on the agenda for `due` and wants to be looked at when `deadline` comes. Says for when it is
    /// on the agenda from now on.
    pub(super) fn plan(
        &mut self,
        channel: &ChannelKey,
        due: Option<Moment>,
        deadline: Option<Moment>,
    ) -> Option<Moment> {
        let Some(deadline) = deadline else { return due };
        if due.is_some_and(|due| due <= deadline) {
            return due;
        }
        self.cancel(channel, due);
        self.0.insert((deadline, channel.clone()));
        Some(deadline)
    }

    /// The channel, on the agenda for `due`, need not be looked at.
    pub(super) fn cancel(&mut self, channel: &ChannelKey, due: Option<Moment>) {
        if let Some(due) = due {
            self.0.remove(&(due, channel.clone()));
        }
    }

    /// The next channel whose time has come; it is on the agenda no longer.
    pub(super) fn pop(&mut self, now: Moment) -> Option<ChannelKey> {
        let (due, _) = self.0.first()?;
        if *due > now {
            return None;
        }
        self.0.pop_first().map(|(_, channel)| channel)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::channel;

    #[test]
    fn a_channel_is_on_the_agenda_once_for_the_earliest_of_its_deadlines() {
        let (mut agenda, key) = (Agenda::default(), channel("a"));
        let at = |millis| Some(Moment::from_millis(millis));
        let due = agenda.plan(&key, None, at(30));
        assert_eq!(due, at(30));
        assert_eq!(agenda.plan(&key, due, at(40)), at(30), "later: the queue is left alone");
        assert_eq!(agenda.plan(&key, due, at(20)), at(20));
        assert_eq!(agenda.len(), 1);
        assert_eq!(agenda.pop(Moment::from_millis(19)), None);
        assert_eq!(agenda.pop(Moment::from_millis(20)), Some(key));
        assert_eq!(agenda.pop(Moment::from_millis(99)), None);
    }

    #[test]
    fn a_cancelled_channel_does_not_come_up() {
        let (mut agenda, key) = (Agenda::default(), channel("a"));
        let due = agenda.plan(&key, None, Some(Moment::ZERO));
        agenda.cancel(&key, due);
        assert_eq!(agenda.pop(Moment::from_millis(1)), None);
    }
}
