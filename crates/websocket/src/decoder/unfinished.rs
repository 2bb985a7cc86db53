//! What a connection keeps between two reads: half a header, a payload on its way, the fragments of a message.

use super::input::{Input, Kept};
use crate::frame::{Header, MAX_HEADER, Opcode};
use crate::{Violation, mask};

/// Everything of a connection that is not finished; absent while there is nothing.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    pub(super) head: Head,
    /// A message of which a frame, or a part of one, has arrived.
    message: Option<Assembly>,
    /// A control frame whose payload has not arrived whole; it may stand between the fragments of `message`.
    control: Option<Assembly>,
    /// Input that the caller did not want to decode yet.
    pub(super) kept: Option<Kept>,
}

/// How far the open frame has come.
pub(super) enum Collected {
    /// A message or a control frame is complete, and its payload handed to the input.
    Whole(Opcode),
    /// The input is used up inside a frame.
    Starved,
    /// No frame is open: a header comes next.
    BetweenFrames,
}

impl Unfinished {
    pub(super) fn is_empty(&self) -> bool {
        self.head.is_empty() && self.message.is_none() && self.control.is_none() && self.kept.is_none()
    }

    pub(super) fn heap_size(&self) -> usize {
        let assembled = [&self.message, &self.control].into_iter().flatten();
        size_of::<Self>()
            + assembled.map(|assembly| assembly.bytes.capacity()).sum::<usize>()
            + self.kept.as_ref().map_or(0, Kept::heap_size)
    }

    /// Bytes of the message under way, which is open until its last frame has come.
    pub(super) fn message_length(&self) -> Option<usize> {
        self.message.as_ref().map(|message| message.bytes.len())
    }

    /// Opens the frame of an admitted header, of which at least the last byte is still to come or which belongs to a
    /// fragmented message.
    pub(super) fn open(&mut self, header: &Header) {
        let frame = Frame {
            fin: header.fin,
            // A length that was admitted is within the limit, which fits.
            remaining: usize::try_from(header.length).unwrap_or(usize::MAX),
            mask: header.mask,
        };
        let slot = if header.opcode.is_control() { &mut self.control } else { &mut self.message };
        slot.get_or_insert_with(|| Assembly::new(header.opcode)).frame = Some(frame);
    }

    /// Moves payload of the open frame from the input to where it is assembled.
    pub(super) fn collect(&mut self, input: &mut Input<'_>, limit: usize) -> Result<Collected, Violation> {
        let slot = if self.control.is_some() { &mut self.control } else { &mut self.message };
        let Some(assembly) = slot else { return Ok(Collected::BetweenFrames) };
        let collected = assembly.collect(input, limit)?;
        if let Collected::Whole(_) = collected
            && let Some(whole) = slot.take()
        {
            input.set_assembled(whole.bytes);
        }
        Ok(collected)
    }
}

/// The beginning of a header that was cut.
#[derive(Debug, Default)]
pub(super) struct Head {
    bytes: [u8; MAX_HEADER],
    length: u8,
}

impl Head {
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Takes bytes from the input until the header is whole; `None` when they do not suffice.
    pub(super) fn complete(
        &mut self,
        input: &mut Input<'_>,
        masked: bool,
    ) -> Result<Option<Header>, Violation> {
        while let Some(&byte) = input.rest().first()
            && let Some(slot) = self.bytes.get_mut(usize::from(self.length))
        {
            *slot = byte;
            self.length += 1;
            input.consume(1);
            if let Some(header) = Header::parse(&self.bytes[..usize::from(self.length)], masked)? {
                self.length = 0;
                return Ok(Some(header));
            }
        }
        Ok(None)
    }
}

/// The payload of a message or of a control frame, as far as it has come.
#[derive(Debug)]
struct Assembly {
    /// That of the first frame: what the whole will be.
    opcode: Opcode,
    bytes: Vec<u8>,
    /// Of a text, the bytes that are known to be UTF-8; at most three more may be the start of a character.
    checked: usize,
    /// The frame whose payload is arriving; none between two fragments.
    frame: Option<Frame>,
}

#[derive(Debug)]
struct Frame {
    fin: bool,
    remaining: usize,
    /// Turned so that its first byte is for the next byte of payload.
    mask: [u8; 4],
}

impl Assembly {
    fn new(opcode: Opcode) -> Self {
        Self { opcode, bytes: Vec::new(), checked: 0, frame: None }
    }

    fn collect(&mut self, input: &mut Input<'_>, limit: usize) -> Result<Collected, Violation> {
        let Some(frame) = &mut self.frame else { return Ok(Collected::BetweenFrames) };
        let rest = input.rest();
        let count = rest.len().min(frame.remaining);
        let chunk = &mut rest[..count];
        mask::apply(chunk, frame.mask);
        frame.mask.rotate_left(count % 4);
        let ahead = if frame.fin { frame.remaining } else { limit.saturating_sub(self.bytes.len()) };
        frame.remaining -= count;
        let (fin, remaining) = (frame.fin, frame.remaining);

        reserve(&mut self.bytes, count, ahead);
        self.bytes.extend_from_slice(chunk);
        input.consume(count);
        self.check_text(fin && remaining == 0)?;
        if remaining > 0 {
            return Ok(Collected::Starved);
        }
        self.frame = None;
        Ok(if fin { Collected::Whole(self.opcode) } else { Collected::BetweenFrames })
    }

    /// Checks the bytes of a text that were not checked yet. A character may be cut only while more is to come.
    fn check_text(&mut self, ends: bool) -> Result<(), Violation> {
        if self.opcode != Opcode::Text {
            return Ok(());
        }
        match std::str::from_utf8(&self.bytes[self.checked..]) {
            Ok(_) => self.checked = self.bytes.len(),
            Err(error) if error.error_len().is_none() && !ends => self.checked += error.valid_up_to(),
            Err(_) => return Err(Violation::TextNotUtf8),
        }
        Ok(())
    }
}

/// Makes room for `count` more bytes when up to `ahead` may come, this count included.
///
/// Doubles, so that a message in many parts costs O(n), but never beyond what may come: a header alone reserves
/// nothing, and the capacity stays within the limit on messages.
fn reserve(bytes: &mut Vec<u8>, count: usize, ahead: usize) {
    if bytes.capacity() - bytes.len() < count {
        bytes.reserve_exact(bytes.len().min(ahead).max(count));
    }
}

#[cfg(test)]
mod tests {
    use super::{Assembly, Frame};
    use crate::Opcode;
    use crate::decoder::Input;

    #[test]
    fn a_text_is_checked_once_and_only_a_cut_character_again() {
        let mut assembly = Assembly::new(Opcode::Text);
        assembly.frame = Some(Frame { fin: false, remaining: 100, mask: [0; 4] });
        for (read, checked) in [("ab", 2), ("c", 3), ("é", 5)] {
            assert!(assembly.collect(&mut Input::new(&mut read.as_bytes().to_vec()), 100).is_ok());
            assert_eq!(assembly.checked, checked);
        }
        let mut balloon = "🎈".as_bytes().to_vec();
        let (cut, rest) = balloon.split_at_mut(3);
        assert!(assembly.collect(&mut Input::new(cut), 100).is_ok());
        assert_eq!((assembly.bytes.len(), assembly.checked), (8, 5));
        assert!(assembly.collect(&mut Input::new(rest), 100).is_ok());
        assert_eq!(assembly.checked, 9);
    }
}
