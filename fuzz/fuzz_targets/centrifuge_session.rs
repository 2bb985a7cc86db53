//! Any sequence of messages, answers, orders and time, chosen by the bytes: a session never panics and keeps the law of
//! the house. The first byte chooses the encoding.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_doors::centrifuge::under_test::CentrifugeDoor;
use vestibule_doors::centrifuge::wire::Encoding;
use vestibule_doors::suite::{Dice, walk::walk};

/// More steps show nothing that fewer do not.
const STEPS: usize = 2_000;

fuzz_target!(|data: &[u8]| {
    let Some((first, choices)) = data.split_first() else { return };
    let encoding = if first % 2 == 0 { Encoding::Json } else { Encoding::Protobuf };
    walk(&CentrifugeDoor(encoding), &mut Dice::Bytes(choices), STEPS);
});
