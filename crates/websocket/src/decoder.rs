//! Bytes to events: one connection's reading side.
//!
//! ```
//! # use vestibule_websocket::{Decoder, Event, Input, client};
//! # let mut read = client::text(b"hello", [1, 2, 3, 4]);
//! # let mut decoder = Decoder::new(65_536);
//! # let mut session_is_busy = false;
//! let mut input = Input::new(&mut read);
//! while !session_is_busy {
//!     match decoder.next(&mut input) {
//!         Some(Event::Text(text)) => session_is_busy = text == b"hello",
//!         Some(_) => {}
//!         None => break,
//!     }
//! }
//! decoder.suspend(input);
//! ```
//!
//! The events borrow from the [`Input`], never from the decoder, so a session may be called with one while the connection that
//! holds both is borrowed. The caller may stop between any two events: [`Decoder::suspend`] keeps what was not decoded
//! yet, and the same loop over [`Input::empty`] goes on there later.
//!
//! A frame that lies whole in the input is unmasked and handed out where it lies. Only what is unfinished is copied:
//! a header cut in two, a payload that goes on in the next read, the fragments of a message. It stands in one heap
//! block that exists as long as there is something unfinished.

mod event;
mod input;
mod unfinished;

pub use event::Event;
pub use input::Input;

use input::Place;
use unfinished::{Collected, Unfinished};

use crate::frame::{Header, Opcode};
use crate::{Violation, mask};

/// The reading side of one connection: 16 bytes while nothing is unfinished.
#[derive(Debug)]
pub struct Decoder {
    unfinished: Option<Box<Unfinished>>,
    max_message_size: u32,
    peer_masks: bool,
    /// After the peer's close frame or a violation: what still arrives is dropped.
    ended: bool,
}

/// A whole message or control frame, and where its payload lies.
struct Found {
    opcode: Opcode,
    place: Place,
}

impl Decoder {
    /// A decoder of a client's frames. A message may have `max_message_size` bytes, summed over its fragments.
    pub fn new(max_message_size: u32) -> Self {
        Self { unfinished: None, max_message_size, peer_masks: true, ended: false }
    }

    /// A decoder of a server's frames, for [`client`](crate::client).
    pub(crate) fn of_server_frames(max_message_size: u32) -> Self {
        Self { peer_masks: false, ..Self::new(max_message_size) }
    }

    /// The next event, or `None` when the input is used up; its unfinished end, if any, is kept.
    ///
    /// [`Event::Close`] and [`Event::Violation`] are the last: whatever follows them is dropped unread.
    pub fn next<'i>(&mut self, input: &'i mut Input<'_>) -> Option<Event<'i>> {
        input.release_assembled();
        let event = match self.find(input) {
            Ok(found) => found.map(|found| Event::new(found.opcode, input.payload(found.place)))?,
            Err(violation) => Event::Violation(violation),
        };
        if event.is_last() {
            self.ended = true;
            self.unfinished = None;
        }
        Some(event)
    }

    /// Keeps what `input` still holds, so that its buffer can be used for another connection.
    ///
    /// Costs nothing when all of it was decoded. While [`is_suspended`](Self::is_suspended), stop reading from the
    /// peer: that is the backpressure, and it bounds what is kept to one read buffer. The next call of
    /// [`next`](Self::next), with whatever input, begins with what was kept.
    pub fn suspend(&mut self, input: Input<'_>) {
        if self.ended {
            return;
        }
        if let Some(kept) = input.into_kept() {
            let unfinished = self.unfinished.get_or_insert_default();
            // Kept bytes are taken out by the first `next`; both can only meet when there was none in between.
            match &mut unfinished.kept {
                Some(earlier) => earlier.append(kept),
                none => *none = Some(kept),
            }
        }
    }

    /// Whether bytes wait that were read and not decoded yet.
    pub fn is_suspended(&self) -> bool {
        self.unfinished.as_ref().is_some_and(|unfinished| unfinished.kept.is_some())
    }

