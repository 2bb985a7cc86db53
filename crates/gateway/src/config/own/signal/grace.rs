//! A duration, or "off".

use std::time::Duration;

use crate::config::written::{Notes, Raw, Setting, Value};

/// A duration; `None`: off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace(pub Option<Duration>);

impl Setting for Grace {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        match &raw.value {
            Value::Text(text) if text == "off" => Some(Self(None)),
            _ => Duration::read(raw, at, notes).map(|grace| Self(Some(grace))),
        }
    }

    fn written(&self) -> Option<String> {
        self.0.map_or_else(|| Some("\"off\"".into()), |grace| grace.written())
    }
}
