//! Our own configuration: a TOML file, `VESTIBULE_…` variables and flags.
//!
//! - [`model`]: its keys; [`realm`]: those of a source of tokens; [`issuer`]: those of tokens that are issued;
//!   [`signal`]: those of the signal door;
//! - [`environment`]: its variables;
//! - [`settle`]: what all this makes of a house;
//! - [`print`]: its keys with their defaults, as TOML with comments.

pub mod environment;
pub mod issuer;
pub mod model;
pub mod print;
pub mod realm;
pub mod settle;
pub mod signal;

use super::plan::{Keys, Plan, Refused, Sources};
use super::written::section::Section;
use super::written::{Notes, Origin, Outline, Raw, Setting, Table, Value, file};
use model::Own;

const KEYS: Keys = Keys {
    client: "centrifuge",
    api: "api",
    door_path: "centrifuge.path",
    api_path: "api.path",
    health_path: "health.path",
    metrics_path: "metrics.path",
};

/// Reads, checks and settles it.
///
/// # Errors
/// A file that cannot be read, or everything that is wrong.
pub fn load(sources: &Sources) -> Result<Plan, Refused> {
    complete(sources.table()?, sources)
}

/// The same with a file that is at hand.
///
/// # Errors
/// What is no TOML, or everything that is wrong.
pub fn parse(text: &str, sources: &Sources) -> Result<Plan, Refused> {
    let table =
        file::toml(text).map_err(|fault| file::Unreadable::Syntax("the configuration".into(), fault))?;
    complete(table, sources)
}

fn complete(mut table: Table, sources: &Sources) -> Result<Plan, Refused> {
    let mut warnings = environment::apply(&mut table, &sources.variables);
    sources.apply_flags(&mut table);
    let mut notes = Notes::default();
    let whole = Raw { value: Value::Table(table), origin: Origin::File(None) };
    let own = Own::read(whole, "", &mut notes).unwrap_or_default();
    notes.refuse_unknown();
    let (settings, log) = settle::settle(own, &mut notes);
    warnings.extend(issuer::warnings(&settings.issuing, &notes));
    Plan::unless_wrong(settings, log, warnings, notes, KEYS)
}

/// All keys. Those that stand below no name of the operator's own are flags too.
pub fn outline() -> Outline {
    let mut outline = Outline::default();
    Own::default().describe("", &mut outline);
    outline
}
