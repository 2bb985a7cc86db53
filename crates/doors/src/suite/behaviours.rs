//! One function for each behaviour; each panics when the door does not have it.

use std::time::Duration;

use vestibule_model::{Close, Profile};

use super::walk::walk;
use super::witness::Asked;
use super::{Dice, DoorUnderTest, Driver};
use crate::contract::{Ending, Input, Notice, Order, Outcome, Output, Refusal, Refused, Session, Ticket};

/// So many seeds for each behaviour that depends on chance.
const SEEDS: u64 = 300;

/// A token that is not good.
const INVALID: Refused = Refused { refusal: Refusal::Invalid, profile: Profile::Centrifugo };

/// A session opens with a wish to be woken, and with nothing else.
pub fn a_session_opens_with_a_wish_to_be_woken<D: DoorUnderTest>(door: &D) {
    let (driver, first) = Driver::open(|now, outputs| door.open(now, outputs));
    assert!(matches!(first[..], [Output::WakeAt(_)]), "it opens with {first:?}");
    assert!(driver.takes_messages(), "it takes the first message");
}

/// A peer that says nothing is closed by its stale deadline.
pub fn a_silent_peer_is_closed_when_it_is_stale<D: DoorUnderTest>(door: &D) {
    let mut driver = Driver::of(door);
    driver.pass(door.stale_after() - Duration::from_millis(1));
    assert!(!driver.is_closed(), "it is closed before its time");
    driver.pass(Duration::from_millis(1));
    assert!(driver.is_closed(), "it is still open");
}

/// So is one whose token is looked at for ever.
pub fn a_peer_whose_token_is_never_answered_is_closed_when_it_is_stale<D: DoorUnderTest>(door: &D) {
    let mut driver = Driver::of(door);
    driver.message(&door.first_message());
    driver.pass(door.stale_after());
    assert!(driver.is_closed(), "it is still open");
}

/// Whatever a peer says before the house knows who it is, the house is asked for nothing else.
pub fn bytes_before_authentication_cause_no_other_effect<D: DoorUnderTest>(door: &D) {
    for message in door.later_messages() {
        let mut driver = Driver::of(door);
        driver.message(&message);
        assert!(driver.witness.in_flight.is_empty(), "{:?} is wanted", driver.witness.in_flight);
    }
    let mut driver = Driver::of(door);
    driver.message(&door.first_message());
    let (ticket, asked) = driver.only_effect();
    assert!(matches!(asked, Asked::Authenticate(_)), "{asked:?} is wanted first");
    driver.outcome(ticket, Outcome::Identity(Err(INVALID)));
    assert!(driver.witness.in_flight.is_empty(), "a peer without a good token wants something");
}

/// Random bytes never panic; nothing comes of them but silence or a close.
pub fn random_bytes_end_in_silence_or_a_close<D: DoorUnderTest>(door: &D) {
    for seed in 0..SEEDS {
        let mut dice = Dice::Seed(seed);
        let mut driver = Driver::of(door);
        while driver.takes_messages() && !dice.once_in(8) {
            let outputs = driver.message(&dice.bytes(200));
            let heard = outputs.iter().any(|output| !matches!(output, Output::Close(_) | Output::WakeAt(_)));
            assert!(!heard, "seed {seed}: {outputs:?}");
        }
    }
}

/// A session that takes no messages has asked for something and waits.
pub fn while_a_session_takes_no_messages_it_waits_for_an_answer<D: DoorUnderTest>(door: &D) {
    let mut driver = Driver::of(door);
    driver.message(&door.first_message());
    assert_eq!(driver.takes_messages(), driver.witness.in_flight.is_empty());
    admit(door, &mut driver);
    for message in door.later_messages() {
        if driver.takes_messages() {
            driver.message(&message);
        }
        assert!(driver.is_closed() || driver.takes_messages() == driver.witness.in_flight.is_empty());
    }
}

