//! Centrifugo's environment variables: the path of a key in capitals, with `_` between its parts.

use super::foreign;
use super::namespaces;
use crate::config::options::ChannelOptions;
use crate::config::written::section::Section;
use crate::config::written::{Notes, Origin, Raw, Table, Value, raw, suggestion};

const PREFIX: &str = "CENTRIFUGO_";

/// Puts what the variables say over what the file says, and names those that say nothing.
pub fn apply(table: &mut Table, variables: &[(String, String)], notes: &mut Notes) -> Vec<String> {
    let mut left: Vec<(&str, &str)> = variables
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value.as_str())))
        // An empty variable is one that is not set.
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let outline = super::outline();
    for (key, _) in outline.keys() {
        if let Some(value) = take(&mut left, &variable(key)) {
            put(table, key, &variable(key), value);
        }
    }
    expand_namespaces(table, notes);
    for (name, options) in namespace_tables(table) {
        for option in ChannelOptions::names() {
            let key = format!("{}{}", prefix(&name), variable(option));
            if let Some(value) = take(&mut left, &key) {
                options.insert(option.into(), from_variable(&key, value));
            }
        }
    }
    // What else is said of namespaces is sorted out together with what the file says of them.
    for (name, options) in namespace_tables(table) {
        left.retain(|(key, value)| {
            let Some(option) = key.strip_prefix(&prefix(&name)) else { return true };
            options.insert(option.to_lowercase(), from_variable(key, value));
            false
        });
    }
    left.retain(|(name, value)| {
        if let Some(key) = foreign::key_of(&name.to_lowercase()) {
            put(table, &key, name, value);
            return false;
        }
        !is_of_the_platform(name)
    });
    let known: Vec<_> = outline.keys().map(|(key, _)| variable(key)).collect();
    let stray = |(name, _): (&str, &str)| {
        let hint = suggestion(name, known.iter().map(String::as_str));
        format!(
            "{PREFIX}{name}: there is no such key, and it is ignored{}",
            hint.replace("mean ", "mean CENTRIFUGO_")
        )
    };
    left.into_iter().map(stray).collect()
}

/// The name of a key's variable without the prefix. Names of namespaces may hold what variables cannot.
fn variable(key: &str) -> String {
    key.replace(['.', '-'], "_").to_uppercase()
}

/// How the variables of a namespace begin.
fn prefix(namespace: &str) -> String {
    format!("{}_", variable(&format!("channel.namespaces.{namespace}")))
}

/// Variables that a cluster sets for a service that is called centrifugo, and those that only templates use.
fn is_of_the_platform(name: &str) -> bool {
    name.starts_with("VAR_")
        || format!("_{name}").contains("_PORT")
        || format!("_{name}").contains("_SERVICE_")
}

fn take<'v>(left: &mut Vec<(&str, &'v str)>, name: &str) -> Option<&'v str> {
    let at = left.iter().position(|(other, _)| *other == name)?;
    Some(left.swap_remove(at).1)
}

fn from_variable(name: &str, value: &str) -> Raw {
    Raw::text(value, Origin::Variable(format!("{PREFIX}{name}")))
}

fn put(table: &mut Table, key: &str, name: &str, value: &str) {
    let parts: Vec<_> = key.split('.').collect();
    raw::put(table, &parts, from_variable(name, value));
}

/// Turns a text that lists namespaces into the list.
fn expand_namespaces(table: &mut Table, notes: &mut Notes) {
    let Some(Value::Table(channel)) = table.get_mut("channel").map(|raw| &mut raw.value) else { return };
    let Some(list) = channel.get_mut("namespaces") else { return };
    if let Value::Text(text) = &list.value {
        match namespaces::from_text(text, &list.origin) {
            Ok(expanded) => *list = expanded,
            Err(fault) => {
                notes.found("channel.namespaces", &list.origin);
                notes.complain("channel.namespaces", format!("is no JSON: {fault}"));
                channel.remove("namespaces");
            }
        }
    }
}

/// The tables of all namespaces with the name of each.
fn namespace_tables(table: &mut Table) -> impl Iterator<Item = (String, &mut Table)> {
    let channel = match table.get_mut("channel").map(|raw| &mut raw.value) {
        Some(Value::Table(channel)) => channel.get_mut("namespaces"),
        _ => None,
    };
    let list = match channel.map(|raw| &mut raw.value) {
        Some(Value::List(list)) => list.as_mut_slice(),
        _ => &mut [],
    };
    list.iter_mut().filter_map(|raw| match &mut raw.value {
        Value::Table(options) => match options.get("name").map(|name| &name.value) {
            Some(Value::Text(name)) => Some((name.clone(), options)),
            _ => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(variables: &[(&str, &str)]) -> (Table, Vec<String>) {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let mut table = Table::new();
        let strays = apply(&mut table, &variables, &mut Notes::default());
        (table, strays)
    }

    #[test]
    fn a_variable_is_the_path_of_its_key_in_capitals() {
        let (table, strays) =
            applied(&[("CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY", "secret"), ("PATH", "/bin")]);
        let found = raw::get(&table, &["client", "token", "hmac_secret_key"]).unwrap();
        assert_eq!(found.origin, Origin::Variable("CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY".into()));
        assert!(strays.is_empty());
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        assert!(applied(&[("CENTRIFUGO_HTTP_SERVER_PORT", "")]).0.is_empty());
    }

    #[test]
    fn a_variable_that_says_nothing_is_named_with_what_it_could_have_been() {
        let (_, strays) =
            applied(&[("CENTRIFUGO_HTTP_SERVER_PROT", "8000"), ("CENTRIFUGO_SERVICE_HOST", "::1")]);
        let named = "CENTRIFUGO_HTTP_SERVER_PROT: there is no such key, and it is ignored; \
                     did you mean CENTRIFUGO_HTTP_SERVER_PORT?";
        assert_eq!(strays, [named]);
    }

    #[test]
    fn namespaces_are_named_in_one_variable_and_described_in_others() {
        let (mut table, strays) = applied(&[
            ("CENTRIFUGO_CHANNEL_NAMESPACES", "small small-history"),
            ("CENTRIFUGO_CHANNEL_NAMESPACES_SMALL_HISTORY_HISTORY_SIZE", "2"),
            ("CENTRIFUGO_CHANNEL_NAMESPACES_SMALL_PRESENCE", "true"),
        ]);
        let tables: Vec<_> = namespace_tables(&mut table).map(|(name, table)| (name, table.len())).collect();
        assert_eq!(tables, [("small".into(), 2), ("small-history".into(), 2)]);
        assert!(strays.is_empty());
    }
}
