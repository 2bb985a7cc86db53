//! What claims must say, as it is written: one value or a list of them by claim.

use std::collections::BTreeMap;

use vestibule_auth::ClaimValue;

use crate::config::written::outline::join;
use crate::config::written::{Notes, Raw, Setting, Value};

/// Claims, by their paths, and the values that they may have.
#[derive(Clone, Debug, Default)]
pub struct EqualClaims(pub BTreeMap<String, Vec<ClaimValue>>);

impl Setting for EqualClaims {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        let Value::Table(table) = raw.value else {
            notes.complain(at, "must be a table of claims");
            return None;
        };
        let mut claims = BTreeMap::new();
        for (claim, raw) in table {
            let path = join(at, &claim);
            notes.found(&path, &raw.origin);
            let values = match raw.value {
                Value::List(list) => list.into_iter().map(|raw| value(raw.value)).collect(),
                one => value(one).map(|value| vec![value]),
            };
            match values {
                Some(values) => drop(claims.insert(claim, values)),
                None => notes.complain(&path, "must be a text, true or false, or a list of them"),
            }
        }
        Some(Self(claims))
    }

    fn written(&self) -> Option<String> {
        Some("{}".into())
    }
}

fn value(value: Value) -> Option<ClaimValue> {
    match value {
        Value::Text(text) => Some(ClaimValue::Text(text)),
        Value::Switch(on) => Some(ClaimValue::Switch(on)),
        _ => None,
    }
}
