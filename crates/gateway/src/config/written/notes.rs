//! What is wrong with a configuration: everything at once.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use super::raw::{Origin, Raw};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The key that it is about.
    pub key: String,
    /// Where its value was written; `None` when it was not.
    pub origin: Option<Origin>,
    /// What is wrong, as the end of a sentence that begins with the key.
    pub fault: String,
}

/// A key that nobody reads.
#[derive(Debug)]
pub struct Unknown {
    /// Its whole path.
    pub key: String,
    /// Its value.
    pub raw: Raw,
    /// What it could have been.
    pub siblings: Vec<&'static str>,
}

/// What is noticed while a configuration is read and checked.
#[derive(Debug, Default)]
pub struct Notes {
    /// What is wrong.
    pub complaints: Vec<Complaint>,
    /// Keys that nobody reads.
    pub unknown: Vec<Unknown>,
    /// Where the values of keys were written.
    origins: HashMap<String, Origin>,
}

impl Notes {
    /// Remembers where a value stands, for complaints that come later.
    pub fn found(&mut self, key: &str, origin: &Origin) {
        self.origins.insert(key.into(), origin.clone());
    }

    /// Whether the key was written anywhere.
    pub fn is_written(&self, key: &str) -> bool {
        self.origins.contains_key(key)
    }

    /// Where a key was written.
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.origins.get(key)
    }

    /// Whether something was said already of a key, or of one below it. What follows from that alone is not worth saying.
    pub fn is_accused(&self, key: &str) -> bool {
        let is_below = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
        self.complaints.iter().any(|complaint| complaint.key.strip_prefix(key).is_some_and(is_below))
    }

    /// Whether a variable names the key, with a value or without one.
    pub fn is_a_variable(&self, key: &str) -> bool {
        matches!(self.origins.get(key), Some(Origin::Variable(_)))
    }

    /// Something is wrong with a key.
    pub fn complain(&mut self, key: &str, fault: impl Into<String>) {
        // What is one of a list stands where the list does.
        let list = key.strip_suffix(']').and_then(|key| key.rsplit_once('[')).map(|(list, _)| list);
        let origin = self.origins.get(key).or_else(|| self.origins.get(list?)).cloned();
        self.complaints.push(Complaint { key: key.into(), origin, fault: fault.into() });
    }

    /// Something is wrong unless it is good.
    pub fn check(&mut self, good: bool, key: &str, fault: impl Into<String>) {
        if !good {
            self.complain(key, fault);
        }
    }

    /// A duration has to be one.
    pub fn positive(&mut self, duration: Duration, key: &str) {
        self.check(!duration.is_zero(), key, "must be longer than 0s");
    }

    /// A key that nobody reads. Whoever reads the configuration decides whether that is wrong.
    pub fn unknown(&mut self, key: String, raw: Raw, siblings: Vec<&'static str>) {
        self.unknown.push(Unknown { key, raw, siblings });
    }

    /// Every key that nobody reads is a complaint.
    pub fn refuse_unknown(&mut self) {
        for unknown in std::mem::take(&mut self.unknown) {
            let fault = format!("there is no such key{}", unknown.hint());
            self.complaints.push(Complaint { key: unknown.key, origin: Some(unknown.raw.origin), fault });
        }
    }
}

impl Unknown {
    /// `; did you mean …?`, or nothing when nothing is near.
    pub fn hint(&self) -> String {
        let name = self.key.rsplit('.').next().unwrap_or_default();
        suggestion(name, self.siblings.iter().copied())
    }
}

/// `; did you mean …?`, or nothing when nothing is near.
pub fn suggestion<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let near = |other: &'n str| {
        let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase());
        (distance <= 2.max(name.len() / 3)).then_some((distance, other))
    };
    match names.filter_map(near).min() {
        Some((_, other)) => format!("; did you mean {other}?"),
        None => String::new(),
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, origin, fault } = self;
        match origin {
            None | Some(Origin::File(None)) => write!(f, "{key}: {fault}"),
            Some(Origin::Flag(name)) if name == key => write!(f, "--{key}: {fault}"),
            Some(origin) => write!(f, "{key} ({origin}): {fault}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_right_gets_a_suggestion() {
        let names = ["ping_interval", "pong_timeout"];
        assert_eq!(suggestion("ping_intervall", names.into_iter()), "; did you mean ping_interval?");
        assert_eq!(suggestion("pingInterval", names.into_iter()), "; did you mean ping_interval?");
        assert_eq!(suggestion("colour", names.into_iter()), "");
    }

    #[test]
    fn a_complaint_names_the_key_and_where_it_stands() {
        let mut notes = Notes::default();
        notes.found("a.b", &Origin::File(Some(7)));
        notes.found("c", &Origin::Variable("VESTIBULE_C".into()));
        notes.complain("a.b", "is wrong");
        notes.complain("c", "is wrong");
        notes.complain("c[2]", "is wrong too");
        notes.complain("d", "is missing");
        let texts: Vec<_> = notes.complaints.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "a.b (line 7): is wrong",
                "c (VESTIBULE_C): is wrong",
                "c[2] (VESTIBULE_C): is wrong too",
                "d: is missing"
            ]
        );
    }

    #[test]
    fn a_key_is_accused_by_what_is_said_of_it_or_of_what_is_below_it() {
        let mut notes = Notes::default();
        notes.complain("realms.main.files[0]", "is wrong");
        for key in ["realms", "realms.main", "realms.main.files", "realms.main.files[0]"] {
            assert!(notes.is_accused(key), "{key}");
        }
        for key in ["realms.mai", "realms.main.file", "realms.main.files[0].x"] {
            assert!(!notes.is_accused(key), "{key}");
        }
    }
}
