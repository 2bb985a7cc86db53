//! A configuration that was written for Centrifugo v6: its file, its environment variables and its flags.
//!
//! Whoever runs Centrifugo tries the house by changing one word. What the house does as well takes effect; what it
//! does not do is named at start, one line each, so that nobody has to find out; and what would be unsafe to ignore is
//! refused. In reading order:
//!
//! - [`model`]: the keys that take effect; [`namespaces`]: those of namespaces, which are a list there;
//! - [`tokens`]: keys and claims; [`pem`]: the three ways to write a public key;
//! - [`foreign`]: the keys that do not take effect, and what that means;
//! - [`environment`]: its variables;
//! - [`settle`]: what all this makes of a house.

pub mod environment;
pub mod foreign;
pub mod model;
pub mod namespaces;
pub mod pem;
pub mod settle;
pub mod tokens;

use super::plan::{Keys, Plan, Refused, Sources};
use super::written::section::Section;
use super::written::{Notes, Origin, Outline, Raw, Setting, Table, Value, file};
use model::Centrifugo;

const KEYS: Keys = Keys {
    client: "client",
    api: "http_api",
    door_path: "websocket.handler_prefix",
    api_path: "http_api.handler_prefix",
    health_path: "health.handler_prefix",
    metrics_path: "prometheus.handler_prefix",
};

/// Reads, checks and settles it.
///
/// # Errors
/// A file that cannot be read, or everything that is wrong.
pub fn load(sources: &Sources) -> Result<Plan, Refused> {
    complete(sources.table()?, sources)
}

/// The same with a file in JSON that is at hand.
///
/// # Errors
/// What is no JSON, or everything that is wrong.
pub fn parse(text: &str, sources: &Sources) -> Result<Plan, Refused> {
    let table =
        file::json(text).map_err(|fault| file::Unreadable::Syntax("the configuration".into(), fault))?;
    complete(table, sources)
}

fn complete(mut table: Table, sources: &Sources) -> Result<Plan, Refused> {
    let mut notes = Notes::default();
    let strays = environment::apply(&mut table, &sources.variables, &mut notes);
    sources.apply_flags(&mut table);
    let whole = Raw { value: Value::Table(table), origin: Origin::File(None) };
    let centrifugo = Centrifugo::read(whole, "", &mut notes).unwrap_or_default();
    let mut warnings = foreign::sort(&mut notes, &centrifugo);
    warnings.extend(strays);
    let (settings, log) = settle::settle(centrifugo, &mut notes);
    Plan::unless_wrong(settings, log, warnings, notes, KEYS)
}

/// The keys that take effect; each is a flag too.
pub fn outline() -> Outline {
    let mut outline = Outline::default();
    Centrifugo::default().describe("", &mut outline);
    outline
}
