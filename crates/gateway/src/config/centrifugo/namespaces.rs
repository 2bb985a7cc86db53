//! Namespaces, which are a list of tables with a name each.

use crate::config::options::ChannelOptions;
use crate::config::written::{Notes, Origin, Raw, Setting, Table, Value, file};

/// The namespaces in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub struct NamespaceList(pub Vec<(String, ChannelOptions)>);

impl Setting for NamespaceList {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        let Value::List(list) = raw.value else {
            notes.complain(at, "must be a list of tables with a name each");
            return None;
        };
        let namespaces = list.into_iter().enumerate().filter_map(|(index, raw)| {
            let (name, raw) = named(raw, &format!("{at}[{index}]"), notes)?;
            let path = path(at, &name);
            notes.found(&path, &raw.origin);
            Some((name, ChannelOptions::read(raw, &path, notes)?))
        });
        Some(Self(namespaces.collect()))
    }

    fn written(&self) -> Option<String> {
        None
    }
}

/// How complaints name a namespace.
pub fn path(at: &str, name: &str) -> String {
    format!("{at}[{name}]")
}

/// The list that a variable holds: JSON, or names with spaces between them.
pub fn from_text(text: &str, origin: &Origin) -> Result<Raw, String> {
    if text.trim_start().starts_with('[') {
        let json = serde_json::from_str(text).map_err(|error| error.to_string())?;
        return Ok(file::from_json(json, origin));
    }
    let table = |name: &str| {
        let name = Raw::text(name, origin.clone());
        Raw { value: Value::Table(Table::from([("name".into(), name)])), origin: origin.clone() }
    };
    let list = text.split_whitespace().map(table).collect();
    Ok(Raw { value: Value::List(list), origin: origin.clone() })
}

/// A table without its name, and the name.
fn named(mut raw: Raw, at: &str, notes: &mut Notes) -> Option<(String, Raw)> {
    if let Value::Table(table) = &mut raw.value {
        if let Some(name) = String::take(table, at, "name", notes) {
            return Some((name, raw));
        }
        notes.complain(at, "a namespace needs a name");
    } else {
        notes.complain(at, "must be a table with a name");
    }
    None
}
