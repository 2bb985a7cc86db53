//! Until when something holds.

use std::time::Duration;

use vestibule_model::UnixSeconds;

use super::reply::Refusal;

/// The last second of the year 9999: what has no end, or one after this.
pub const FOR_EVER: UnixSeconds = UnixSeconds(253_402_300_799);

/// The end as a caller gives it: at a time, after a time, or not at all.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    pub until: Option<i64>,
    pub ttl: Option<u64>,
}

impl Term {
    /// The end that is meant. `usual`: after so long when nothing is said; `None`: never.
    pub fn end(self, now: UnixSeconds, usual: Option<Duration>) -> Result<UnixSeconds, Refusal> {
        let after = |seconds: u64| UnixSeconds(now.0.saturating_add_unsigned(seconds));
        let end = match (self.until, self.ttl) {
            (Some(_), Some(_)) => return Err(Refusal::bad_request("say either until or ttl, not both")),
            (Some(until), None) => UnixSeconds(until),
            (None, Some(ttl)) => after(ttl),
            (None, None) => usual.map_or(FOR_EVER, |usual| after(usual.as_secs())),
        };
        if end <= now {
            return Err(Refusal::bad_request("the end has to be in the future"));
        }
        Ok(end.min(FOR_EVER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_000);

    fn end(until: Option<i64>, ttl: Option<u64>, usual: Option<u64>) -> Option<i64> {
        Term { until, ttl }.end(NOW, usual.map(Duration::from_secs)).ok().map(|end| end.0)
    }

    #[test]
    fn an_end_is_a_time_or_a_time_from_now_and_in_the_future() {
        assert_eq!(end(Some(1_001), None, None), Some(1_001));
        assert_eq!(end(None, Some(60), Some(5)), Some(1_060));
        assert_eq!(end(None, None, Some(5)), Some(1_005));
        for (until, ttl) in [(Some(1_000), None), (None, Some(0)), (Some(-1), None), (Some(2_000), Some(5))] {
            assert_eq!(end(until, ttl, None), None, "{until:?} {ttl:?}");
        }
    }

    #[test]
    fn what_has_no_end_ends_with_the_year_9999() {
        for (until, ttl) in [(None, None), (Some(i64::MAX), None), (None, Some(u64::MAX))] {
            assert_eq!(end(until, ttl, None), Some(FOR_EVER.0));
        }
    }
}
