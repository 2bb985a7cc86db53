//! Fields in JSON, as the clients of the protocol are used to read them.
//!
//! Text that the server answers for is escaped so that it can stand in a web page (`<`, `>`, `&`, U+2028, U+2029).
//! Payloads are carried as they came, once it is certain that they are JSON; only line feeds between their tokens go,
//! because a line feed ends a message.

use std::fmt::Display;
use std::io::Write;

use memchr::memchr_iter;
use serde_json::value::RawValue;

use super::NotJson;
use super::layout::{Field, Fields, Layout};

/// Appends fields to a buffer.
pub(super) struct Json<'a> {
    out: &'a mut Vec<u8>,
    /// Whether every payload so far was JSON.
    sound: bool,
}

impl<'a> Json<'a> {
    /// Appends the message.
    ///
    /// # Errors
    /// When a payload is not JSON; `out` is then as it was.
    pub(super) fn write(message: &impl Layout, out: &'a mut Vec<u8>) -> Result<(), NotJson> {
        let start = out.len();
        let mut w = Self { out, sound: true };
        w.object(|w| message.fields(w));
        if w.sound {
            return Ok(());
        }
        w.out.truncate(start);
        Err(NotJson)
    }

    fn object(&mut self, body: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        body(self);
        self.out.push(b'}');
    }

    /// A comma, unless an object or a list has just begun: no value ends in an opening bracket.
    fn comma(&mut self) {
        if !matches!(self.out.last(), Some(b'{' | b'[')) {
            self.out.push(b',');
        }
    }

    fn name(&mut self, field: Field) {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(field.name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn string(&mut self, text: &str) {
        self.out.push(b'"');
        escape(text.as_bytes(), self.out);
        self.out.push(b'"');
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.string(key);
        self.out.push(b':');
    }
}

impl Fields for Json<'_> {
    fn flag(&mut self, field: Field, value: bool) {
        if value {
            self.name(field);
            self.out.extend_from_slice(b"true");
        }
    }

    fn number(&mut self, field: Field, value: u64) {
        if value != 0 || field.always {
            self.name(field);
            write!(self.out, "{value}").expect("a vector takes every byte");
        }
    }

    fn signed(&mut self, field: Field, value: i64) {
        if value != 0 || field.always {
            self.name(field);
            write!(self.out, "{value}").expect("a vector takes every byte");
        }
    }

    fn text(&mut self, field: Field, value: &str) {
        if !value.is_empty() || field.always {
            self.name(field);
            self.string(value);
        }
    }

    fn plain(&mut self, field: Field, value: impl Display) {
        self.name(field);
        write!(self.out, "\"{value}\"").expect("a vector takes every byte");
    }

    fn raw(&mut self, field: Field, value: &[u8]) {
        if value.is_empty() {
            return;
        }
        match serde_json::from_slice::<&RawValue>(value) {
            Ok(value) => {
                self.name(field);
                without_line_feeds(value.get().as_bytes(), self.out);
            }
            Err(_) => self.sound = false,
        }
    }

    fn message(&mut self, field: Field, value: &impl Layout) {
        self.name(field);
        self.object(|w| value.fields(w));
    }

    fn list<L: Layout>(&mut self, field: Field, values: impl ExactSizeIterator<Item = L>) {
        if values.len() == 0 && !field.always {
            return;
        }
        self.name(field);
        self.out.push(b'[');
        for value in values {
            self.comma();
            self.object(|w| value.fields(w));
        }
        self.out.push(b']');
    }

    fn map<K: AsRef<str>, L: Layout>(
        &mut self,
        field: Field,
        entries: impl ExactSizeIterator<Item = (K, L)>,
    ) {
        if entries.len() == 0 && !field.always {
            return;
        }
        self.name(field);
        self.object(|w| {
            for (key, value) in entries {
                w.key(key.as_ref());
                w.object(|w| value.fields(w));
            }
        });
    }

    fn labels<'a>(&mut self, field: Field, labels: impl ExactSizeIterator<Item = (&'a str, &'a str)>) {
        if labels.len() == 0 {
            return;
        }
        self.name(field);
        self.object(|w| {
            for (key, value) in labels {
                w.key(key);
                w.string(value);
            }
        });
    }
}

