//! What a template says, as it is written: a value by claim.

use serde_json::Value as Json;

use crate::config::written::outline::join;
use crate::config::written::{Notes, Raw, Setting, Value};

/// Claims and their values, in the order of their names.
#[derive(Clone, Debug, Default)]
pub struct TokenClaims(pub Vec<(String, Json)>);

impl Setting for TokenClaims {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        let Value::Table(table) = raw.value else {
            notes.complain(at, "must be a table of claims");
            return None;
        };
        let mut claims = Vec::new();
        for (claim, raw) in table {
            let path = join(at, &claim);
            notes.found(&path, &raw.origin);
            match json(raw.value) {
                Some(value) => claims.push((claim, value)),
                None => notes.complain(&path, "has a value that no token can hold"),
            }
        }
        Some(Self(claims))
    }

    fn written(&self) -> Option<String> {
        Some("{}".into())
    }
}

fn json(value: Value) -> Option<Json> {
    Some(match value {
        Value::Nothing => Json::Null,
        Value::Text(text) => text.into(),
        Value::Whole(number) => number.into(),
        Value::Fraction(number) => serde_json::Number::from_f64(number)?.into(),
        Value::Switch(on) => on.into(),
        Value::List(list) => list.into_iter().map(|raw| json(raw.value)).collect::<Option<Vec<_>>>()?.into(),
        Value::Table(table) => table
            .into_iter()
            .map(|(name, raw)| Some((name, json(raw.value)?)))
            .collect::<Option<serde_json::Map<_, _>>>()?
            .into(),
    })
}
