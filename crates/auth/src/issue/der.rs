//! The numbers of an RSA private key in its PKCS#8 (RFC 5208, RFC 8017 A.1.2), which the library does not tell.

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// The numbers of an RSA private key, big-endian without leading zeros, in the order of PKCS#1:
/// n, e, d, p, q, dp, dq, qi.
pub(super) fn rsa_numbers(pkcs8: &[u8]) -> Option<[Vec<u8>; 8]> {
    let mut outer = Reader(pkcs8).enter(SEQUENCE)?;
    outer.take(INTEGER)?;
    outer.take(SEQUENCE)?;
    let mut key = Reader(outer.take(OCTETS)?).enter(SEQUENCE)?;
    key.take(INTEGER)?;
    let mut number = || Some(without_zeros(key.take(INTEGER)?).to_vec());
    let numbers = [number()?, number()?, number()?, number()?, number()?, number()?, number()?, number()?];
    Some(numbers)
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let first = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    &number[first..]
}

/// Values that follow each other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next value, which has to be of that type.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        if *found != tag || length > rest.len() {
            return None;
        }
        let (content, rest) = rest.split_at(length);
        self.0 = rest;
        Some(content)
    }

    fn enter(mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Reader)
    }
}

/// A length, and what follows it. Private keys are shorter than 64 KiB.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ 0..=0x7f, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, one, rest @ ..] => Some((usize::from(*one), rest)),
        [0x82, high, low, rest @ ..] => Some((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        _ => None,
    }
}
