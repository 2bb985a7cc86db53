//! Payloads to frames. A server's frames are not masked, so one encoded frame serves any number of connections.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::close;
use crate::frame::{MAX_CONTROL, MAX_SERVER_HEADER, Opcode, header_size, put_header};

/// A text message in one frame. The caller vouches that `payload` is UTF-8.
pub fn text(payload: &[u8]) -> Bytes {
    frame(Opcode::Text, payload)
}

/// A binary message in one frame.
pub fn binary(payload: &[u8]) -> Bytes {
    frame(Opcode::Binary, payload)
}

/// A ping. `payload` has at most 125 bytes; more is a bug of the caller, and is cut off.
pub fn ping(payload: &[u8]) -> Bytes {
    control(Opcode::Ping, payload)
}

/// A pong, with the payload of the ping that it answers, so at most 125 bytes; more is a bug, and is cut off.
pub fn pong(payload: &[u8]) -> Bytes {
    control(Opcode::Pong, payload)
}

/// A close frame. The reason is cut at a character's boundary to the 123 bytes that fit; without a code there is no
/// reason either.
pub fn close(code: Option<u16>, reason: &str) -> Bytes {
    control(Opcode::Close, &close_payload(code, reason))
}

pub(crate) fn close_payload(code: Option<u16>, reason: &str) -> Vec<u8> {
    let Some(code) = code else { return Vec::new() };
    debug_assert!(close::may_be_sent(code), "a close code that nobody may send: {code}");
    let reason = &reason[..reason.floor_char_boundary(close::MAX_REASON)];
    let mut payload = Vec::with_capacity(2 + reason.len());
    payload.put_u16(code);
    payload.put_slice(reason.as_bytes());
    payload
}

fn control(opcode: Opcode, payload: &[u8]) -> Bytes {
    debug_assert!(payload.len() <= MAX_CONTROL, "a control frame of {} bytes", payload.len());
    frame(opcode, &payload[..payload.len().min(MAX_CONTROL)])
}

/// Header and payload in one allocation of exactly their size.
fn frame(opcode: Opcode, payload: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(header_size(payload.len()) + payload.len());
    put_header(true, opcode, false, payload.len(), &mut bytes);
    bytes.put_slice(payload);
    bytes.into()
}

/// A frame that is written before its length is known: a codec appends the payload behind the room kept for the
/// header, and nothing is copied to put the header before it.
///
/// ```
/// use bytes::BufMut;
/// use vestibule_websocket::FrameBuilder;
///
/// let mut frame = FrameBuilder::text(64);
/// frame.payload().put_slice(b"{}");
/// assert_eq!(&frame.finish()[..], b"\x81\x02{}");
/// ```
#[derive(Debug)]
pub struct FrameBuilder {
    opcode: Opcode,
    bytes: BytesMut,
}

impl FrameBuilder {
    /// A text frame with room for `capacity` bytes of payload; more makes it grow.
    pub fn text(capacity: usize) -> Self {
        Self::new(Opcode::Text, capacity)
    }

    /// A binary frame with room for `capacity` bytes of payload; more makes it grow.
    pub fn binary(capacity: usize) -> Self {
        Self::new(Opcode::Binary, capacity)
    }

    fn new(opcode: Opcode, capacity: usize) -> Self {
        let mut bytes = BytesMut::with_capacity(MAX_SERVER_HEADER + capacity);
        bytes.put_bytes(0, MAX_SERVER_HEADER);
        Self { opcode, bytes }
    }

    /// Where the payload is appended. What stands in the buffer already must stay: append, and nothing else.
    pub fn payload(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }

    /// Bytes of payload so far.
    pub fn len(&self) -> usize {
        self.bytes.len().saturating_sub(MAX_SERVER_HEADER)
    }

    /// Whether nothing was appended yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The complete frame.
    pub fn finish(mut self) -> Bytes {
        assert!(self.bytes.len() >= MAX_SERVER_HEADER, "a codec appends to the payload and removes nothing");
        let length = self.len();
        let unused = MAX_SERVER_HEADER - header_size(length);
        put_header(true, self.opcode, false, length, &mut self.bytes[unused..MAX_SERVER_HEADER]);
        self.bytes.advance(unused);
        self.bytes.freeze()
    }
}

#[cfg(test)]
mod tests {
    use bytes::BufMut;

    use super::{FrameBuilder, binary, close, ping, pong, text};

    #[test]
    fn small_frames_are_written_as_the_rfc_shows_them() {
        assert_eq!(&text(b"Hello")[..], b"\x81\x05Hello");
        assert_eq!(&binary(b"")[..], b"\x82\x00");
        assert_eq!(&ping(b"Hello")[..], b"\x89\x05Hello");
        assert_eq!(&pong(b"Hello")[..], b"\x8A\x05Hello");
        assert_eq!(&close(None, "unheard")[..], b"\x88\x00");
        assert_eq!(&close(Some(1000), "")[..], b"\x88\x02\x03\xE8");
        assert_eq!(&close(Some(3501), "bad request")[..], b"\x88\x0D\x0D\xADbad request");
    }

    #[test]
    fn longer_payloads_get_the_shortest_length_that_fits() {
        assert_eq!(text(&[b'x'; 125])[..3], [0x81, 125, b'x']);
        assert_eq!(text(&[b'x'; 126])[..5], [0x81, 126, 0, 126, b'x']);
        assert_eq!(binary(&[b'x'; 65535])[..5], [0x82, 126, 0xFF, 0xFF, b'x']);
        assert_eq!(binary(&[b'x'; 65536])[..11], [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0, b'x']);
    }

    #[test]
    fn a_built_frame_equals_one_encoded_at_once_at_every_boundary_and_when_it_has_to_grow() {
        for length in [0, 1, 125, 126, 65535, 65536, 70_000] {
            for capacity in [0, length] {
                let payload = vec![b'y'; length];
                let (mut as_text, mut as_binary) =
                    (FrameBuilder::text(capacity), FrameBuilder::binary(capacity));
                assert!(as_text.is_empty());
                as_text.payload().put_slice(&payload);
                as_binary.payload().put_slice(&payload);
                assert_eq!(as_text.len(), length);
                assert_eq!(as_text.finish(), text(&payload), "{length} in {capacity}");
                assert_eq!(as_binary.finish(), binary(&payload), "{length} in {capacity}");
            }
        }
    }

    #[test]
    fn a_built_frame_is_not_copied() {
        let mut frame = FrameBuilder::text(1000);
        frame.payload().put_slice(b"stays where it is");
        let end = frame.payload().as_ptr_range().end;
        assert_eq!(frame.finish().as_ptr_range().end, end);
    }

    #[test]
    fn a_long_reason_is_cut_between_two_characters() {
        assert_eq!(close(Some(1000), &"r".repeat(123)).len(), 2 + 125);
        assert_eq!(close(Some(1000), &"r".repeat(124)).len(), 2 + 125);
        // 122 bytes and a character of three: it does not fit and goes whole.
        let frame = close(Some(1000), &format!("{}€", "r".repeat(122)));
        assert_eq!(frame.len(), 2 + 2 + 122);
        assert!(std::str::from_utf8(&frame[4..]).is_ok());
    }
}
