//! One deadline for each connection, in a wheel.
//!
//! Setting a deadline is a push into a slot. A deadline that moves leaves its old entry behind: when the slot comes
//! round, the owner is asked what it wants now, and an entry too early is put back. So moving a deadline later, which
//! is what nearly always happens, costs nothing at all.

use std::time::Duration;

use vestibule_model::Moment;

use super::connection::ConnectionId;

/// How exact deadlines are: up to one tick late, never early.
pub const TICK: Duration = Duration::from_millis(50);

/// Slots of the wheel: it turns once in 51.2 seconds, and a deadline further away is looked at once a turn.
const SLOTS: usize = 1024;

/// The deadlines of one worker's connections.
pub struct Wheel {
    slots: Box<[Vec<ConnectionId>]>,
    /// The last tick that has been served.
    now: u64,
}

impl Wheel {
    /// A wheel that begins to turn at `start`.
    pub fn new(start: Moment) -> Self {
        Self { slots: (0..SLOTS).map(|_| Vec::new()).collect(), now: tick_before(start) }
    }

    /// Looks at `who` when `deadline` has come, or earlier if that is further away than one turn. Returns when.
    pub fn set(&mut self, who: ConnectionId, deadline: Moment) -> Moment {
        let due = tick_after(deadline).clamp(self.now + 1, self.now + SLOTS as u64 - 1);
        self.slots[slot(due)].push(who);
        Moment::from_millis(due * TICK.as_millis() as u64)
    }

    /// Takes everyone who is to be looked at by now.
    pub fn turn(&mut self, now: Moment, due: &mut Vec<ConnectionId>) {
        let until = tick_before(now);
        // After a long pause every slot is due once, not once for each turn that was missed.
        let from = self.now.max(until.saturating_sub(SLOTS as u64));
        for tick in from + 1..=until {
            due.append(&mut self.slots[slot(tick)]);
        }
        self.now = self.now.max(until);
    }
}

fn slot(tick: u64) -> usize {
    (tick % SLOTS as u64) as usize
}

fn tick_before(moment: Moment) -> u64 {
    moment.as_millis() / TICK.as_millis() as u64
}

fn tick_after(moment: Moment) -> u64 {
    moment.as_millis().div_ceil(TICK.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    fn turned(wheel: &mut Wheel, millis: u64) -> Vec<ConnectionId> {
        let mut due = Vec::new();
        wheel.turn(at(millis), &mut due);
        due
    }

    #[test]
    fn a_deadline_is_served_within_a_tick_and_never_early() {
        let mut wheel = Wheel::new(at(1_000));
        let who = ConnectionId::for_test(7);
        wheel.set(who, at(1_230));
        assert_eq!(turned(&mut wheel, 1_229), []);
        assert_eq!(turned(&mut wheel, 1_250), [who]);
        assert_eq!(turned(&mut wheel, 9_000), []);
    }

    #[test]
    fn a_deadline_that_has_passed_is_served_at_the_next_tick() {
        let mut wheel = Wheel::new(at(1_000));
        let who = ConnectionId::for_test(7);
        wheel.set(who, at(3));
        assert_eq!(turned(&mut wheel, 1_050), [who]);
    }

    #[test]
    fn a_deadline_beyond_a_turn_is_looked_at_within_the_turn() {
        let mut wheel = Wheel::new(at(0));
        let who = ConnectionId::for_test(7);
        wheel.set(who, at(3_600_000));
        assert_eq!(turned(&mut wheel, 51_100), []);
        assert_eq!(turned(&mut wheel, 51_150), [who]);
    }

    #[test]
    fn after_a_long_pause_everyone_is_served_once() {
        let mut wheel = Wheel::new(at(0));
        let (early, late) = (ConnectionId::for_test(1), ConnectionId::for_test(2));
        wheel.set(late, at(40_000));
        wheel.set(early, at(100));
        let mut due = turned(&mut wheel, 10_000_000);
        due.sort();
        assert_eq!(due, [early, late]);
    }
}
