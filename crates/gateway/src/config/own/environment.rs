//! Environment variables of our own: `VESTIBULE_` and the path of a key in capitals, with `__` between its parts.
//!
//! So `VESTIBULE_LISTEN__PORT` is `listen.port`. Names of realms and namespaces are written in capitals too, with `_`
//! for what a variable cannot hold: one that fits a name in the file means that one, any other is a new name in small
//! letters.

use crate::config::written::{Origin, Raw, Table, Value, raw};

const PREFIX: &str = "VESTIBULE_";

/// Variables without `__` that mean something else.
const OTHERS: [&str; 1] = ["CONFIG"];

/// Names under which other programs know some of our keys. Our own name for a key wins over them, and so does the file
/// over one that is empty.
const ALIASES: [(&str, &str); 5] = [
    ("JWT_ISSUER", "issuer.handshake.issuer"),
    ("JWT_AUDIENCE", "issuer.handshake.audience"),
    ("JWT_PRIVATE_KEY", "issuer.handshake.private_key"),
    ("WEBSOCKET_BASE_URL", "issuer.handshake.base_url"),
    ("SUPABASE_JWT_SECRET", "issuer.realtime.secret"),
];

/// Puts what the variables say over what the file says, and names those that can say nothing.
pub fn apply(table: &mut Table, variables: &[(String, String)]) -> Vec<String> {
    let mut strays = Vec::new();
    for (name, value) in variables {
        let Some((_, key)) = ALIASES.iter().find(|(alias, _)| alias == name) else { continue };
        let path: Vec<_> = key.split('.').collect();
        if !value.is_empty() || raw::get(table, &path).is_none() {
            raw::put(table, &path, Raw::text(value, Origin::Variable(name.clone())));
        }
    }
    for (name, value) in variables {
        let Some(key) = name.strip_prefix(PREFIX) else { continue };
        if is_key(name) {
            let path: Vec<_> = key.split("__").collect();
            let path = names(table, &path);
            let path: Vec<_> = path.iter().map(String::as_str).collect();
            raw::put(table, &path, Raw::text(value, Origin::Variable(name.clone())));
        } else if !OTHERS.contains(&key) && !is_of_the_platform(key) {
            strays.push(format!(
                "{name}: is ignored; between the parts of a key stands __, as in VESTIBULE_LISTEN__PORT"
            ));
        }
    }
    strays
}

/// Whether a variable of that name is a key of the configuration.
pub fn is_key(name: &str) -> bool {
    let is_alias = ALIASES.iter().any(|(alias, _)| *alias == name);
    is_alias || name.strip_prefix(PREFIX).is_some_and(|key| key.contains("__"))
}

/// Variables that a cluster sets for a service that is called vestibule.
fn is_of_the_platform(key: &str) -> bool {
    format!("_{key}").contains("_PORT") || format!("_{key}").contains("_SERVICE_")
}

/// The names that the parts of a variable mean.
fn names(table: &Table, path: &[&str]) -> Vec<String> {
    let mut inner = Some(table);
    let name = |part: &&str| {
        let known = inner.and_then(|table| table.keys().find(|name| in_capitals(name) == **part)).cloned();
        let name = known.unwrap_or_else(|| part.to_lowercase());
        inner = inner.and_then(|table| match table.get(&name).map(|raw| &raw.value) {
            Some(Value::Table(inner)) => Some(inner),
            _ => None,
        });
        name
    };
    path.iter().map(name).collect()
}

fn in_capitals(name: &str) -> String {
    name.replace(['.', '-'], "_").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::written::file;

    fn applied(text: &str, name: &str) -> (Table, Vec<String>) {
        let mut table = file::toml(text).unwrap();
        let strays = apply(&mut table, &[(name.into(), "value".into())]);
        (table, strays)
    }

    fn origin(table: &Table, path: &[&str]) -> Option<Origin> {
        raw::get(table, path).map(|raw| raw.origin.clone())
    }

    #[test]
    fn a_variable_overrides_the_file() {
        let (table, strays) = applied("[listen]\nport = 1", "VESTIBULE_LISTEN__PORT");
        let variable = Origin::Variable("VESTIBULE_LISTEN__PORT".into());
        assert_eq!(origin(&table, &["listen", "port"]), Some(variable));
        assert!(strays.is_empty());
    }

    #[test]
    fn an_empty_name_of_another_program_says_that_the_key_is_there_and_overrides_nothing() {
        let lost = [("JWT_ISSUER".to_owned(), String::new())];
        for (text, origin_name) in [("", true), ("[issuer.handshake]\nissuer = \"mint\"", false)] {
            let mut table = file::toml(text).unwrap();
            apply(&mut table, &lost);
            let found = origin(&table, &["issuer", "handshake", "issuer"]);
            assert_eq!(found == Some(Origin::Variable("JWT_ISSUER".into())), origin_name, "{text:?}");
        }
    }

    #[test]
    fn a_name_that_no_variable_can_hold_is_found_in_the_file() {
        let (table, _) = applied("[realms.Main-1]\n", "VESTIBULE_REALMS__MAIN_1__SECRET");
        assert!(origin(&table, &["realms", "Main-1", "secret"]).is_some());
        let (table, _) = applied("", "VESTIBULE_REALMS__MAIN__SECRET");
        assert!(origin(&table, &["realms", "main", "secret"]).is_some());
    }

    #[test]
    fn a_variable_that_can_be_no_key_is_named_unless_it_is_the_platforms() {
        assert_eq!(applied("", "VESTIBULE_SERVICE_HOST").1.len(), 0);
        assert_eq!(applied("", "VESTIBULE_CONFIG").1.len(), 0);
        assert!(applied("", "VESTIBULE_LOG_LEVEL").1[0].starts_with("VESTIBULE_LOG_LEVEL: is ignored"));
    }
}
