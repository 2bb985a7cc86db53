//! The header of a frame: two bytes, then up to eight of length and four of mask.

use bytes::BufMut;

use crate::Violation;

/// The longest header: two bytes, an eight-byte length and a mask.
pub(crate) const MAX_HEADER: usize = 14;
/// The longest header of a server's frame, which has no mask.
pub(crate) const MAX_SERVER_HEADER: usize = 10;
/// The longest payload of a control frame.
pub(crate) const MAX_CONTROL: usize = 125;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// The next part of a message that an earlier frame began.
    Continuation = 0x0,
    /// UTF-8.
    Text = 0x1,
    /// Any bytes.
    Binary = 0x2,
    /// A goodbye, with a code and a reason or with nothing.
    Close = 0x8,
    /// A question whether the other side is there, to be answered by a pong with the same payload.
    Ping = 0x9,
    /// The answer to a ping, or a sign of life that nobody asked for.
    Pong = 0xA,
}

impl Opcode {
    fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0x0 => Some(Self::Continuation),
            0x1 => Some(Self::Text),
            0x2 => Some(Self::Binary),
            0x8 => Some(Self::Close),
            0x9 => Some(Self::Ping),
            0xA => Some(Self::Pong),
            _ => None,
        }
    }

    /// Close, ping and pong: at most 125 bytes, never in parts, allowed between the parts of a message.
    pub fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// A header that was read whole and is valid by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) fin: bool,
    pub(crate) opcode: Opcode,
    /// Bytes of payload that follow.
    pub(crate) length: u64,
    /// Zeros for a frame without a mask.
    pub(crate) mask: [u8; 4],
    /// Bytes that the header itself takes.
    pub(crate) size: usize,
}

impl Header {
    /// Reads the header at the start of `bytes`; `None` when they end before it does.
    ///
    /// A fault is reported by the first byte that shows it, so the answer does not depend on how the bytes were cut.
    pub(crate) fn parse(bytes: &[u8], masked: bool) -> Result<Option<Self>, Violation> {
        let Some(&first) = bytes.first() else { return Ok(None) };
        if first & 0x70 != 0 {
            return Err(Violation::ReservedBits);
        }
        let fin = first & 0x80 != 0;
        let opcode = Opcode::from_bits(first & 0x0F).ok_or(Violation::ReservedOpcode)?;
        if opcode.is_control() && !fin {
            return Err(Violation::FragmentedControl);
        }
        let Some(&second) = bytes.get(1) else { return Ok(None) };
        if masked != (second & 0x80 != 0) {
            return Err(if masked { Violation::Unmasked } else { Violation::Masked });
        }
        let short = second & 0x7F;
        if opcode.is_control() && usize::from(short) > MAX_CONTROL {
            return Err(Violation::LongControl);
        }
        let Some((length, at)) = parse_length(short, bytes)? else { return Ok(None) };
        if !masked {
            return Ok(Some(Self { fin, opcode, length, mask: [0; 4], size: at }));
        }
        let mask = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
        Ok(mask.map(|&mask| Self { fin, opcode, length, mask, size: at + 4 }))
    }
}

/// The length, and where the header goes on behind it.
fn parse_length(short: u8, bytes: &[u8]) -> Result<Option<(u64, usize)>, Violation> {
    let rest = bytes.get(2..).unwrap_or_default();
    let (length, at, least) = match short {
        126 => match rest.first_chunk::<2>() {
            Some(&long) => (u64::from(u16::from_be_bytes(long)), 4, 126),
            None => return Ok(None),
        },
        127 => match rest.first_chunk::<8>() {
            Some(&long) => (u64::from_be_bytes(long), 10, 1 << 16),
            None => return Ok(None),
        },
        short => return Ok(Some((u64::from(short), 2))),
    };
    if length < least || length >> 63 != 0 {
        return Err(Violation::LengthEncoding);
    }
    Ok(Some((length, at)))
}

/// Bytes that the header of an unmasked frame with this payload takes: 2, 4 or 10.
pub(crate) fn header_size(length: usize) -> usize {
    match length {
        0..126 => 2,
        126..65536 => 4,
        _ => MAX_SERVER_HEADER,
    }
}

/// Writes a header without the mask's key; `masked` only sets its bit.
pub(crate) fn put_header(fin: bool, opcode: Opcode, masked: bool, length: usize, mut out: impl BufMut) {
    out.put_u8(u8::from(fin) << 7 | opcode as u8);
    let mask_bit = u8::from(masked) << 7;
    // The ranges are those of `header_size`, and make the conversions lossless.
    match length {
        0..126 => out.put_u8(mask_bit | length as u8),
        126..65536 => {
            out.put_u8(mask_bit | 126);
            out.put_u16(length as u16);
        }
        _ => {
            out.put_u8(mask_bit | 127);
            out.put_u64(length as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, Opcode, header_size, put_header};
    use crate::Violation;

    fn parse(bytes: &[u8]) -> Result<Option<Header>, Violation> {
        Header::parse(bytes, true)
    }

    #[test]
    fn a_header_that_was_written_reads_the_same_at_every_boundary_of_length() {
        for length in [0, 1, 125, 126, 127, 65535, 65536, 1 << 32] {
            let mut bytes = Vec::new();
            put_header(false, Opcode::Binary, false, length, &mut bytes);
            assert_eq!(bytes.len(), header_size(length), "{length}");
            let header = Header::parse(&bytes, false).unwrap().unwrap();
            assert_eq!((header.fin, header.opcode, header.length), (false, Opcode::Binary, length as u64));
            assert_eq!(header.size, bytes.len());
        }
    }

    #[test]
    fn a_header_cut_short_is_neither_right_nor_wrong() {
        let header = [0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4];
        for length in 0..header.len() {
            assert_eq!(parse(&header[..length]), Ok(None), "{length} bytes");
        }
        let whole = parse(&header).unwrap().unwrap();
        assert_eq!((whole.length, whole.mask, whole.size), (65536, [1, 2, 3, 4], 14));
    }

    #[test]
    fn a_fault_is_seen_in_the_first_byte_that_shows_it() {
        assert_eq!(parse(&[0xC1]), Err(Violation::ReservedBits));
        assert_eq!(parse(&[0x83]), Err(Violation::ReservedOpcode));
        assert_eq!(parse(&[0x09]), Err(Violation::FragmentedControl));
        assert_eq!(parse(&[0x81, 0x05]), Err(Violation::Unmasked));
        assert_eq!(parse(&[0x89, 0xFE]), Err(Violation::LongControl));
        assert_eq!(Header::parse(&[0x81, 0x85], false), Err(Violation::Masked));
    }

    #[test]
    fn a_length_must_be_written_in_its_shortest_form() {
        assert_eq!(parse(&[0x82, 0xFE, 0, 125]), Err(Violation::LengthEncoding));
        assert_eq!(parse(&[0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]), Err(Violation::LengthEncoding));
        assert_eq!(parse(&[0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0]), Err(Violation::LengthEncoding));
    }

    #[test]
    fn every_opcode_of_the_rfc_is_known_and_no_other() {
        for bits in 0..16 {
            let known = matches!(bits, 0 | 1 | 2 | 8 | 9 | 10);
            let parsed = parse(&[0x80 | bits, 0x80, 0, 0, 0, 0]);
            assert_eq!(parsed.is_ok(), known, "{bits}");
            assert!(known || parsed == Err(Violation::ReservedOpcode), "{bits}");
        }
    }
}