    /// Whether the last event has been handed out: nothing that still arrives will be understood.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Bytes of heap that this connection holds: 0 while idle; never more than the message limit, one suspended
    /// input and about 300 bytes.
    pub fn buffered(&self) -> usize {
        self.unfinished.as_ref().map_or(0, |unfinished| unfinished.heap_size())
    }

    fn find(&mut self, input: &mut Input<'_>) -> Result<Option<Found>, Violation> {
        if self.ended {
            input.consume_all();
            return Ok(None);
        }
        if let Some(kept) = self.unfinished.as_mut().and_then(|unfinished| unfinished.kept.take()) {
            input.prepend(kept);
        }
        let found = self.decode(input)?;
        if self.unfinished.as_ref().is_some_and(|unfinished| unfinished.is_empty()) {
            self.unfinished = None;
        }
        Ok(found)
    }

    fn decode(&mut self, input: &mut Input<'_>) -> Result<Option<Found>, Violation> {
        loop {
            if let Some(unfinished) = &mut self.unfinished {
                match unfinished.collect(input, self.max_message_size as usize)? {
                    Collected::Whole(opcode) => return Ok(Some(Found { opcode, place: Place::Assembled })),
                    Collected::Starved => return Ok(None),
                    Collected::BetweenFrames => {}
                }
            }
            let Some(header) = self.header(input)? else { return Ok(None) };
            self.admit(&header)?;
            if let Some(found) = take_whole(&header, input)? {
                return Ok(Some(found));
            }
            self.unfinished.get_or_insert_default().open(&header);
        }
    }

    /// The header of the next frame, from the input or from its earlier end together with the input.
    fn header(&mut self, input: &mut Input<'_>) -> Result<Option<Header>, Violation> {
        if let Some(unfinished) = &mut self.unfinished
            && !unfinished.head.is_empty()
        {
            return unfinished.head.complete(input, self.peer_masks);
        }
        let rest = input.rest();
        let header = Header::parse(rest, self.peer_masks)?;
        match &header {
            Some(header) => input.consume(header.size),
            None if rest.is_empty() => {}
            None => {
                self.unfinished.get_or_insert_default().head.complete(input, self.peer_masks).map(drop)?
            }
        }
        Ok(header)
    }

    /// Refuses a frame that is out of order, or whose message would be too big, before its payload is looked at.
    fn admit(&self, header: &Header) -> Result<(), Violation> {
        if header.opcode.is_control() {
            return Ok(());
        }
        let held = self.unfinished.as_ref().and_then(|unfinished| unfinished.message_length());
        let held = match (header.opcode, held) {
            (Opcode::Continuation, Some(held)) => held,
            (Opcode::Continuation, None) => return Err(Violation::NothingToContinue),
            (_, Some(_)) => return Err(Violation::MessageNotEnded),
            (_, None) => 0,
        };
        let room = u64::from(self.max_message_size).saturating_sub(held as u64);
        if header.length > room { Err(Violation::TooBig) } else { Ok(()) }
    }
}

