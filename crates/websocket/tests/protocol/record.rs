//! Events that outlive their input, and ways to feed a decoder.

use vestibule_websocket::{Decoder, Event, Input, Opcode, Violation, client};

/// The message limit of the cases that are not about it.
pub(crate) const LIMIT: u32 = 65_536;
/// The mask of the cases that are not about it.
pub(crate) const KEY: [u8; 4] = [0x12, 0x34, 0x56, 0x78];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    Text(Vec<u8>),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
    Violation(Violation),
}

impl From<Event<'_>> for Recorded {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Text(payload) => Self::Text(payload.to_vec()),
            Event::Binary(payload) => Self::Binary(payload.to_vec()),
            Event::Ping(payload) => Self::Ping(payload.to_vec()),
            Event::Pong(payload) => Self::Pong(payload.to_vec()),
            Event::Close { code, reason } => Self::Close(code, reason.to_owned()),
            Event::Violation(violation) => Self::Violation(violation),
        }
    }
}

pub(crate) fn text(payload: &str) -> Recorded {
    Recorded::Text(payload.as_bytes().to_vec())
}

pub(crate) fn pong(payload: &str) -> Recorded {
    Recorded::Pong(payload.as_bytes().to_vec())
}

pub(crate) fn ping(payload: &str) -> Recorded {
    Recorded::Ping(payload.as_bytes().to_vec())
}

/// A masked frame.
pub(crate) fn frame(fin: bool, opcode: Opcode, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    client::put_frame(fin, opcode, payload.as_ref(), KEY, &mut out);
    out
}

/// Gives `decoder` one read, and takes every event of it.
pub(crate) fn feed(decoder: &mut Decoder, read: &[u8]) -> Vec<Recorded> {
    let mut read = read.to_vec();
    let mut input = Input::new(&mut read);
    let mut events = Vec::new();
    while let Some(event) = decoder.next(&mut input) {
        events.push(event.into());
    }
    assert_eq!(input.remaining(), 0, "a decoder without a next event has used its input up");
    events
}

/// The events of a whole stream; it must not matter whether it comes at once, in parts of any one size, or to a caller
/// that stops after each event.
pub(crate) fn events(stream: &[u8]) -> Vec<Recorded> {
    let at_once = feed(&mut Decoder::new(LIMIT), stream);
    for size in [1, 2, 3, 7, 61, 1000] {
        let mut decoder = Decoder::new(LIMIT);
        let parts: Vec<_> = stream.chunks(size).flat_map(|part| feed(&mut decoder, part)).collect();
        assert_eq!(parts, at_once, "in reads of {size} bytes");
    }
    assert_eq!(one_by_one(stream), at_once, "stopping after each event");
    at_once
}

fn one_by_one(stream: &[u8]) -> Vec<Recorded> {
    let mut decoder = Decoder::new(LIMIT);
    let mut stream = stream.to_vec();
    let mut input = Input::new(&mut stream);
    let mut events = Vec::new();
    while let Some(event) = decoder.next(&mut input) {
        events.push(event.into());
        decoder.suspend(input);
        input = Input::empty();
    }
    events
}
