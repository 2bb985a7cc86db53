//! Centrifugo's keys that do not take effect, and what that means.
//!
//! One table says it all; the longest entry that a key begins with decides. An entry stands for every key below it.

mod table;

use super::model::Centrifugo;
use crate::config::options::ChannelOptions;
use crate::config::written::notes::Unknown;
use crate::config::written::{Complaint, Notes, Raw, Value};
use table::{Fate, Foreign, TABLE};

/// Sorts the keys that nobody reads: into complaints where ignoring them would be unsafe, into warnings otherwise.
pub fn sort(notes: &mut Notes, centrifugo: &Centrifugo) -> Vec<String> {
    let mut sorted = Sorted::default();
    for unknown in std::mem::take(&mut notes.unknown) {
        sorted.put(unknown, centrifugo);
    }
    notes.complaints.extend(sorted.refused);
    sorted.warnings
}

/// The path of a key that is written with `_` between its parts, as in variables.
pub fn key_of(name: &str) -> Option<String> {
    let entry = longest(name)?;
    let rest = name[entry.name().len()..].trim_start_matches('_');
    Some(if rest.is_empty() { entry.key.into() } else { format!("{}.{rest}", entry.key) })
}

#[derive(Default)]
struct Sorted {
    refused: Vec<Complaint>,
    warnings: Vec<String>,
}

impl Sorted {
    fn put(&mut self, unknown: Unknown, centrifugo: &Centrifugo) {
        let path = canonical(&unknown.key);
        let name = path.replace('.', "_");
        if let Value::Table(table) = unknown.raw.value {
            // A table is one line, unless some of its keys have a line of their own.
            let below = format!("{path}.");
            if longest(&name).is_none() || TABLE.iter().any(|entry| entry.key.starts_with(&below)) {
                for (part, raw) in table {
                    let key = format!("{}.{part}", unknown.key);
                    self.put(Unknown { key, raw, siblings: Vec::new() }, centrifugo);
                }
                return;
            }
            let raw = Raw { value: Value::Table(table), origin: unknown.raw.origin };
            return self.decide(Unknown { raw, ..unknown }, &name, centrifugo);
        }
        self.decide(unknown, &name, centrifugo);
    }

    fn decide(&mut self, unknown: Unknown, name: &str, centrifugo: &Centrifugo) {
        let Some(entry) = longest(name) else {
            let fault = format!("there is no such key, and it is ignored{}", unknown.hint());
            return self.warn(unknown, fault);
        };
        if entry.is_usual(&unknown.raw) {
            return;
        }
        if let Some(fault) = unguarded(&unknown.key, centrifugo) {
            return self.refuse(unknown, fault);
        }
        match entry.fate {
            Fate::Refused(why) => self.refuse(unknown, why),
            Fate::Missing(means) => self.warn(unknown, means.into()),
            Fate::Nothing => {}
        }
    }

    fn refuse(&mut self, unknown: Unknown, fault: &str) {
        let Unknown { key, raw, .. } = unknown;
        self.refused.push(Complaint { key, origin: Some(raw.origin), fault: fault.into() });
    }

    fn warn(&mut self, unknown: Unknown, fault: String) {
        let Unknown { key, raw, .. } = unknown;
        self.warnings.push(Complaint { key, origin: Some(raw.origin), fault }.to_string());
    }
}

impl Foreign {
    fn name(&self) -> String {
        self.key.replace('.', "_")
    }

    /// Whether a value says no more than silence.
    fn is_usual(&self, raw: &Raw) -> bool {
        match &raw.value {
            Value::Text(text) if !self.usual.is_empty() && text == self.usual => true,
            Value::Table(table) => table.values().all(|raw| self.is_usual(raw)),
            _ => raw.is_void(),
        }
    }
}

/// The longest entry that a name begins with.
fn longest(name: &str) -> Option<&'static Foreign> {
    let begins = |entry: &&Foreign| {
        name.strip_prefix(&entry.name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    TABLE.iter().filter(begins).max_by_key(|entry| entry.key.len())
}

/// A namespace has the keys of channels without one.
fn canonical(key: &str) -> String {
    match key.strip_prefix("channel.namespaces[").and_then(|rest| rest.split_once("].")) {
        Some((_, option)) => format!("channel.without_namespace.{option}"),
        None => key.into(),
    }
}

/// A switch that had a backend decide, where without it everybody would be let through.
fn unguarded(key: &str, centrifugo: &Centrifugo) -> Option<&'static str> {
    if key == "client.proxy.connect.enabled" {
        return centrifugo.client.options.allow_anonymous_connect_without_token.then_some(
            "the backend would not be asked, and allow_anonymous_connect_without_token would let in everybody",
        );
    }
    if key == "http_server.internal_port" {
        return centrifugo.http_api.insecure.then_some(
            "there is one port for everything, and http_api.insecure would open the server API to everybody",
        );
    }
    let (_, option) = key.rsplit_once('.')?;
    let options = channel_options(key, centrifugo)?;
    match option {
        "subscribe_proxy_enabled" | "subscribe_stream_proxy_enabled" => options.allow_subscribe_for_client.then_some(
            "the backend would not be asked, and allow_subscribe_for_client would let everybody subscribe",
        ),
        "publish_proxy_enabled" => (options.allow_publish_for_client || options.allow_publish_for_subscriber)
            .then_some("the backend would not be asked, and allow_publish_for_… would let everybody publish"),
        _ => None,
    }
}

fn channel_options<'c>(key: &str, centrifugo: &'c Centrifugo) -> Option<&'c ChannelOptions> {
    if key.starts_with("channel.without_namespace.") {
        return Some(&centrifugo.channel.without_namespace);
    }
    let (name, _) = key.strip_prefix("channel.namespaces[")?.split_once("].")?;
    let mut namespaces = centrifugo.channel.namespaces.0.iter();
    namespaces.find(|(other, _)| other == name).map(|(_, options)| options)
}
