//! Variables of the server that the signal door stands in for, and which of our keys they are.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::env_file;
use crate::config::written::{Origin, Raw, Value};

/// Variables that mean one key as they are.
const KEYS: [(&str, &str); 8] = [
    ("PRIVATE_KEY_JWK", "signal.private_key"),
    ("PUBLIC_KEY_JWK", "signal.public_key"),
    ("ADMIN_SECRET", "signal.admin_secret"),
    ("SIGNAL_ROOMLESS", "signal.roomless"),
    ("SIGNAL_CLOSE_ON_EXPIRY", "signal.close_on_expiry"),
    ("SIGNAL_MAX_TTL", "signal.longest_lifetime"),
    ("SIGNAL_TURN_SECRET", "signal.turn_secret"),
    ("SIGNAL_TURN_URLS", "signal.turn_urls"),
];

/// Variables that describe the realm of consumers, each with the option that it is one value of.
const OF_CONSUMERS: [(&str, &str); 3] =
    [(CONSUMER_KEY, "public_keys"), ("CONSUMER_ISSUER", "issuers"), ("CONSUMER_AUDIENCE", "audiences")];

/// Without it there are no consumers.
const CONSUMER_KEY: &str = "CONSUMER_PUBLIC_KEY_JWK";

/// Without these nobody could be let in.
const NEEDED: [&str; 3] = ["ADMIN_SECRET", "PRIVATE_KEY_JWK", "PUBLIC_KEY_JWK"];

/// The realm of consumers that the variables describe.
const CONSUMERS: &str = "consumers";

/// What the variables and the `.env` file say; an empty value says nothing.
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// A variable that is given wins over the file, which need not be there.
    ///
    /// # Errors
    /// A file that cannot be read, or everything in it that is no assignment.
    pub(super) fn read(given: Vec<(String, String)>, file: &Path) -> Result<Self, Vec<String>> {
        let mut all: BTreeMap<_, _> = of_file(file)?.into_iter().collect();
        // Of a key with two names the one in the file must not outlive the one that was given.
        let is_given = |wanted: &str| given.iter().any(|(name, value)| name == wanted && !value.is_empty());
        all.retain(|name, _| own_name(name).is_none_or(|own| !is_given(&own)));
        all.extend(given);
        all.retain(|_, value| !value.is_empty());
        Ok(Self(all))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Everybody is let in without a token. Only one spelling says so.
    pub(super) fn is_open(&self) -> bool {
        self.get("AUTH_DISABLED") == Some("true")
    }

    /// What is needed and not given.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        if self.is_open() {
            return Vec::new();
        }
        let is_here = |name: &str| self.get(name).is_some();
        let is_given = |name: &str| {
            is_here(name)
                || own_name(name).is_some_and(|own| is_here(&own) || is_here(&format!("{own}_FILE")))
        };
        // Our own names for the private key ask for no public one.
        let is_pair = is_here("PRIVATE_KEY_JWK") || !is_given("PRIVATE_KEY_JWK");
        let needed = NEEDED.into_iter().filter(|name| is_pair || *name != "PUBLIC_KEY_JWK");
        needed.filter(|name| !is_given(name)).collect()
    }

    /// Variables of our own kind.
    pub(super) fn own(&self) -> Vec<(String, String)> {
        let own = self.0.iter().filter(|(name, _)| name.starts_with("VESTIBULE_"));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Our keys with their values, which remember by what name they were given.
    pub(super) fn keys(&self) -> Vec<(String, Raw)> {
        let mut keys = vec![("signal.enabled".to_owned(), text("vestibule signal", "true"))];
        let mut put = |key: &str, raw: Raw| keys.push((key.to_owned(), raw));
        for (name, key) in KEYS {
            if let Some(value) = self.get(name) {
                put(key, text(name, value));
            }
        }
        if self.is_open() {
            put("signal.insecure", text("AUTH_DISABLED", "true"));
        }
        if let Some(port) = self.get("PORT") {
            put("listen.port", text("PORT", number(port).unwrap_or(port)));
        }
        if let Some(grace) = self.get("SIGNAL_REGISTER_GRACE") {
            let grace = if grace == "off" { "0s" } else { grace };
            put("signal.register_grace", text("SIGNAL_REGISTER_GRACE", grace));
        }
        if self.get(CONSUMER_KEY).is_some() {
            for (name, option) in OF_CONSUMERS {
                if let Some(value) = self.get(name) {
                    put(&format!("realms.{CONSUMERS}.{option}"), only(text(name, value)));
                }
            }
            for (option, value) in [("anonymous_tokens", "true"), ("longest_lifetime", "8766h")] {
                put(&format!("realms.{CONSUMERS}.{option}"), text(CONSUMER_KEY, value));
            }
            put("signal.consumer_realms", only(text(CONSUMER_KEY, CONSUMERS)));
        }
        keys
    }

    /// What is legal but should be known of a door that lets everybody in, or knows consumers.
    pub(super) fn warnings(&self, is_open: bool, has_consumers: bool) -> Vec<&'static str> {
        let is_given = |name| self.get(name).is_some();
        if self.is_open() {
            return vec!["AUTH_DISABLED=true: anybody may enter any room; for development alone"];
        }
        if !has_consumers && !is_open {
            return vec!["CONSUMER_PUBLIC_KEY_JWK is not set: consumers will be refused"];
        }
        if !is_given(CONSUMER_KEY) {
            return Vec::new();
        }
        if !is_given("CONSUMER_ISSUER") || !is_given("CONSUMER_AUDIENCE") {
            return vec![
                "CONSUMER_ISSUER or CONSUMER_AUDIENCE is not set: of consumers' tokens only signature and expiry are checked",
            ];
        }
        Vec::new()
    }
}

