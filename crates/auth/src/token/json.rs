//! JSON in which everything means one thing: UTF-8, no name twice in an object, bounded depth, nothing behind it.
//!
//! An [`Object`] keeps each member's value as it was written, so that a claim is typed where its name is known
//! and what is handed on (`info`, `data`, `meta`) stays verbatim.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

use crate::JsonFault;

/// How deep a token's JSON may nest; the payload itself is 1.
pub const MAX_JSON_DEPTH: usize = 16;

/// The members of a strict JSON object, in the order in which they were written.
pub(crate) struct Object<'a> {
    members: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Object<'a> {
    /// Reads a whole text that must be one strict object.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, JsonFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| JsonFault::Encoding)?;
        Self::read_inside(text, 0)
    }

    /// Reads a whole text that must be one object with distinct names. What its members hold is not looked at: for
    /// documents in which one bad part must not spoil the others, which are then read by [`read_inside`](Self::read_inside).
    pub(crate) fn read_outside(text: &'a str) -> Result<Self, JsonFault> {
        let object = Self::members_of(text).ok_or(JsonFault::Syntax)?;
        if !distinct(object.members.iter().map(|(name, _)| name.as_ref()).collect()) {
            return Err(JsonFault::DuplicateName);
        }
        Ok(object)
    }

    /// Reads a strict object that lies inside so many others.
    pub(crate) fn read_inside(text: &'a str, around: usize) -> Result<Self, JsonFault> {
        let object = Self::read_outside(text)?;
        object.members.iter().try_for_each(|(_, value)| check(value, around + 1))?;
        Ok(object)
    }

    /// The members of an object that lies inside one which [`read`](Self::read) has found strict; `None` when the
    /// text is something else than an object.
    pub(crate) fn members_of(text: &'a str) -> Option<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let members = deserializer.deserialize_map(Members).ok()?;
        deserializer.end().ok()?;
        Some(Self { members })
    }

    /// A member's value as it was written.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// All members with their names as they are kept.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&Cow<'a, str>, &'a str)> {
        self.members.iter().map(|(name, value)| (name, *value))
    }

    /// All members, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.members.iter().map(|(name, value)| (name.as_ref(), *value))
    }
}

/// A string, borrowed unless it is written with escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A JSON string's content; `None` for any other JSON.
pub(crate) fn text(raw: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(raw).ok().map(|Text(text)| text)
}

/// The elements of a JSON array as they were written; `None` for any other JSON.
pub(crate) fn items(raw: &str) -> Option<Vec<&str>> {
    let items: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    Some(items.into_iter().map(RawValue::get).collect())
}

/// Whether a value that lies inside so many objects and arrays is strict.
pub(crate) fn check(value: &str, around: usize) -> Result<(), JsonFault> {
    // Scalars without escapes hold nothing that can be ambiguous.
    if !value.bytes().any(|byte| matches!(byte, b'{' | b'[' | b'\\')) {
        return Ok(());
    }
    let fault = Cell::new(JsonFault::Syntax);
    let walk = Walk { depth: around, fault: &fault };
    walk.deserialize(&mut serde_json::Deserializer::from_str(value)).map_err(|_| fault.get())
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
            members.push((name, value.get()));
        }
        Ok(members)
    }
}

fn distinct(mut names: Vec<&str>) -> bool {
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
}

/// Visits a value and all that lies inside it; `depth` counts the containers around it.
#[derive(Clone, Copy)]
struct Walk<'f> {
    depth: usize,
    fault: &'f Cell<JsonFault>,
}

impl Walk<'_> {
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_JSON_DEPTH {
            return Err(self.because(JsonFault::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn because<E: de::Error>(self, fault: JsonFault) -> E {
        self.fault.set(fault);
        E::custom(fault)
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strict JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while items.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut names = Vec::new();
        while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
            map.next_value_seed(inside)?;
            names.push(name);
        }
        if distinct(names.iter().map(AsRef::as_ref).collect()) {
            return Ok(());
        }
        Err(self.because(JsonFault::DuplicateName))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<JsonFault> {
        Object::read(text.as_bytes()).err()
    }

    #[test]
    fn members_keep_their_order_and_their_spelling() {
        let object = Object::read(br#" {"b" : [1,  2.50], "\u0061":"x"} "#).expect("strict");
        assert_eq!(object.iter().collect::<Vec<_>>(), [("b", "[1,  2.50]"), ("a", "\"x\"")]);
        assert_eq!(object.get("a"), Some("\"x\""));
        assert_eq!(object.get("c"), None);
    }

    #[test]
    fn only_one_whole_object_is_read() {
        for text in [
            "",
            "null",
            "[]",
            "\"{}\"",
            "{",
            "{}{}",
            "{},",
            "{'a':1}",
            "{\"a\":1,}",
            "{\"a\":01}",
            "\u{feff}{}",
        ] {
            assert_eq!(fault(text), Some(JsonFault::Syntax), "{text:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_not_json() {
        assert_eq!(Object::read(b"{\"a\":\"\xff\"}").err(), Some(JsonFault::Encoding));
    }

    #[test]
    fn a_name_twice_is_refused_at_every_level_and_in_every_spelling() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"b":2,"a":3}}"#,
            r#"{"x":[{"a":1,"a":1}]}"#,
        ] {
            assert_eq!(fault(text), Some(JsonFault::DuplicateName), "{text}");
        }
    }

    #[test]
    fn the_same_name_in_two_objects_is_two_names() {
        assert_eq!(fault(r#"{"x":{"a":1},"y":{"a":1},"a":1}"#), None);
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert_eq!(fault(&nested(MAX_JSON_DEPTH)), None);
        assert_eq!(fault(&nested(MAX_JSON_DEPTH + 1)), Some(JsonFault::TooDeep));
        assert_eq!(fault(&nested(5_000)), Some(JsonFault::TooDeep));
    }

    #[test]
    fn what_lies_inside_counts_the_depth_around_it() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert!(Object::read_inside(&nested(MAX_JSON_DEPTH - 2), 2).is_ok());
        let too_deep = nested(MAX_JSON_DEPTH - 1);
        assert_eq!(Object::read_inside(&too_deep, 2).err(), Some(JsonFault::TooDeep));
    }

    #[test]
    fn an_array_is_taken_apart_without_a_look_at_its_elements() {
        assert_eq!(items(r#" [1, {"a":1,"a":2} ,"x"] "#), Some(vec!["1", r#"{"a":1,"a":2}"#, "\"x\""]));
        assert_eq!(items("[]"), Some(vec![]));
        assert_eq!((items("{}"), items("[1,]"), items("null")), (None, None, None));
    }

    #[test]
    fn lone_surrogates_and_control_characters_are_refused() {
        for text in [r#"{"a":"\ud800"}"#, r#"{"\udc00":1}"#, "{\"a\":\"\u{1}\"}", "{\"a\":[\"\n\"]}"] {
            assert_eq!(fault(text), Some(JsonFault::Syntax), "{text:?}");
        }
    }
}
