//! Files: TOML with the line of each value, and JSON.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use toml::de::{DeInteger, DeTable, DeValue};

use super::raw::{Origin, Raw, Table, Value};

/// Why a file cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// The operating system says no.
    Io(PathBuf, io::Error),
    /// It is not written in its format; the text says where and why.
    Syntax(PathBuf, String),
    /// Its name ends in nothing that is known.
    Format(PathBuf),
}

/// Reads a file in the format that its name ends in.
///
/// # Errors
/// When there is no such file, or it is none of that format.
pub fn read(path: &Path) -> Result<Table, Unreadable> {
    let parse: fn(&str) -> Result<Table, String> = match path.extension().and_then(|end| end.to_str()) {
        Some("json") => json,
        Some("toml") => toml,
        _ => return Err(Unreadable::Format(path.into())),
    };
    let text = std::fs::read_to_string(path).map_err(|error| Unreadable::Io(path.into(), error))?;
    parse(&text).map_err(|fault| Unreadable::Syntax(path.into(), fault))
}

/// Reads TOML.
///
/// # Errors
/// Where and why it is none.
pub fn toml(text: &str) -> Result<Table, String> {
    let document = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        format!("line {line}: {}", error.message())
    })?;
    Ok(from_toml_table(text, document.get_ref()))
}

/// Reads JSON.
///
/// # Errors
/// Where and why it is none.
pub fn json(text: &str) -> Result<Table, String> {
    let object = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(from_json_object(object, &Origin::File(None)))
}

/// A JSON value that stands where `origin` says.
pub fn from_json(value: serde_json::Value, origin: &Origin) -> Raw {
    use serde_json::Value as Json;
    let value = match value {
        Json::Null => Value::Nothing,
        Json::Bool(on) => Value::Switch(on),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Whole(whole),
            None => Value::Fraction(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Text(text),
        Json::Array(list) => Value::List(list.into_iter().map(|value| from_json(value, origin)).collect()),
        Json::Object(object) => Value::Table(from_json_object(object, origin)),
    };
    Raw { value, origin: origin.clone() }
}

fn from_json_object(object: serde_json::Map<String, serde_json::Value>, origin: &Origin) -> Table {
    object.into_iter().map(|(name, value)| (name, from_json(value, origin))).collect()
}

fn from_toml_table(text: &str, table: &DeTable<'_>) -> Table {
    let entry = |(name, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = name.get_ref();
        let line = line_of(text, value.span().start);
        (name.to_string(), from_toml(text, value.get_ref(), line))
    };
    table.iter().map(entry).collect()
}

fn from_toml(text: &str, value: &DeValue<'_>, line: usize) -> Raw {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => whole(number).map_or(Value::Fraction(f64::INFINITY), Value::Whole),
        DeValue::Float(number) => Value::Fraction(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(on) => Value::Switch(*on),
        // Nothing here takes a date; as a text it gets the complaint of the key that it stands at.
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(list) => {
            let raw = |value: &toml::Spanned<DeValue<'_>>| {
                from_toml(text, value.get_ref(), line_of(text, value.span().start))
            };
            Value::List(list.iter().map(raw).collect())
        }
        DeValue::Table(table) => Value::Table(from_toml_table(text, table)),
    };
    Raw { value, origin: Origin::File(Some(line)) }
}

/// The number, unless it is beyond 64 bits.
fn whole(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Syntax(path, fault) => write!(f, "{}, {fault}", path.display()),
            Self::Format(path) => match path.extension().and_then(|end| end.to_str()) {
                Some("yaml" | "yml") => {
                    write!(f, "{}: YAML is not read here; write the file as JSON or TOML", path.display())
                }
                _ => write!(f, "{}: the name must end in .toml or .json", path.display()),
            },
        }
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests {
    use super::super::raw::get;
    use super::*;

    #[test]
    fn a_value_in_toml_has_the_line_it_stands_in() {
        let table = toml("[listen]\n\naddress = \"::1\"\nport = 0x10\n").unwrap();
        let address = get(&table, &["listen", "address"]).unwrap();
        assert_eq!(address.origin, Origin::File(Some(3)));
        let port = get(&table, &["listen", "port"]).unwrap();
        assert_eq!((&port.value, &port.origin), (&Value::Whole(16), &Origin::File(Some(4))));
    }

    #[test]
    fn toml_that_is_none_is_refused_with_the_line() {
        assert!(toml("[listen]\nport = \n").unwrap_err().starts_with("line 2: "));
    }

    #[test]
    fn json_that_is_none_is_refused_with_line_and_column() {
        assert_eq!(json("{bad").unwrap_err(), "key must be a string at line 1 column 2");
    }

    #[test]
    fn yaml_is_refused_with_a_way_out() {
        let refusal = read(Path::new("config.yaml")).unwrap_err().to_string();
        assert_eq!(refusal, "config.yaml: YAML is not read here; write the file as JSON or TOML");
    }
}
