//! Variables of the server that the signal door stands in for, and which of our keys they are.

use std::collections::BTreeMap;
use std::path::Path;

/// Variables that mean one key as they are.
const KEYS: [(&str, &str); 8] = [
    ("PRIVATE_KEY_JWK", "signal.private_key"),
    ("PUBLIC_KEY_JWK", "signal.public_key"),
    ("ADMIN_SECRET", "signal.admin_secret"),
    ("SIGNAL_ROOMLESS", "signal.roomless"),
    ("SIGNAL_CLOSE_ON_EXPIRY", "signal.close_on_expiry"),
    ("SIGNAL_MAX_TTL", "signal.max_ttl"),
    ("SIGNAL_TURN_SECRET", "signal.turn_secret"),
    ("SIGNAL_TURN_URLS", "signal.turn_urls"),
];

/// Without these nobody could be let in.
const NEEDED: [&str; 3] = ["ADMIN_SECRET", "PRIVATE_KEY_JWK", "PUBLIC_KEY_JWK"];

/// The realm of consumers that the variables describe.
const CONSUMERS: &str = "consumers";

/// What the variables and the `.env` file say; an empty value says nothing.
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// A variable that is given wins over the file.
    pub(super) fn read(given: Vec<(String, String)>, file: &Path) -> Self {
        let mut all = BTreeMap::new();
        if let Ok(lines) = dotenvy::from_path_iter(file) {
            all.extend(lines.filter_map(Result::ok));
        }
        all.extend(given);
        all.retain(|_, value| !value.is_empty());
        Self(all)
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
        NEEDED.into_iter().filter(|name| self.get(name).is_none()).collect()
    }

    /// Variables of our own kind.
    pub(super) fn own(&self) -> Vec<(String, String)> {
        let own = self.0.iter().filter(|(name, _)| name.starts_with("VESTIBULE_"));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Our keys, with their values.
    pub(super) fn flags(&self) -> Result<Vec<(String, String)>, Vec<String>> {
        let mut flags = vec![("signal.enabled".to_owned(), "true".to_owned())];
        let mut put = |key: &str, value: &str| flags.push((key.to_owned(), value.to_owned()));
        for (name, key) in KEYS {
            if let Some(value) = self.get(name) {
                put(key, value);
            }
        }
        if self.is_open() {
            put("signal.let_in_everybody_without_a_token", "true");
        }
        if let Some(port) = self.get("PORT") {
            put("listen.port", &number(port).ok_or_else(|| vec!["PORT is no port".to_owned()])?);
        }
        match self.get("SIGNAL_REGISTER_GRACE") {
            Some("off") => put("signal.register_grace", "0s"),
            Some(grace) => put("signal.register_grace", grace),
            None => {}
        }
        if let Some(key) = self.get("CONSUMER_PUBLIC_KEY_JWK") {
            let mut of_realm =
                |option: &str, value: &str| put(&format!("realms.{CONSUMERS}.{option}"), value);
            of_realm("public_keys", key);
            of_realm("anonymous_tokens", "true");
            of_realm("longest_lifetime", "8766h");
            for (name, option) in [("CONSUMER_ISSUER", "issuers"), ("CONSUMER_AUDIENCE", "audiences")] {
                if let Some(value) = self.get(name) {
                    of_realm(option, value);
                }
            }
            put("signal.consumer_realms", CONSUMERS);
        }
        Ok(flags)
    }

    /// What is legal but should be known.
    pub(super) fn warnings(&self) -> Vec<&'static str> {
        let is_given = |name| self.get(name).is_some();
        let consumers = is_given("CONSUMER_PUBLIC_KEY_JWK");
        if self.is_open() {
            return vec!["AUTH_DISABLED=true: anybody may enter any room; for development alone"];
        }
        if !consumers {
            return vec!["CONSUMER_PUBLIC_KEY_JWK is not set: consumers will be refused"];
        }
        if !is_given("CONSUMER_ISSUER") || !is_given("CONSUMER_AUDIENCE") {
            return vec![
                "CONSUMER_ISSUER or CONSUMER_AUDIENCE is not set: of consumers' tokens only signature and expiry are checked",
            ];
        }
        Vec::new()
    }
}

/// The digits with which a text begins, as JavaScript reads a number.
fn number(text: &str) -> Option<String> {
    let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(given: &[(&str, &str)]) -> Variables {
        let given = given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Variables::read(given, Path::new("/no/such/file"))
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
    fn a_port_is_read_as_javascript_does() {
        assert_eq!(number("80abc").as_deref(), Some("80"));
        assert_eq!(number("abc"), None);
        assert!(variables(&[("PORT", "abc")]).flags().is_err());
    }
}
