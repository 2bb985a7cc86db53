//! What has to be true when it is over.

use std::collections::BTreeSet;

use vestibule_broker::{Broker, WorkerId};
use vestibule_model::{Publication, PublishOptions};

use super::{CHANNELS, World};
use crate::house::{OBSERVER, at_once, channel, forgetting, strange_channel};
use crate::{Checked, insist};

/// Everyone has to catch up within so many steps of a quarter of a second: that is enough for the slowest to notice
/// that their connection is dead, to come back, and to be refused a seat a few times.
const PATIENCE: usize = 160;

/// After so many milliseconds the house has noticed every dead wire: by a ping, the time to answer it, and
/// the time for a goodbye.
const TIME_TO_NOTICE: u64 = 15_000;

impl World {
    /// Every client comes to the top of every stream that it follows, and presence is who is really there.
    pub(super) fn catch_up(&mut self) -> Checked {
        let slow = self.slow_closes();
        for _ in 0..PATIENCE {
            if self.all_is_well() {
                insist!(self.slow_closes() == slow, "in spite of peace somebody was closed as slow");
                return self.check_presence();
            }
            self.quiet_time(250)?;
        }
        let behind: Vec<usize> =
            (0..self.clients.len()).filter(|index| !self.with_caught_up(*index)).collect();
        let described: Vec<String> = behind.iter().map(|index| self.clients[*index].describe()).collect();
        insist!(false, "in spite of peace these have not caught up: {described:#?}");
        Ok(())
    }

    fn all_is_well(&mut self) -> bool {
        let connections: usize = self.house.workers.iter().map(|desk| desk.connections()).sum();
        connections == self.clients.len() && (0..self.clients.len()).all(|index| self.with_caught_up(index))
    }

    fn slow_closes(&self) -> usize {
        [3008, 3009].iter().filter_map(|code| self.tally.closes.get(code)).sum()
    }

    fn with_caught_up(&mut self, index: usize) -> bool {
        self.with(index, |client, scene| client.has_caught_up(scene))
    }

    fn check_presence(&mut self) -> Checked {
        for name in CHANNELS {
            let present = at_once(self.house.broker().presence(&channel(name), self.now)).expect("a broker");
            let present: BTreeSet<String> = present.iter().map(|info| info.client.to_string()).collect();
            let real = self.clients.iter().filter(|client| client.stands_in().any(|stands| stands == name));
            let real: BTreeSet<String> =
                real.filter_map(|client| client.name()).map(ToString::to_string).collect();
            insist!(present == real, "{present:?} are said to be in {name}, but {real:?} are");
        }
        Ok(())
    }

    /// Everyone leaves, and nothing is left of anyone.
    pub(super) fn part(&mut self) -> Checked {
        for client in &mut self.clients {
            client.leave(self.dice.once_in(2));
        }
        self.quiet_time(TIME_TO_NOTICE)?;
        let users: Vec<String> = self.clients.iter().map(|client| client.user.clone()).collect();
        self.house.check_empty(&users, self.now)?;
        self.check_presence()
    }

    /// When everything has expired, the broker remembers nothing: no worker is still subscribed to anything.
    pub(super) fn forget(&mut self) -> Checked {
        for name in CHANNELS {
            let (own, strange) = (channel(name), strange_channel(name));
            let broker = self.house.broker();
            at_once(broker.unsubscribe(OBSERVER, &own)).expect("an embedded broker");
            for worker in 0..self.house.workers.len() {
                let worker = WorkerId(u8::try_from(worker).expect("few workers"));
                at_once(broker.unsubscribe(worker, &strange)).expect("an embedded broker");
            }
            for info in at_once(broker.presence(&strange, self.now)).expect("an embedded broker") {
                at_once(broker.leave(&strange, info.client)).expect("an embedded broker");
            }
            let (publication, options) = (Publication::default(), PublishOptions::default());
            at_once(broker.publish(&own, publication, &options, self.now)).expect("an embedded broker");
            for (worker, desk) in self.house.workers.iter_mut().enumerate() {
                insist!(!desk.read_mail(1, self.now), "worker {worker} is still subscribed to {name}");
            }
        }
        self.pass(forgetting(&self.house.retention));
        self.house.broker().sweep(self.now);
        let usage = self.house.steward.broker().usage();
        insist!(usage.channels == 0, "of {} channels something is left: {usage:?}", usage.channels);
        insist!(usage.history_bytes == 0, "history is left: {usage:?}");
        Ok(())
    }
}
