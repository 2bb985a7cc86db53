//! The behaviour that every door has, whatever its protocol: run by each of them, over the contract alone.
//!
//! - [`witness`]: the law, checked on every output of a session;
//! - [`driver`]: a session with its house, under that witness;
//! - [`dice`]: where chance comes from: a seed, or the bytes of a fuzzer;
//! - [`walk`]: random inputs and plausible answers, for as long as the dice last;
//! - [`behaviours`]: one function for each behaviour.
//!
//! A door describes itself as a [`DoorUnderTest`] and writes `door_suite!(MyDoor)` in its tests.

pub mod behaviours;
pub mod dice;
pub mod driver;
pub mod walk;
pub mod witness;

use std::time::Duration;

use vestibule_model::{Identity, Moment, Now};

use crate::contract::{Outputs, Session};

pub use dice::Dice;
pub use driver::Driver;

/// What the suite has to know of a door.
pub trait DoorUnderTest {
    /// Its sessions.
    type Session: Session;

    /// Opens a connection.
    fn open(&self, now: Now, outputs: &mut Outputs) -> Self::Session;

    /// A first message that makes a session ask who its peer is.
    fn first_message(&self) -> Vec<u8>;

    /// Messages that make sense afterwards: the more effects they cause, the better. A token for a channel is the
    /// channel's name.
    fn later_messages(&self) -> Vec<Vec<u8>>;

    /// What a message of the session demands that the peer says, where the protocol has such messages.
    fn pong_to(&self, message: &[u8]) -> Option<Vec<u8>>;

    /// A peer that would be welcome.
    fn identity(&self) -> Identity;

    /// Names of channels, as orders of the house would use them.
    fn channels(&self) -> Vec<&'static str>;

    /// After this time, a connection that has not said who it is has ended.
    fn stale_after(&self) -> Duration;

    /// Whether a peer that is closed with this code comes back.
    fn reconnects(&self, code: u16) -> bool;
}

/// When every test begins: some time after the process and the calendar did.
pub const START: Now = Now::new(Moment::from_millis(1_000_000), 1_700_000_000_000);

/// Makes one test of each behaviour for a door.
#[macro_export]
macro_rules! door_suite {
    ($door:expr) => {
        $crate::door_suite! { @each $door;
            a_session_opens_with_a_wish_to_be_woken
            a_silent_peer_is_closed_when_it_is_stale
            a_peer_whose_token_is_never_answered_is_closed_when_it_is_stale
            bytes_before_authentication_cause_no_other_effect
            random_bytes_end_in_silence_or_a_close
            while_a_session_takes_no_messages_it_waits_for_an_answer
            an_outcome_under_an_unknown_ticket_is_ignored
            an_early_deadline_changes_nothing
            drain_closes_with_a_code_that_brings_the_peer_back
            an_ordered_disconnect_closes_with_its_own_code
            the_house_ends_a_connection_with_the_doors_own_code
            random_walks_keep_the_law
        }
    };
    (@each $door:expr; $($behaviour:ident)*) => {
        $(
            #[test]
            fn $behaviour() {
                $crate::suite::behaviours::$behaviour(&$door);
            }
        )*
    };
}