/// A frame that is an event by itself and lies whole in the input: the fast path, without a copy.
fn take_whole(header: &Header, input: &mut Input<'_>) -> Result<Option<Found>, Violation> {
    let Header { opcode, fin, .. } = *header;
    if !fin || opcode == Opcode::Continuation {
        return Ok(None);
    }
    // A length that does not fit is longer than any input.
    let length = usize::try_from(header.length).unwrap_or(usize::MAX);
    let Some(payload) = input.rest().get_mut(..length) else { return Ok(None) };
    mask::apply(payload, header.mask);
    if opcode == Opcode::Text && std::str::from_utf8(payload).is_err() {
        return Err(Violation::TextNotUtf8);
    }
    Ok(Some(Found { opcode, place: input.take(length) }))
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Event, Input};
    use crate::client;

    const KEY: [u8; 4] = [9, 8, 7, 6];

    #[test]
    fn a_connection_keeps_sixteen_bytes_and_no_heap_while_idle() {
        assert_eq!(size_of::<Decoder>(), 16);
        let mut decoder = Decoder::new(1000);
        let mut bytes = client::text(b"all of it", KEY);
        let mut input = Input::new(&mut bytes);
        assert_eq!(decoder.next(&mut input), Some(Event::Text(b"all of it")));
        assert_eq!(decoder.next(&mut input), None);
        assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_whole_frame_is_handed_out_where_it_lies() {
        let mut decoder = Decoder::new(1000);
        let mut bytes = client::binary(b"here", KEY);
        let there = bytes.as_ptr_range();
        let mut input = Input::new(&mut bytes);
        let Some(Event::Binary(payload)) = decoder.next(&mut input) else { panic!("no message") };
        assert_eq!(payload.as_ptr_range().end, there.end);
    }

    #[test]
    fn the_heap_is_free_again_once_a_message_in_two_reads_was_consumed() {
        let mut decoder = Decoder::new(1000);
        let mut bytes = client::text(&[b'a'; 600], KEY);
        let (first, second) = bytes.split_at_mut(300);
        assert_eq!(decoder.next(&mut Input::new(first)), None);
        assert!(decoder.buffered() >= 292);
        let mut input = Input::new(second);
        assert_eq!(decoder.next(&mut input), Some(Event::Text(&[b'a'; 600])));
        assert_eq!(decoder.buffered(), 0);
    }

    #[test]
    fn a_caller_that_stops_after_each_event_gets_them_all_in_order() {
        let mut decoder = Decoder::new(1000);
        let mut bytes: Vec<u8> = (b'a'..=b'z').flat_map(|letter| client::text(&[letter], KEY)).collect();
        let mut input = Input::new(&mut bytes);
        assert_eq!(decoder.next(&mut input), Some(Event::Text(b"a")));
        decoder.suspend(input);
        bytes.fill(0xFF);
        for letter in b'b'..=b'z' {
            assert!(decoder.is_suspended());
            let mut input = Input::empty();
            assert_eq!(decoder.next(&mut input), Some(Event::Text(&[letter])));
            decoder.suspend(input);
        }
        assert!(!decoder.is_suspended());
        assert_eq!(decoder.buffered(), 0);
        assert_eq!(decoder.next(&mut Input::empty()), None);
    }

    #[test]
    fn what_is_read_while_suspended_comes_after_what_was_kept() {
        let mut decoder = Decoder::new(1000);
        let mut first = client::text(b"one", KEY);
        let mut second = client::text(b"two", KEY);
        let mut third = client::text(b"three", KEY);
        decoder.suspend(Input::new(&mut first));
        decoder.suspend(Input::new(&mut second));
        let mut input = Input::new(&mut third);
        assert_eq!(decoder.next(&mut input), Some(Event::Text(b"one")));
        assert_eq!(decoder.next(&mut input), Some(Event::Text(b"two")));
        assert_eq!(decoder.next(&mut input), Some(Event::Text(b"three")));
        assert_eq!(decoder.next(&mut input), None);
    }

    #[test]
    fn a_suspended_input_shrinks_as_it_is_consumed() {
        let mut decoder = Decoder::new(1000);
        let mut bytes: Vec<u8> = (0..1000).flat_map(|_| client::text(b"0123456789", KEY)).collect();
        let whole = bytes.len();
        decoder.suspend(Input::new(&mut bytes));
        for _ in 0..990 {
            let mut input = Input::empty();
            assert_eq!(decoder.next(&mut input), Some(Event::Text(b"0123456789")));
            decoder.suspend(input);
        }
        assert!(decoder.buffered() < whole / 16, "{} bytes of {whole}", decoder.buffered());
    }

    #[test]
    fn what_follows_a_close_frame_is_dropped_unread() {
        let mut decoder = Decoder::new(1000);
        let mut bytes = client::close(Some(1000), "bye", KEY);
        bytes.extend(client::text(b"too late", KEY));
        let mut input = Input::new(&mut bytes);
        assert_eq!(decoder.next(&mut input), Some(Event::Close { code: Some(1000), reason: "bye" }));
        assert_eq!(decoder.next(&mut input), None);
        assert_eq!(input.remaining(), 0);
        decoder.suspend(Input::new(&mut client::text(b"later still", KEY)));
        assert_eq!(decoder.next(&mut Input::empty()), None);
        assert_eq!(decoder.buffered(), 0);
    }
}
