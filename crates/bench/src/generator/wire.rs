//! WebSocket frames as this program needs them, on either side: whole, unfragmented, without extensions.

use std::fmt;

use crate::failure::Failure;

/// A text message.
pub(crate) const TEXT: u8 = 0x1;
/// A binary message.
pub(crate) const BINARY: u8 = 0x2;
/// The peer closes.
pub(crate) const CLOSE: u8 = 0x8;
/// WebSocket's own ping, not the protocol's.
pub(crate) const PING: u8 = 0x9;
/// The answer to it.
pub(crate) const PONG: u8 = 0xA;

/// Key of every masked frame that this program sends; its value does not matter to anyone on the way.
pub(crate) const MASK: [u8; 4] = [0x5A, 0xC3, 0x96, 0x0F];

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
/// Longest message that is accepted from a peer, in bytes; far above anything that the benchmark causes.
const LONGEST: usize = 16 * 1024 * 1024;

/// The beginning of a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Header {
    /// [`TEXT`], [`BINARY`], [`CLOSE`], [`PING`] or [`PONG`].
    pub(crate) opcode: u8,
    /// The key that the payload is masked with; clients mask, servers do not.
    pub(crate) mask: Option<[u8; 4]>,
    /// Where the payload begins.
    pub(crate) start: usize,
    /// Where it ends, which is where the next frame begins.
    pub(crate) end: usize,
}

/// A frame that this program does not take: its first two bytes.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Refused(u8, u8);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a WebSocket frame that begins {:#04x} {:#04x} is fragmented, compressed or too long",
            self.0, self.1
        )
    }
}

/// The frame at the beginning of `bytes`; `None` while it is not whole.
pub(crate) fn frame(bytes: &[u8]) -> Result<Option<Header>, Refused> {
    let &[first, second, ..] = bytes else { return Ok(None) };
    let opcode = first & 0x0F;
    if first & 0xF0 != FINAL || opcode == 0 {
        return Err(Refused(first, second));
    }
    let (length, after_length) = match second & 0x7F {
        126 => match bytes.get(2..4) {
            Some(&[high, low]) => (usize::from(u16::from_be_bytes([high, low])), 4),
            _ => return Ok(None),
        },
        127 => match bytes.get(2..10).and_then(|length| <[u8; 8]>::try_from(length).ok()) {
            Some(length) => (usize::try_from(u64::from_be_bytes(length)).unwrap_or(usize::MAX), 10),
            None => return Ok(None),
        },
        short => (usize::from(short), 2),
    };
    if length > LONGEST {
        return Err(Refused(first, second));
    }
    let mask = second & MASKED != 0;
    let start = after_length + if mask { 4 } else { 0 };
    let end = start + length;
    if bytes.len() < end {
        return Ok(None);
    }
    let mask = if mask { bytes.get(after_length..start).and_then(|key| key.try_into().ok()) } else { None };
    Ok(Some(Header { opcode, mask, start, end }))
}

/// A server's frame around `payload`.
pub(crate) fn server_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = header(opcode, payload.len(), 0);
    frame.extend_from_slice(payload);
    frame
}

/// A client's frame around `payload`, masked with `key`.
pub(crate) fn client_frame(opcode: u8, payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    let mut frame = header(opcode, payload.len(), MASKED);
    frame.extend_from_slice(&key);
    let start = frame.len();
    frame.extend_from_slice(payload);
    apply_mask(&mut frame[start..], key);
    frame
}

/// What a close frame with that payload tells of its server.
pub(crate) fn closed(payload: &[u8]) -> Failure {
    let (code, reason) = match payload {
        [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), String::from_utf8_lossy(reason)),
        _ => (1005, "".into()),
    };
    Failure::Server(format!("it closed a connection with {code} {reason}"))
}

/// Masks or unmasks `payload` in place.
pub(crate) fn apply_mask(payload: &mut [u8], key: [u8; 4]) {
    payload.iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
}

fn header(opcode: u8, length: usize, masked: u8) -> Vec<u8> {
    let mut frame = Vec::with_capacity(length + 14);
    frame.push(FINAL | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => frame.push(masked | short),
        (_, Ok(medium)) => {
            frame.push(masked | 126);
            frame.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            frame.push(masked | 127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_any_length_is_read_back_as_it_was_written() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536] {
            let payload = vec![7; length];
            let bytes = server_frame(TEXT, &payload);
            let found = frame(&bytes).unwrap().unwrap();
            assert_eq!(&bytes[found.start..found.end], payload);
            assert_eq!((found.opcode, found.mask, found.end), (TEXT, None, bytes.len()));
        }
    }

    #[test]
    fn a_frame_is_not_seen_before_its_last_byte() {
        for length in [0, 5, 300, 70_000] {
            let bytes = server_frame(BINARY, &vec![7; length]);
            for cut in (0..bytes.len()).step_by(1 + length / 50) {
                assert_eq!(frame(&bytes[..cut]), Ok(None), "{cut} of {length}");
            }
        }
    }

    #[test]
    fn a_client_frame_is_masked_and_unmasks_to_its_payload() {
        let mut bytes = client_frame(TEXT, b"hello there", [1, 2, 3, 4]);
        let found = frame(&bytes).unwrap().unwrap();
        assert_ne!(&bytes[found.start..found.end], b"hello there");
        apply_mask(&mut bytes[found.start..found.end], found.mask.unwrap());
        assert_eq!(&bytes[found.start..found.end], b"hello there");
    }

    #[test]
    fn what_follows_a_frame_is_left_alone() {
        let mut bytes = server_frame(TEXT, b"one");
        let first = bytes.len();
        bytes.extend(server_frame(TEXT, b"two"));
        assert_eq!(frame(&bytes).unwrap().unwrap().end, first);
    }

    #[test]
    fn fragments_compression_and_absurd_lengths_are_refused() {
        assert!(frame(&[TEXT, 0]).is_err());
        assert!(frame(&[FINAL, 0]).is_err());
        assert!(frame(&[FINAL | 0x40 | TEXT, 0]).is_err());
        assert!(frame(&[FINAL | TEXT, 127, 0, 0, 1, 0, 0, 0, 0, 0]).is_err());
    }
}
