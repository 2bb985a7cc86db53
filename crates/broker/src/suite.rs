//! The behaviour that every broker has, run by each of them.
//!
//! A broker brings a [`Harness`]: itself, the recording [`Inboxes`] as its courier, and a clock. Then
//! [`broker_suite!`](crate::broker_suite) makes one test of every behaviour, or of the groups that the broker has:
//!
//! - [`delivery`]: who gets what, in which order;
//! - [`overload`]: what is refused is refused whole;
//! - [`history`]: offsets, epochs, and what can be read;
//! - [`retention`]: what expires, and when;
//! - [`repetition`]: idempotency keys;
//! - [`versions`]: publications that come too late;
//! - [`presence`]: who is there.
//!
//! The behaviours are generic and asynchronous; the broker's own tests say what runs them ([`at_once`], or a runtime).

#![allow(missing_docs, reason = "the names of the behaviours are sentences")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

pub mod delivery;
mod harness;
pub mod history;
pub mod overload;
pub mod presence;
pub mod repetition;
pub mod retention;
mod steps;
pub mod versions;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

pub use harness::{Harness, Inboxes};
pub use steps::*;

/// Runs a behaviour of a broker whose futures are all ready when they are first polled, and fails if one is not.
#[track_caller]
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future was not ready at once"),
    }
}