/// A line feed in valid JSON is always space between tokens.
fn without_line_feeds(value: &[u8], out: &mut Vec<u8>) {
    let mut start = 0;
    for end in memchr_iter(b'\n', value) {
        out.extend_from_slice(&value[start..end]);
        start = end + 1;
    }
    out.extend_from_slice(&value[start..]);
}

/// Appends UTF-8 text as the inside of a JSON string.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    let mut start = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let length = match byte {
            b'"' | b'\\' | b'<' | b'>' | b'&' | 0..0x20 => 1,
            0xe2 if matches!(text.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) => 3,
            _ => {
                at += 1;
                continue;
            }
        };
        out.extend_from_slice(&text[start..at]);
        escaped(&text[at..at + length], out);
        at += length;
        start = at;
    }
    out.extend_from_slice(&text[start..]);
}

/// Appends the escape of one character.
fn escaped(character: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match *character {
        [byte @ (b'"' | b'\\')] => out.extend_from_slice(&[b'\\', byte]),
        [b'\n'] => out.extend_from_slice(b"\\n"),
        [b'\r'] => out.extend_from_slice(b"\\r"),
        [b'\t'] => out.extend_from_slice(b"\\t"),
        [byte] => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]]);
        }
        [.., last] => out.extend_from_slice(&[b'\\', b'u', b'2', b'0', b'2', HEX[usize::from(last & 0xf)]]),
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped_text(text: &str) -> String {
        let mut out = Vec::new();
        escape(text.as_bytes(), &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn text_is_escaped_so_that_it_can_stand_in_a_web_page() {
        assert_eq!(escaped_text("a\"b\\c"), r#"a\"b\\c"#);
        assert_eq!(escaped_text("\n\r\t\u{8}\u{1f}\u{7f}"), "\\n\\r\\t\\u0008\\u001f\u{7f}");
        assert_eq!(escaped_text("<b>&"), r"\u003cb\u003e\u0026");
        assert_eq!(escaped_text("\u{2028}é\u{2029}\u{202a}"), "\\u2028é\\u2029\u{202a}");
    }

    struct Payload<'a>(&'a [u8]);

    impl Layout for Payload<'_> {
        fn fields<W: Fields>(&self, w: &mut W) {
            w.raw(Field { number: 1, name: "data", always: false }, self.0);
        }
    }

    fn payload(value: &[u8]) -> Result<String, NotJson> {
        let mut out = b"before".to_vec();
        let result = Json::write(&Payload(value), &mut out);
        let out = String::from_utf8(out).expect("UTF-8");
        let written = out.strip_prefix("before").expect("what was there stays").to_owned();
        if result.is_err() {
            assert_eq!(written, "");
        }
        result.map(|()| written)
    }

    #[test]
    fn a_payload_is_carried_as_it_came_but_for_line_feeds() {
        assert_eq!(payload(b"{ \"a\": \"<&>\" }").as_deref(), Ok("{\"data\":{ \"a\": \"<&>\" }}"));
        assert_eq!(payload("\"\u{2028}\"".as_bytes()).as_deref(), Ok("{\"data\":\"\u{2028}\"}"));
        assert_eq!(payload(b"{\n\"a\":\r\n[1,\n2]\n}").as_deref(), Ok("{\"data\":{\"a\":\r[1,2]}}"));
        assert_eq!(payload(br#""\n""#).as_deref(), Ok(r#"{"data":"\n"}"#));
        assert_eq!(payload(b"null").as_deref(), Ok(r#"{"data":null}"#));
        assert_eq!(payload(b"").as_deref(), Ok("{}"));
    }

    #[test]
    fn a_payload_that_is_not_json_is_not_written() {
        for bad in [&b"\0\xff"[..], b"x", b"{", b"1 2", b"{}\n{}", b"\"\n\"", b"\"\xff\"", b" ", b"01"] {
            assert_eq!(payload(bad), Err(NotJson), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn a_json_reader_finds_the_text_again_and_no_line_feed(text: String) {
            let escaped = escaped_text(&text);
            let harmful = escaped.contains(['\n', '<', '>', '&', '\u{2028}', '\u{2029}']);
            prop_assert!(!harmful, "{}", escaped);
            prop_assert_eq!(serde_json::from_str::<String>(&format!("\"{escaped}\"")).expect("a JSON string"), text);
        }
    }
}
