//! Reads what callers send, as generously as Centrifugo does: unknown keys are nothing, and null is nothing said.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use serde_json::value::RawValue;

/// What was sent is not JSON, or not of the shape that was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Reads one object, in which everything may be missing; null is an empty one.
pub fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Malformed> {
    let json = json.trim_ascii();
    let json = if json == b"null" { b"{}" } else { json };
    // Serde would take an array for the fields of a struct, one after the other.
    if !json.starts_with(b"{") {
        return Err(Malformed);
    }
    serde_json::from_slice(json).map_err(|_| Malformed)
}

/// A text that is not copied unless it has escapes. Missing, null and empty are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Text<'_> {
    /// The text, unless it is empty.
    pub fn said(&self) -> Option<&str> {
        Some(&**self).filter(|text| !text.is_empty())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or null")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

/// For a field that may be null and mean it: `None` is for a field that is not there.
pub fn even_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Sample<'a> {
        #[serde(borrow, default)]
        text: Text<'a>,
        number: Option<u32>,
    }

    fn sample(json: &str) -> Result<(String, Option<u32>), Malformed> {
        read::<Sample<'_>>(json.as_bytes()).map(|sample| (sample.text.to_string(), sample.number))
    }

    #[test]
    fn missing_null_and_unknown_are_nothing_said() {
        for json in ["{}", " null ", r#"{"text":null,"number":null,"other":[1]}"#] {
            assert_eq!(sample(json), Ok((String::new(), None)), "{json}");
        }
    }

    #[test]
    fn a_text_may_have_escapes() {
        assert_eq!(sample(r#"{"text":"a\n\u00e9"}"#), Ok(("a\né".into(), None)));
    }

    #[test]
    fn only_one_object_is_well_formed() {
        for json in [
            "",
            " ",
            "[]",
            "[\"a\",1]",
            "\"x\"",
            "{bad",
            "{} trailing",
            "{}{}",
            r#"{"text":1}"#,
            r#"{"number":"1"}"#,
        ] {
            assert_eq!(sample(json), Err(Malformed), "{json}");
        }
    }
}
