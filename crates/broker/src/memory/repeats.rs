//! The idempotency keys of a channel: what the first publish with each of them was answered.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use foldhash::fast::RandomState;
use vestibule_model::{IDEMPOTENCY_WINDOW, Moment, Position};

use super::limits::Budget;

/// What a remembered key costs beside its letters: an entry in the map, one in the queue, the shared key's head.
const OVERHEAD: usize = 184;

/// The bytes that a remembered key is counted as.
pub(super) const fn cost(key: &str) -> usize {
    key.len() + OVERHEAD
}

/// All keys live equally long, so they expire in the order in which they came.
#[derive(Default)]
pub(super) struct Repeats {
    answers: HashMap<Arc<str>, Answer, RandomState>,
    order: VecDeque<(Moment, Arc<str>)>,
}

struct Answer {
    position: Option<Position>,
    forgotten: Moment,
}

impl Repeats {
    /// The position that the first publish with this key got (`None` without history), if the key is remembered.
    pub(super) fn find(&self, key: &str, now: Moment) -> Option<Option<Position>> {
        let answer = self.answers.get(key).filter(|answer| now < answer.forgotten)?;
        Some(answer.position.clone())
    }

    /// Remembers the answer; the caller has reserved its [`cost`].
    pub(super) fn remember(&mut self, key: &str, position: Option<Position>, now: Moment) {
        let (key, forgotten) = (Arc::<str>::from(key), now + IDEMPOTENCY_WINDOW);
        self.order.push_back((forgotten, key.clone()));
        self.answers.insert(key, Answer { position, forgotten });
    }

    /// Drops what has expired, and says how many keys that were.
    pub(super) fn expire(&mut self, now: Moment, budget: &Budget) -> usize {
        let mut dropped = 0;
        while let Some((_, key)) = self.order.pop_front_if(|(forgotten, _)| *forgotten <= now) {
            budget.release(cost(&key));
            dropped += 1;
            // Workers read their clocks apart, so a key may have been remembered anew while its old entry waited
            // behind one that expires a little later.
            if self.answers.get(&key).is_some_and(|answer| answer.forgotten <= now) {
                self.answers.remove(&key);
            }
        }
        dropped
    }

    /// When the next key expires; `None` when there is none.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.order.front().map(|(forgotten, _)| *forgotten)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_waits_behind_a_later_one_is_forgotten_in_time() {
        let mut repeats = Repeats::default();
        repeats.remember("slow", None, Moment::from_millis(5));
        repeats.remember("fast", None, Moment::ZERO);
        let now = Moment::ZERO + IDEMPOTENCY_WINDOW;
        assert_eq!((repeats.find("slow", now), repeats.find("fast", now)), (Some(None), None));
    }

    #[test]
    fn a_key_that_came_back_while_its_old_entry_waited_is_not_lost_with_it() {
        let budget = Budget::new(usize::MAX);
        let at = Moment::from_millis;
        let window = Moment::ZERO + IDEMPOTENCY_WINDOW;
        let mut repeats = Repeats::default();
        for (key, when) in [("slow", at(5)), ("fast", at(0)), ("fast", window)] {
            budget.reserve(cost(key)).unwrap().keep();
            repeats.remember(key, None, when);
        }
        assert_eq!(repeats.expire(at(5) + IDEMPOTENCY_WINDOW, &budget), 2);
        assert_eq!(repeats.find("slow", window), None);
        assert_eq!(repeats.find("fast", window), Some(None));
        assert_eq!(repeats.expire(window + IDEMPOTENCY_WINDOW, &budget), 1);
        assert_eq!(repeats.deadline(), None);
        assert!(budget.reserve(usize::MAX).is_ok(), "everything was given back");
    }
}
