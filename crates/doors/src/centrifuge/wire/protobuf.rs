//! Fields in Protobuf: the bytes of proto3, with the message's length before it.

use std::fmt::Display;
use std::io::Write;

use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

use super::layout::{Field, Fields, Layout};

/// The two fields of an entry of a map.
const KEY: u32 = 1;
const VALUE: u32 = 2;

/// Appends fields to a buffer.
pub(super) struct Protobuf<'a>(&'a mut Vec<u8>);

impl<'a> Protobuf<'a> {
    /// Appends the message and, before it, its length.
    pub(super) fn write(message: &impl Layout, out: &'a mut Vec<u8>) {
        Self(out).counted(|w| message.fields(w));
    }

    /// Appends what `body` writes, with its length before it.
    ///
    /// Most messages are shorter than 128 bytes, so one byte is kept free for the length; a longer one is moved.
    fn counted(&mut self, body: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        self.0.push(0);
        body(self);
        let length = (self.0.len() - start - 1) as u64;
        if let Ok(short @ 0..0x80) = u8::try_from(length) {
            self.0[start] = short;
            return;
        }
        let mut varint = [0; 10];
        encode_varint(length, &mut varint.as_mut_slice());
        self.0.splice(start..=start, varint.into_iter().take(encoded_len_varint(length)));
    }

    fn bytes(&mut self, number: u32, value: &[u8]) {
        encode_key(number, WireType::LengthDelimited, self.0);
        encode_varint(value.len() as u64, self.0);
        self.0.extend_from_slice(value);
    }

    fn nested(&mut self, number: u32, body: impl FnOnce(&mut Self)) {
        encode_key(number, WireType::LengthDelimited, self.0);
        self.counted(body);
    }
}

impl Fields for Protobuf<'_> {
    fn flag(&mut self, field: Field, value: bool) {
        self.number(field, value.into());
    }

    fn number(&mut self, field: Field, value: u64) {
        if value != 0 {
            encode_key(field.number, WireType::Varint, self.0);
            encode_varint(value, self.0);
        }
    }

    fn signed(&mut self, field: Field, value: i64) {
        self.number(field, value.cast_unsigned());
    }

    fn text(&mut self, field: Field, value: &str) {
        self.raw(field, value.as_bytes());
    }

    fn plain(&mut self, field: Field, value: impl Display) {
        self.nested(field.number, |w| write!(w.0, "{value}").expect("a vector takes every byte"));
    }

    fn raw(&mut self, field: Field, value: &[u8]) {
        if !value.is_empty() {
            self.bytes(field.number, value);
        }
    }

    fn message(&mut self, field: Field, value: &impl Layout) {
        self.nested(field.number, |w| value.fields(w));
    }

    fn list<L: Layout>(&mut self, field: Field, values: impl ExactSizeIterator<Item = L>) {
        for value in values {
            self.message(field, &value);
        }
    }

    fn map<K: AsRef<str>, L: Layout>(
        &mut self,
        field: Field,
        entries: impl ExactSizeIterator<Item = (K, L)>,
    ) {
        for (key, value) in entries {
            self.nested(field.number, |w| {
                w.bytes(KEY, key.as_ref().as_bytes());
                w.nested(VALUE, |w| value.fields(w));
            });
        }
    }

    fn labels<'a>(&mut self, field: Field, labels: impl ExactSizeIterator<Item = (&'a str, &'a str)>) {
        for (key, value) in labels {
            self.nested(field.number, |w| {
                w.bytes(KEY, key.as_bytes());
                w.bytes(VALUE, value.as_bytes());
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Payload(usize);

    impl Layout for Payload {
        fn fields<W: Fields>(&self, w: &mut W) {
            w.raw(Field { number: 1, name: "data", always: false }, &vec![7; self.0]);
        }
    }

    #[test]
    fn a_length_takes_as_few_bytes_as_it_needs() {
        for (payload, prefix) in [
            (0, &[0][..]),
            (125, &[127, 10, 125]),
            (126, &[0x80, 1, 10, 126]),
            (127, &[0x81, 1, 10, 127]),
            (128, &[0x83, 1, 10, 0x80, 1]),
            (20_000, &[0xa4, 0x9c, 1, 10, 0xa0, 0x9c, 1]),
        ] {
            let mut out = vec![9];
            Protobuf::write(&Payload(payload), &mut out);
            assert_eq!(out.len(), 1 + prefix.len() + payload, "{payload}");
            assert_eq!(&out[1..=prefix.len()], prefix, "{payload}");
            assert!(out[1 + prefix.len()..].iter().all(|byte| *byte == 7), "{payload}");
        }
    }
}
