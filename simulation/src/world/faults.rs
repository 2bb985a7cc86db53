//! What goes wrong.

use std::time::Duration;

use vestibule::worker::Mail;
use vestibule_model::Moment;

use super::World;
use crate::Checked;

impl World {
    pub(super) fn something_goes_wrong(&mut self) -> Checked {
        match self.dice.pick(10) {
            0..=2 => self.a_wire_is_cut(),
            3 => self.a_wire_dies(),
            4..=5 => self.a_client_stops_reading(),
            6 => self.the_inboxes_are_full(),
            7 => self.the_process_stands_still(),
            8 => {
                let millis = u64::from(self.dice.once_in(3)) * 40_000 + 1_000 + self.dice.number() % 8_000;
                self.say(&|| format!("{millis} quiet milliseconds"));
                return self.quiet_time(millis);
            }
            _ => self.a_worker_drains(),
        }
        Ok(())
    }

    fn a_wire_is_cut(&mut self) {
        let index = self.dice.pick(self.clients.len());
        if let Some(wire) = self.clients[index].wire() {
            wire.cut();
            self.tally.cuts += 1;
            self.say(&|| format!("the wire of client {index} is cut"));
        }
    }

    fn a_wire_dies(&mut self) {
        let index = self.dice.pick(self.clients.len());
        if let Some(wire) = self.clients[index].wire() {
            wire.die();
            self.tally.cuts += 1;
            self.say(&|| format!("the wire of client {index} dies"));
        }
    }

    fn a_client_stops_reading(&mut self) {
        let index = self.dice.pick(self.clients.len());
        self.clients[index].stalled = self.now.moment + self.dice.millis(100, 4_000);
    }

    /// For a short while the broker takes nothing.
    fn the_inboxes_are_full(&mut self) {
        self.house.observer.set_full(true);
        self.full_until = self.now.moment + self.dice.millis(10, 300);
    }

    /// Nobody notices time, and then a lot of it has passed.
    fn the_process_stands_still(&mut self) {
        let most = if self.dice.once_in(4) { 60_000 } else { 3_000 };
        let time = self.dice.millis(500, most);
        self.say(&|| format!("{} milliseconds go by unnoticed", time.as_millis()));
        self.pass(time);
    }

    /// Once in a world, one of the workers sends everyone elsewhere.
    fn a_worker_drains(&mut self) {
        if self.draining.is_none() {
            let worker = self.dice.pick(self.house.workers.len());
            self.draining = Some(worker);
            self.house.inboxes.all()[worker].send(Mail::Drain { batch: 1 + self.dice.pick(2) });
            self.say(&|| format!("worker {worker} drains"));
        }
    }

    /// From now on nothing goes wrong any more.
    pub(super) fn make_peace(&mut self) -> Checked {
        self.peaceful = true;
        self.house.observer.set_thief(None);
        for client in &mut self.clients {
            client.stalled = Moment::ZERO;
            if let Some(wire) = client.wire() {
                wire.calm();
            }
        }
        self.say(&|| "peace".into());
        self.pass(Duration::from_millis(300));
        self.settle()
    }
}
