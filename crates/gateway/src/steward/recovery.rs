//! What a client has missed, and whether the stream still has all of it.

use std::sync::Arc;

use vestibule_doors::contract::{Recover, Recovery, RecoveryMode};
use vestibule_model::{HistoryPage, HistoryQuery, Position, Publication};

/// Which part of the stream tells what was missed.
pub(super) fn query(wish: &Recover) -> HistoryQuery {
    match wish.mode {
        RecoveryMode::Stream => {
            HistoryQuery { since: Some(wish.since.clone()), limit: Some(wish.limit), reverse: false }
        }
        RecoveryMode::Cache => HistoryQuery { since: None, limit: Some(1), reverse: true },
    }
}

/// What becomes of the wish, given that part of the stream. Its epoch is the one that the client knows, or the
/// client named none.
pub(super) fn recover(wish: &Recover, page: HistoryPage) -> Recovery {
    match wish.mode {
        RecoveryMode::Stream => stream(&wish.since, page),
        RecoveryMode::Cache => cache(&wish.since, page),
    }
}

/// All or nothing: from the publication after the client's last one to the newest, without a gap.
fn stream(since: &Position, page: HistoryPage) -> Recovery {
    let recovered = match (page.publications.first(), page.publications.last()) {
        (Some(first), Some(last)) => offset(first) == since.offset + 1 && offset(last) == page.top.offset,
        _ => since.offset == page.top.offset,
    };
    answer(recovered, page.publications)
}

/// The newest publication is all that a client needs.
fn cache(since: &Position, page: HistoryPage) -> Recovery {
    let has_it = since.offset > 0 && *since == page.top;
    if has_it {
        return answer(true, Vec::new());
    }
    let is_newest = page.publications.first().is_some_and(|newest| offset(newest) == page.top.offset);
    answer(is_newest, page.publications)
}

fn answer(recovered: bool, publications: Vec<Arc<Publication>>) -> Recovery {
    Recovery { recovered, publications: if recovered { publications } else { Vec::new() } }
}

fn offset(publication: &Publication) -> u64 {
    publication.position.as_ref().map_or(0, |position| position.offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_model::Epoch;

    fn at(offset: u64) -> Position {
        Position { offset, epoch: Epoch::new("epoch") }
    }

    fn page(offsets: &[u64], top: u64) -> HistoryPage {
        let publication =
            |offset: &u64| Arc::new(Publication { position: Some(at(*offset)), ..Default::default() });
        HistoryPage { publications: offsets.iter().map(publication).collect(), top: at(top) }
    }

    fn wish(mode: RecoveryMode, offset: u64) -> Recover {
        Recover { since: at(offset), mode, limit: 300, strict: false }
    }

    #[track_caller]
    fn check(mode: RecoveryMode, since: u64, page: HistoryPage, recovered: bool, count: usize) {
        let recovery = recover(&wish(mode, since), page);
        assert_eq!((recovery.recovered, recovery.publications.len()), (recovered, count));
    }

    #[test]
    fn everything_since_the_position_is_recovered() {
        check(RecoveryMode::Stream, 3, page(&[4, 5], 5), true, 2);
    }

    #[test]
    fn a_client_that_missed_nothing_has_recovered() {
        check(RecoveryMode::Stream, 5, page(&[], 5), true, 0);
        check(RecoveryMode::Stream, 0, page(&[], 0), true, 0);
    }

    #[test]
    fn a_gap_at_either_end_recovers_nothing() {
        check(RecoveryMode::Stream, 2, page(&[4, 5], 5), false, 0);
        check(RecoveryMode::Stream, 3, page(&[4, 5], 6), false, 0);
        check(RecoveryMode::Stream, 3, page(&[], 5), false, 0);
    }

    #[test]
    fn a_client_ahead_of_the_stream_has_not_recovered() {
        check(RecoveryMode::Stream, 9, page(&[], 5), false, 0);
    }

    #[test]
    fn a_cache_gives_the_newest_publication_whatever_was_missed() {
        check(RecoveryMode::Cache, 1, page(&[5], 5), true, 1);
        check(RecoveryMode::Cache, 0, page(&[5], 5), true, 1);
    }

    #[test]
    fn a_cache_gives_nothing_to_a_client_that_has_the_newest() {
        check(RecoveryMode::Cache, 5, page(&[5], 5), true, 0);
    }

    #[test]
    fn a_cache_without_its_newest_publication_recovers_nothing() {
        check(RecoveryMode::Cache, 4, page(&[], 5), false, 0);
        check(RecoveryMode::Cache, 0, page(&[], 0), false, 0);
    }
}
