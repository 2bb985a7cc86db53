//! Any bytes as a Protobuf message of a Centrifuge client: no panic, and what is left over is always an end of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_doors::centrifuge::wire::{Commands, Encoding};

fuzz_target!(|message: &[u8]| {
    let mut commands = Commands::new(Encoding::Protobuf, message);
    let mut left = message.len();
    while let Some(command) = commands.next() {
        assert!(message.ends_with(commands.rest()));
        assert!(commands.rest().len() < left || command.is_err(), "every command takes at least one byte");
        left = commands.rest().len();
    }
    assert!(commands.rest().is_empty());
});
