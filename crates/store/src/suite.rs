//! The behaviour that every store has, run by each of them.
//!
//! A store brings a way to make an empty one of itself. Then [`store_suite!`](crate::store_suite) makes one test of
//! every behaviour:
//!
//! - [`revocations`]: what is revoked, until when, and who said so;
//! - [`used_tokens`]: once means once.

#![allow(missing_docs, reason = "the names of the behaviours are sentences")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

pub mod revocations;
pub mod used_tokens;

/// Makes a test of every behaviour.
///
/// `run` is a function that drives a future to its end, `open` an asynchronous one that makes an empty store; what it
/// gives derefs to a [`Store`](crate::Store).
///
/// ```ignore
/// store_suite!(run: on_tokio, open: InMemory::open);
/// ```
#[macro_export]
macro_rules! store_suite {
    (run: $run:path, open: $open:path $(,)?) => {
        $crate::store_suite! { @tests revocations $run, $open:
            what_was_added_is_listed_as_it_was_said
            every_kind_of_revocation_is_kept
            revoking_the_same_again_keeps_the_id_and_replaces_the_rest
            another_time_of_issue_is_another_revocation
            a_list_goes_on_after_the_last_of_its_page
            a_list_holds_only_what_is_the_organisations
            a_revocation_holds_through_its_last_second_and_is_not_listed_after_it
            sweeping_forgets_what_has_ended_and_nothing_else
            one_that_is_removed_is_given_back_and_is_gone
            nobody_removes_what_belongs_to_another_organisation
            a_block_is_lifted_by_whom_it_blocks
            an_id_is_never_used_again
            texts_are_kept_to_the_byte
        }
        $crate::store_suite! { @tests used_tokens $run, $open:
            the_first_use_of_a_token_is_good_and_no_other
            a_token_of_another_realm_is_another_token
            of_many_uses_at_once_exactly_one_is_good
            sweeping_forgets_tokens_whose_end_has_passed
            the_store_answers_a_ping
        }
    };
    (@tests $group:ident $run:path, $open:path: $($behaviour:ident)+) => {
        mod $group {
            use super::*;

            $(#[test]
            fn $behaviour() {
                $run(async {
                    let store = $open().await;
                    $crate::suite::$group::$behaviour(&*store).await;
                });
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
            ("revocations", include_str!("suite/revocations.rs")),
            ("used_tokens", include_str!("suite/used_tokens.rs")),
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