/// The answer to a question that was never asked is ignored, in every state.
pub fn an_outcome_under_an_unknown_ticket_is_ignored<D: DoorUnderTest>(door: &D) {
    let stray = |driver: &mut Driver<D::Session>| {
        for outcome in
            [Outcome::Identity(Err(INVALID)), Outcome::Admitted(Ok(())), Outcome::Published(Ok(()))]
        {
            let outputs = driver.handle(Input::Outcome(Ticket(u32::MAX), outcome));
            assert!(outputs.is_empty(), "{outputs:?}");
        }
    };
    let mut driver = Driver::of(door);
    stray(&mut driver);
    driver.message(&door.first_message());
    stray(&mut driver);
    admit(door, &mut driver);
    stray(&mut driver);
}

/// A deadline that comes before its time changes nothing, except that the session asks to be woken again.
pub fn an_early_deadline_changes_nothing<D: DoorUnderTest>(door: &D) {
    let mut driver = Driver::of(door);
    admit(door, &mut driver);
    let outputs = driver.handle(Input::Deadline);
    assert!(outputs.iter().all(|output| matches!(output, Output::WakeAt(_))), "{outputs:?}");
}

/// When the node goes away, the peer is told to come back, in every state.
pub fn drain_closes_with_a_code_that_brings_the_peer_back<D: DoorUnderTest>(door: &D) {
    for mut driver in in_every_state(door) {
        driver.notice(Notice::Order(Order::Drain));
        let close = driver.witness.close.expect("it is closed");
        assert!(door.reconnects(close.code), "{close:?}");
    }
}

/// An ordered disconnect says what was ordered, in every state.
pub fn an_ordered_disconnect_closes_with_its_own_code<D: DoorUnderTest>(door: &D) {
    for mut driver in in_every_state(door) {
        let wanted = Close::new(4321, "because");
        driver.notice(Notice::Order(Order::Disconnect(wanted.clone())));
        assert_eq!(driver.witness.close, Some(wanted));
    }
}

/// Whatever the house ends a connection for, the door says it by a code of its own, in every state; and whoever takes
/// nothing any more is not waited for.
pub fn the_house_ends_a_connection_with_the_doors_own_code<D: DoorUnderTest>(door: &D) {
    for ending in Ending::ALL {
        for mut driver in in_every_state(door) {
            let close = driver.session().close_for(ending);
            assert_eq!(close.flush, !ending.is_abrupt(), "{ending:?}");
            driver.notice(Notice::Order(Order::End(ending)));
            assert_eq!(driver.witness.close, Some(close));
        }
    }
}

/// Whatever happens in whatever order, the law holds; and walks go on long enough to show that.
pub fn random_walks_keep_the_law<D: DoorUnderTest>(door: &D) {
    let steps: usize = (0..SEEDS).map(|seed| walk(door, &mut Dice::Seed(seed), 300)).sum();
    assert!(steps as u64 >= 30 * SEEDS, "{SEEDS} walks took only {steps} steps");
}

/// A connection that has just opened, one that waits to be known, and one that is.
fn in_every_state<D: DoorUnderTest>(door: &D) -> [Driver<D::Session>; 3] {
    let fresh = Driver::of(door);
    let mut waiting = Driver::of(door);
    waiting.message(&door.first_message());
    let mut open = Driver::of(door);
    admit(door, &mut open);
    [fresh, waiting, open]
}

/// Lets the peer in.
fn admit<D: DoorUnderTest>(door: &D, driver: &mut Driver<D::Session>) {
    if driver.takes_messages() {
        driver.message(&door.first_message());
    }
    while let Some((ticket, asked)) = driver.witness.in_flight.iter().next() {
        let outcome = match asked {
            Asked::Authenticate(_) => Outcome::Identity(Ok(Box::new(door.identity()))),
            Asked::Admit => Outcome::Admitted(Ok(())),
            Asked::Subscribe(_) => Outcome::Subscribed(Ok(Default::default())),
            _ => return,
        };
        let ticket = *ticket;
        driver.outcome(ticket, outcome);
    }
    assert!(!driver.is_closed(), "a welcome peer is closed: {:?}", driver.witness.close);
}
