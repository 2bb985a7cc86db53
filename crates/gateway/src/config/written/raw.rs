//! A configuration before anybody knows what it means.

use std::collections::BTreeMap;
use std::fmt;

/// Values by their keys.
pub type Table = BTreeMap<String, Raw>;

/// One value, and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// The value.
    pub value: Value,
    /// Where it was written.
    pub origin: Origin,
}

/// A value of any format.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Nothing, which is as good as not written.
    Nothing,
    /// A text; in variables and flags everything is one.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Fraction(f64),
    /// True or false.
    Switch(bool),
    /// Several values.
    List(Vec<Raw>),
    /// Values by their keys.
    Table(Table),
}

/// Where a value was written. What comes later in this list overrides what comes earlier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// In a file, at that line when the format tells.
    File(Option<usize>),
    /// In an environment variable.
    Variable(String),
    /// In a flag.
    Flag(String),
}

impl Raw {
    /// A text of a variable or a flag.
    pub fn text(text: &str, origin: Origin) -> Self {
        Self { value: Value::Text(text.into()), origin }
    }

    /// What kind of value it is, for complaints.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Nothing => "nothing",
            Value::Text(_) => "a text",
            Value::Whole(_) | Value::Fraction(_) => "a number",
            Value::Switch(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// Whether it says nothing that would be so without it: nothing, false, zero or empty.
    pub fn is_void(&self) -> bool {
        match &self.value {
            Value::Nothing => true,
            Value::Text(text) => matches!(text.as_str(), "" | "false" | "0" | "0s" | "[]" | "{}"),
            Value::Whole(number) => *number == 0,
            Value::Fraction(number) => *number == 0.0,
            Value::Switch(on) => !on,
            Value::List(list) => list.is_empty(),
            Value::Table(table) => table.values().all(Self::is_void),
        }
    }
}

/// Puts a value at a path, over what is there. A path that leads through a value that is no table replaces it: what
/// comes later wins.
pub fn put(table: &mut Table, path: &[&str], raw: Raw) {
    let Some((name, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        table.insert((*name).into(), raw);
        return;
    }
    let origin = raw.origin.clone();
    let inner = table
        .entry((*name).into())
        .or_insert_with(|| Raw { value: Value::Table(Table::new()), origin: origin.clone() });
    if !matches!(inner.value, Value::Table(_)) {
        *inner = Raw { value: Value::Table(Table::new()), origin };
    }
    if let Value::Table(inner) = &mut inner.value {
        put(inner, rest, raw);
    }
}

/// The value at a path.
pub fn get<'t>(table: &'t Table, path: &[&str]) -> Option<&'t Raw> {
    let (name, rest) = path.split_first()?;
    let raw = table.get(*name)?;
    match &raw.value {
        _ if rest.is_empty() => Some(raw),
        Value::Table(inner) => get(inner, rest),
        _ => None,
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(None) => f.write_str("the file"),
            Self::File(Some(line)) => write!(f, "line {line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// Any value may be a secret, so none is printed.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(list) => list.fmt(f),
            Self::Table(table) => table.fmt(f),
            Self::Nothing | Self::Text(_) | Self::Whole(_) | Self::Fraction(_) | Self::Switch(_) => {
                f.write_str("Value(..)")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_later_wins_whatever_was_there() {
        let mut table = Table::new();
        let first = Raw { value: Value::Switch(true), origin: Origin::File(Some(1)) };
        put(&mut table, &["client"], first);
        let second = Raw::text("25s", Origin::Variable("V".into()));
        put(&mut table, &["client", "ping_interval"], second.clone());
        assert_eq!(get(&table, &["client", "ping_interval"]), Some(&second));
        assert_eq!(get(&table, &["client", "ping_interval", "more"]), None);
    }

    #[test]
    fn a_value_is_never_printed() {
        let raw = Raw::text("do-not-print-me", Origin::File(None));
        assert!(!format!("{raw:?}").contains("do-not-print-me"));
    }
}
