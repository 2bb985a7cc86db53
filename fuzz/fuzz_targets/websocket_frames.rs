//! Any bytes in any reads: the same events whatever the cut, nothing kept beyond the bound, and nothing at all once
//! the connection ended.
//!
//! The first byte says how many of the following are read sizes; the rest is the stream. A read size with its highest
//! bit set also makes the caller stop after each event of that read, as a busy session does.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_websocket::{Decoder, Event, Input};

const MAX_MESSAGE: u32 = 4_096;
const OVERHEAD: usize = 300;

fuzz_target!(|data: &[u8]| {
    let Some((&count, rest)) = data.split_first() else { return };
    let (reads, stream) = rest.split_at(usize::from(count % 16).min(rest.len()));
    let reads = if reads.is_empty() { &[1] } else { reads };
    assert_eq!(in_reads(stream, reads), at_once(stream));
});

fn at_once(stream: &[u8]) -> Vec<String> {
    let mut read = stream.to_vec();
    let mut input = Input::new(&mut read);
    let mut decoder = Decoder::new(MAX_MESSAGE);
    let mut events = Vec::new();
    while let Some(event) = decoder.next(&mut input) {
        events.push(record(&event));
    }
    assert_eq!(input.remaining(), 0);
    events
}

fn in_reads(stream: &[u8], reads: &[u8]) -> Vec<String> {
    let mut decoder = Decoder::new(MAX_MESSAGE);
    let mut events = Vec::new();
    let mut ended = false;
    let mut reads = reads.iter().cycle();
    let mut rest = stream;
    while !rest.is_empty() {
        let read = reads.next().copied().unwrap_or(1);
        let (part, later) = rest.split_at(usize::from(read & 0x7F).max(1).min(rest.len()));
        rest = later;
        let mut part = part.to_vec();
        let mut input = Input::new(&mut part);
        while let Some(event) = decoder.next(&mut input) {
            assert!(!ended, "an event after the last one");
            ended = matches!(event, Event::Close { .. } | Event::Violation(_));
            events.push(record(&event));
            if read & 0x80 != 0 {
                decoder.suspend(input);
                input = Input::empty();
            }
            assert!(decoder.buffered() <= MAX_MESSAGE as usize + 2 * 0x7F + OVERHEAD);
        }
        assert_eq!(input.remaining(), 0);
        assert!(!decoder.is_suspended());
        assert!(decoder.buffered() <= MAX_MESSAGE as usize + OVERHEAD);
        assert!(!ended || decoder.buffered() == 0);
    }
    events
}

/// Checks what an event promises, and makes it outlive its input.
fn record(event: &Event<'_>) -> String {
    match event {
        Event::Text(payload) => {
            assert!(std::str::from_utf8(payload).is_ok());
            assert!(payload.len() <= MAX_MESSAGE as usize);
        }
        Event::Binary(payload) => assert!(payload.len() <= MAX_MESSAGE as usize),
        Event::Ping(payload) | Event::Pong(payload) => assert!(payload.len() <= 125),
        Event::Close { code, reason } => {
            assert!(reason.len() <= 123);
            assert!(code.is_some() || reason.is_empty());
        }
        Event::Violation(violation) => assert!([1002, 1007, 1009].contains(&violation.code())),
    }
    format!("{event:?}")
}