/// Our own name for the variable, if it means a key.
fn own_name(name: &str) -> Option<String> {
    let others = [
        ("PORT", "listen.port"),
        ("AUTH_DISABLED", "signal.insecure"),
        ("SIGNAL_REGISTER_GRACE", "signal.register_grace"),
    ];
    let (_, key) = KEYS.into_iter().chain(others).find(|(known, _)| *known == name)?;
    Some(format!("VESTIBULE_{}", key.replace('.', "__").to_uppercase()))
}

/// What the file says; nothing when there is none.
fn of_file(file: &Path) -> Result<Vec<(String, String)>, Vec<String>> {
    let shown = file.display();
    match std::fs::read_to_string(file) {
        Ok(text) => env_file::read(&text)
            .map_err(|faults| faults.iter().map(|fault| format!("{shown}, {fault}")).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(vec![format!("cannot read {shown}: {error}")]),
    }
}

fn text(variable: &str, value: &str) -> Raw {
    Raw::text(value, Origin::Variable(variable.to_owned()))
}

/// A list of that one value, in which spaces and commas are its own.
fn only(raw: Raw) -> Raw {
    Raw { origin: raw.origin.clone(), value: Value::List(vec![raw]) }
}

/// The digits with which a text begins, as JavaScript reads a number.
fn number(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    Some(&text[..end]).filter(|digits| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(given: &[(&str, &str)]) -> Variables {
        let given = given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Variables::read(given, Path::new("/no/such/file")).expect("no file, no fault")
    }

    #[test]
    fn what_is_missing_is_named_in_one_order_and_an_empty_value_is_none() {
        assert_eq!(variables(&[]).missing(), ["ADMIN_SECRET", "PRIVATE_KEY_JWK", "PUBLIC_KEY_JWK"]);
        assert_eq!(
            variables(&[("ADMIN_SECRET", ""), ("PUBLIC_KEY_JWK", "k")]).missing(),
            ["ADMIN_SECRET", "PRIVATE_KEY_JWK"]
        );
        for (value, open) in [("true", true), ("1", false), ("TRUE", false)] {
            assert_eq!(variables(&[("AUTH_DISABLED", value)]).missing().is_empty(), open, "{value}");
        }
    }

    #[test]
    fn what_is_given_under_our_own_names_is_not_missing() {
        let [private, secret] = ["VESTIBULE_SIGNAL__PRIVATE_KEY", "VESTIBULE_SIGNAL__ADMIN_SECRET_FILE"];
        assert!(variables(&[(private, "k"), (secret, "/s")]).missing().is_empty());
        assert_eq!(variables(&[(secret, "/s")]).missing(), ["PRIVATE_KEY_JWK", "PUBLIC_KEY_JWK"]);
        assert_eq!(variables(&[("PRIVATE_KEY_JWK", "k"), (secret, "/s")]).missing(), ["PUBLIC_KEY_JWK"]);
    }

    #[test]
    fn a_line_of_the_file_does_not_outlive_a_variable_that_means_the_same() {
        let file = std::env::temp_dir().join(format!("vestibule-env-{}", std::process::id()));
        std::fs::write(&file, "ADMIN_SECRET=old\nPORT=1\n").unwrap();
        let given = [("VESTIBULE_SIGNAL__ADMIN_SECRET".to_owned(), "new".to_owned())];
        let variables = Variables::read(given.into(), &file).unwrap_or_else(|faults| panic!("{faults:?}"));
        std::fs::remove_file(&file).unwrap();
        assert_eq!((variables.get("ADMIN_SECRET"), variables.get("PORT")), (None, Some("1")));
    }

    #[test]
    fn a_port_is_read_as_javascript_does() {
        assert_eq!(number(" 80abc"), Some("80"));
        assert_eq!(number("8080"), Some("8080"));
        assert_eq!(number("abc"), None);
    }
}
