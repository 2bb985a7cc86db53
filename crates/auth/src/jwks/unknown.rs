//! Names of keys that the provider did not know when it was asked, so that nobody asks again at once.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use vestibule_model::Moment;

/// The most names that are kept; the oldest goes first.
pub const MAX_UNKNOWN: usize = 1_000;

/// How long a name is taken to be unknown without another look. Until then it can still become known by any fetch.
const REMEMBERED: Duration = Duration::from_secs(60);

/// Names that nobody knew, with the time when that was found out.
#[derive(Default)]
pub(super) struct UnknownKids {
    /// In the order in which they were found unknown, so that the oldest is in front.
    order: VecDeque<(Arc<str>, Moment)>,
    since: HashMap<Arc<str>, Moment>,
}

impl UnknownKids {
    /// The provider does not know that name.
    pub(super) fn add(&mut self, kid: &str, now: Moment) {
        self.forget_old(now);
        let kid: Arc<str> = kid.into();
        if self.since.contains_key(&kid) {
            return;
        }
        if self.order.len() == MAX_UNKNOWN {
            self.forget_oldest();
        }
        self.since.insert(Arc::clone(&kid), now);
        self.order.push_back((kid, now));
    }

    /// Whether the provider lately did not know it.
    pub(super) fn contains(&self, kid: &str, now: Moment) -> bool {
        self.since.get(kid).is_some_and(|since| now.since(*since) < REMEMBERED)
    }

    fn forget_old(&mut self, now: Moment) {
        while self.order.front().is_some_and(|(_, since)| now.since(*since) >= REMEMBERED) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((kid, _)) = self.order.pop_front() {
            self.since.remove(&kid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::ZERO;

    #[test]
    fn a_name_is_remembered_for_a_while() {
        let mut unknown = UnknownKids::default();
        unknown.add("a", START);
        assert!(unknown.contains("a", START + (REMEMBERED - Duration::from_millis(1))));
        assert!(!unknown.contains("a", START + REMEMBERED) && !unknown.contains("b", START));
    }

    #[test]
    fn a_name_that_is_found_unknown_again_later_is_remembered_anew() {
        let mut unknown = UnknownKids::default();
        unknown.add("a", START);
        unknown.add("a", START + REMEMBERED);
        assert!(unknown.contains("a", START + REMEMBERED + Duration::from_secs(30)));
        assert_eq!(unknown.order.len(), 1);
    }

    #[test]
    fn there_is_room_for_so_many_and_the_oldest_goes_first() {
        let mut unknown = UnknownKids::default();
        for number in 0..=MAX_UNKNOWN {
            unknown.add(&number.to_string(), START);
        }
        assert_eq!((unknown.order.len(), unknown.since.len()), (MAX_UNKNOWN, MAX_UNKNOWN));
        assert!(!unknown.contains("0", START) && unknown.contains("1", START));
    }
}
