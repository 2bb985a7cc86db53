//! Whatever a peer of the signal door sends is read or is no message, and what is passed on of it is JSON in which nobody
//! but the door has said who sent it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use vestibule_doors::signal::message::{self, Heard};

fuzz_target!(|data: &[u8]| {
    let Some(Heard::Signal(signal)) = message::read(data) else { return };
    let members = std::str::from_utf8(&signal.members).expect("what is passed on is text");
    // The last of two members of one name is the one that a reader sees.
    let passed: Value = serde_json::from_str(&format!(r#"{{"from":"me","fromRole":"normal",{members}}}"#))
        .expect("what is passed on is an object");
    assert_eq!((&passed["from"], &passed["fromRole"]), (&"me".into(), &"normal".into()));
    assert!(passed["type"].is_string(), "it has lost its type");
});
