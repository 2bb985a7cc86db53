//! The bytes that a decoder works on: just read, or kept from an earlier read.

use std::ops::Range;

/// Bytes of a peer on their way through a [`Decoder`](super::Decoder), and the home of the event taken from them.
///
/// One that still holds bytes belongs back into [`Decoder::suspend`](super::Decoder::suspend): dropped, they are lost.
#[derive(Debug)]
#[must_use = "bytes that are not decoded must be given to `Decoder::suspend`"]
pub struct Input<'a> {
    source: Source<'a>,
    /// Where the undecoded bytes begin.
    at: usize,
    /// The payload of an event that did not lie whole in the source. It lives until the next event or the end of the
    /// input.
    assembled: Vec<u8>,
}

#[derive(Debug)]
enum Source<'a> {
    Read(&'a mut [u8]),
    Kept(Vec<u8>),
}

/// Where an event's payload lies.
pub(super) enum Place {
    Source(Range<usize>),
    Assembled,
}

/// What a suspended connection holds of its last input.
#[derive(Debug)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    at: usize,
}

impl<'a> Input<'a> {
    /// The bytes that a read just brought. They are unmasked where they lie.
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self { source: Source::Read(bytes), at: 0, assembled: Vec::new() }
    }

    /// Nothing new: for going on with what a suspended decoder has kept.
    pub fn empty() -> Self {
        Self::new(&mut [])
    }

    /// Bytes that are not decoded yet.
    pub fn remaining(&self) -> usize {
        self.bytes().len() - self.at
    }

    fn bytes(&self) -> &[u8] {
        match &self.source {
            Source::Read(bytes) => bytes,
            Source::Kept(bytes) => bytes,
        }
    }

    /// The bytes that are not decoded yet.
    pub(super) fn rest(&mut self) -> &mut [u8] {
        match &mut self.source {
            Source::Read(bytes) => &mut bytes[self.at..],
            Source::Kept(bytes) => &mut bytes[self.at..],
        }
    }

    pub(super) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.remaining(), "consumed more than there is");
        self.at += count;
    }

    pub(super) fn consume_all(&mut self) {
        self.at = self.bytes().len();
    }

    /// Consumes `count` bytes as the payload of an event.
    pub(super) fn take(&mut self, count: usize) -> Place {
        let start = self.at;
        self.consume(count);
        Place::Source(start..self.at)
    }

    /// Frees the payload of the event before.
    pub(super) fn release_assembled(&mut self) {
        self.assembled = Vec::new();
    }

    pub(super) fn set_assembled(&mut self, payload: Vec<u8>) {
        self.assembled = payload;
    }

    pub(super) fn payload(&self, place: Place) -> &[u8] {
        match place {
            Place::Source(range) => &self.bytes()[range],
            Place::Assembled => &self.assembled,
        }
    }

    /// Puts what was kept before what was read. Nothing is copied when nothing was read.
    pub(super) fn prepend(&mut self, mut kept: Kept) {
        kept.bytes.extend_from_slice(self.rest());
        self.at = kept.at;
        self.source = Source::Kept(kept.bytes);
    }

    /// What is left, detached from the read buffer.
    pub(super) fn into_kept(self) -> Option<Kept> {
        if self.remaining() == 0 {
            return None;
        }
        let Self { source, at, .. } = self;
        Some(match source {
            Source::Kept(bytes) if at <= bytes.len() / 2 => Kept { bytes, at },
            // Copied only when at least half is spent, so a caller that stops after each event costs O(n) in all
            // and never holds more than twice what is left.
            Source::Kept(bytes) => Kept { bytes: bytes[at..].to_vec(), at: 0 },
            Source::Read(bytes) => Kept { bytes: bytes[at..].to_vec(), at: 0 },
        })
    }
}

impl Kept {
    pub(super) fn append(&mut self, later: Self) {
        self.bytes.extend_from_slice(&later.bytes[later.at..]);
    }

    pub(super) fn heap_size(&self) -> usize {
        self.bytes.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::Input;
    use crate::decoder::{Decoder, Event};
    use crate::{Opcode, client};

    #[test]
    fn an_assembled_payload_lives_no_longer_than_until_the_next_call() {
        let mut bytes = Vec::new();
        client::put_frame(false, Opcode::Text, b"in ", [1; 4], &mut bytes);
        client::put_frame(true, Opcode::Continuation, b"parts", [2; 4], &mut bytes);
        let mut decoder = Decoder::new(100);
        let mut input = Input::new(&mut bytes);
        assert_eq!(decoder.next(&mut input), Some(Event::Text(b"in parts")));
        assert_eq!(decoder.next(&mut input), None);
        assert_eq!(input.assembled.capacity(), 0);
    }
}
