//! Any sequence of messages, answers, orders and time, chosen by the bytes: a session of the signal door never panics and
//! keeps the law of the house.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_doors::signal::under_test::SignalDoor;
use vestibule_doors::suite::{Dice, walk::walk};

/// More steps show nothing that fewer do not.
const STEPS: usize = 2_000;

fuzz_target!(|data: &[u8]| {
    walk(&SignalDoor, &mut Dice::Bytes(data), STEPS);
});