/// Makes a test of every behaviour.
///
/// `run` is a function that drives a future to its end, `open` one that makes a fresh [`Harness`], where nothing has
/// happened in any channel. `groups` chooses among the modules of the suite; without it, all of them.
///
/// ```ignore
/// broker_suite!(run: at_once, open: Embedded::open);
/// broker_suite!(run: on_tokio, open: open_nats, groups: delivery overload);
/// ```
#[macro_export]
macro_rules! broker_suite {
    (run: $run:path, open: $open:path $(,)?) => {
        $crate::broker_suite! {
            run: $run, open: $open, groups: delivery overload history retention repetition versions presence
        }
    };
    (run: $run:path, open: $open:path, groups: $($group:ident)+) => {
        $($crate::broker_suite! { @$group $run, $open })+
    };
    (@delivery $run:path, $open:path) => {
        $crate::broker_suite! { @tests delivery $run, $open:
            a_publication_reaches_every_subscribed_worker_and_no_other
            a_publication_arrives_as_it_was_published
            a_channel_without_subscribers_takes_a_publication
            all_workers_get_publications_and_announcements_in_the_order_of_the_calls
            subscribing_twice_is_the_same_as_once
            an_unsubscribed_worker_gets_nothing_more
            unsubscribing_from_an_unknown_channel_does_nothing
            one_name_in_two_organisations_is_two_channels
            a_publication_without_history_has_no_position
            joins_and_leaves_are_delivered_and_not_kept
        }
    };
    (@overload $run:path, $open:path) => {
        $crate::broker_suite! { @tests overload $run, $open:
            a_publication_is_refused_whole_when_one_worker_has_no_room
            a_refused_publication_can_be_tried_again_with_its_key_and_version
            a_publication_without_history_is_refused_likewise
            an_announcement_is_refused_likewise
            a_full_worker_does_not_hinder_channels_that_it_is_not_subscribed_to
            a_repetition_is_answered_even_when_a_worker_has_no_room
        }
    };
    (@history $run:path, $open:path) => {
        $crate::broker_suite! { @tests history $run, $open:
            offsets_start_at_one_and_rise_by_one
            a_delivery_carries_the_position_that_the_publisher_was_told
            an_untouched_channel_stands_at_offset_zero_of_an_epoch_that_stays
            an_epoch_is_eight_letters_and_each_channel_has_its_own
            asking_for_the_position_reads_no_publications
            reading_starts_with_the_oldest_and_stops_at_the_limit
            reading_in_reverse_starts_with_the_newest
            reading_since_an_offset_starts_after_it
            reading_in_reverse_since_an_offset_starts_before_it
            reading_in_reverse_since_an_offset_whose_predecessor_is_gone_finds_nothing
            an_offset_before_the_oldest_kept_starts_with_the_oldest_kept
            an_offset_at_or_above_the_top_finds_nothing
            an_empty_epoch_is_not_compared
            another_epoch_cannot_be_recovered_from
            the_oldest_publication_goes_when_the_size_is_reached
            a_smaller_size_cuts_what_is_kept
            a_publication_without_history_takes_no_offset
            removing_the_history_keeps_offset_and_epoch
            what_is_read_is_what_was_published
        }
    };
    (@retention $run:path, $open:path) => {
        $crate::broker_suite! { @tests retention $run, $open:
            all_publications_live_until_the_ttl_after_the_last
            the_position_outlives_the_publications
            the_position_ends_when_the_meta_ttl_has_passed_since_the_last_access
            reading_keeps_the_position_alive
            publishing_keeps_the_position_alive
            subscribers_stay_when_the_position_ends
            the_version_ends_with_the_position
        }
    };
    (@repetition $run:path, $open:path) => {
        $crate::broker_suite! { @tests repetition $run, $open:
            a_repeated_key_is_answered_with_the_first_position_and_delivered_once
            a_repeated_key_without_history_is_delivered_once
            a_key_is_forgotten_after_its_window
            a_key_belongs_to_one_channel
            another_key_is_another_publication
            a_key_is_remembered_when_the_history_is_removed
        }
    };
    (@versions $run:path, $open:path) => {
        $crate::broker_suite! { @tests versions $run, $open:
            an_equal_or_lower_version_is_suppressed_and_answered_with_the_top
            a_higher_version_is_accepted
            another_version_epoch_starts_anew
            without_a_version_epoch_the_number_alone_decides
            a_publication_without_a_version_leaves_the_version_as_it_is
            without_history_a_version_suppresses_nothing
            a_suppressed_publication_does_not_use_up_its_key
        }
    };
    (@presence $run:path, $open:path) => {
        $crate::broker_suite! { @tests presence $run, $open:
            nobody_is_present_in_an_untouched_channel
            those_who_entered_and_did_not_leave_are_present
            entering_again_counts_once_and_renews_what_is_known
            a_user_with_two_connections_counts_once
            a_user_counts_until_the_last_connection_left
            the_leave_of_someone_unknown_does_nothing
            presence_is_kept_apart_by_channel_and_organisation
            a_client_that_enters_again_in_time_stays_present
        }
    };
    (@tests $group:ident $run:path, $open:path: $($behaviour:ident)+) => {
        mod $group {
            use super::*;

            $(#[test]
            fn $behaviour() {
                $run($crate::suite::$group::$behaviour($open()));
            })+
        }
    };
}

#[cfg(test)]
mod tests {
    /// A behaviour that the macro does not list would compile and never run.
    #[test]
    fn every_behaviour_is_listed_once_in_its_group() {
        let groups = [
            ("delivery", include_str!("suite/delivery.rs")),
            ("overload", include_str!("suite/overload.rs")),
            ("history", include_str!("suite/history.rs")),
            ("retention", include_str!("suite/retention.rs")),
            ("repetition", include_str!("suite/repetition.rs")),
            ("versions", include_str!("suite/versions.rs")),
            ("presence", include_str!("suite/presence.rs")),
        ];
        for (group, source) in groups {
            let head = format!("@tests {group} $run, $open:");
            let (_, rest) = include_str!("suite.rs").split_once(&head).expect("the macro has the group");
            let (list, _) = rest.split_once('}').expect("the list ends");
            let behaviours =
                source.split("\npub async fn ").skip(1).map(|rest| rest.split('<').next().unwrap());
            assert_eq!(
                list.split_whitespace().collect::<Vec<_>>(),
                behaviours.collect::<Vec<_>>(),
                "{group}"
            );
        }
    }
}
