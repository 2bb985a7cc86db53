//! Values that can be read from a configuration.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use vestibule_auth::Secret;

use super::notes::Notes;
use super::outline::{Entry, Outline, join};
use super::raw::{Raw, Table, Value};
use super::section::Section;
use super::units;

/// A value of the configuration.
pub trait Setting: Sized {
    /// Reads it; what is wrong is noted, and then there is none.
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self>;

    /// Writes it as TOML; `None`: it is not written at all.
    fn written(&self) -> Option<String>;

    /// Describes the key that has it as its default.
    fn outline(&self, path: String, about: &'static [&'static str], out: &mut Outline) {
        out.entries.push(Entry::Key { path, about, default: self.written(), switch: false });
    }

    /// Takes it out of a table, if it is there.
    fn take(table: &mut Table, at: &str, name: &str, notes: &mut Notes) -> Option<Self> {
        let raw = table.remove(name).filter(|raw| raw.value != Value::Nothing)?;
        let path = join(at, name);
        notes.found(&path, &raw.origin);
        Self::read(raw, &path, notes)
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub usize);

/// A section that fills a table of its own: keys that it does not know are noted.
pub fn read_section<S: Section>(raw: Raw, at: &str, notes: &mut Notes) -> Option<S> {
    let mut section = S::default();
    match raw.value {
        Value::Table(mut table) => {
            section.take(&mut table, at, notes);
            for (name, raw) in table {
                notes.unknown(join(at, &name), raw, S::names());
            }
            Some(section)
        }
        _ => refused(&raw, at, "a table", notes),
    }
}

fn refused<T>(raw: &Raw, at: &str, wanted: &str, notes: &mut Notes) -> Option<T> {
    let found = match &raw.value {
        Value::Text(_) | Value::Whole(_) => String::new(),
        _ => format!(", not {}", raw.kind()),
    };
    notes.complain(at, format!("must be {wanted}{found}"));
    None
}

impl Setting for bool {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        match &raw.value {
            Value::Switch(on) => Some(*on),
            Value::Text(text) if matches!(text.to_lowercase().as_str(), "true" | "1") => Some(true),
            Value::Text(text) if matches!(text.to_lowercase().as_str(), "false" | "0" | "") => Some(false),
            _ => refused(&raw, at, "true or false", notes),
        }
    }

    fn written(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn outline(&self, path: String, about: &'static [&'static str], out: &mut Outline) {
        out.entries.push(Entry::Key { path, about, default: self.written(), switch: true });
    }
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl Setting for $type {
            fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
                let number = match &raw.value {
                    Value::Whole(number) => Self::try_from(*number).ok(),
                    Value::Text(text) => text.parse().ok(),
                    _ => None,
                };
                let wanted = concat!("a whole number from ", stringify!($type));
                let wanted = wanted.replace(stringify!($type), &format!("{} to {}", Self::MIN, Self::MAX));
                number.or_else(|| refused(&raw, at, &wanted, notes))
            }

            fn written(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}

whole_numbers!(u16, u32, i64);

impl Setting for String {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        match raw.value {
            Value::Text(text) => Some(text),
            Value::Whole(number) => Some(number.to_string()),
            _ => refused(&raw, at, "a text", notes),
        }
    }

    fn written(&self) -> Option<String> {
        Some(toml::Value::String(self.clone()).to_string())
    }
}

impl Setting for Duration {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        let duration = match &raw.value {
            Value::Text(text) => units::duration(text),
            Value::Whole(0) => Some(Self::ZERO),
            _ => None,
        };
        duration.or_else(|| refused(&raw, at, units::DURATION, notes))
    }

    fn written(&self) -> Option<String> {
        Some(format!("\"{}\"", units::show_duration(*self)))
    }
}

impl Setting for Size {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        let bytes = match &raw.value {
            Value::Text(text) => units::size(text),
            Value::Whole(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        let size = bytes.and_then(|bytes| usize::try_from(bytes).ok()).map(Self);
        size.or_else(|| refused(&raw, at, units::SIZE, notes))
    }

    fn written(&self) -> Option<String> {
        Some(units::show_size(self.0 as u64))
    }
}

impl Setting for IpAddr {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        let address = match &raw.value {
            Value::Text(text) => text.trim_start_matches('[').trim_end_matches(']').parse().ok(),
            _ => None,
        };
        address.or_else(|| refused(&raw, at, "an IP address, such as \"127.0.0.1\" or \"::\"", notes))
    }

    fn written(&self) -> Option<String> {
        Some(format!("\"{self}\""))
    }
}

/// The default is never printed, so that no secret ever is.
impl Setting for Secret {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        String::read(raw, at, notes).map(Self::from)
    }

    fn written(&self) -> Option<String> {
        None
    }
}

impl<T: Setting> Setting for Option<T> {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        match &raw.value {
            Value::Text(text) if text.is_empty() => Some(None),
            _ => T::read(raw, at, notes).map(Some),
        }
    }

    fn written(&self) -> Option<String> {
        self.as_ref().and_then(Setting::written)
    }
}

/// Several texts; in one text, spaces or commas stand between them.
impl Setting for Vec<String> {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        match raw.value {
            Value::List(list) => {
                let text = |(index, raw)| String::read(raw, &format!("{at}[{index}]"), notes);
                list.into_iter().enumerate().map(text).collect()
            }
            Value::Text(text) => {
                let between = |c: char| c.is_whitespace() || c == ',';
                Some(text.split(between).filter(|part| !part.is_empty()).map(Into::into).collect())
            }
            _ => refused(&raw, at, "a list of texts", notes),
        }
    }

    fn written(&self) -> Option<String> {
        let texts: Vec<_> = self.iter().filter_map(Setting::written).collect();
        Some(format!("[{}]", texts.join(", ")))
    }
}

/// Tables by names of the operator's own.
impl<S: Section + Setting> Setting for BTreeMap<String, S> {
    fn read(raw: Raw, at: &str, notes: &mut Notes) -> Option<Self> {
        let Value::Table(table) = raw.value else { return refused(&raw, at, "a table of tables", notes) };
        let mut named = Self::new();
        for (name, raw) in table {
            let path = join(at, &name);
            notes.found(&path, &raw.origin);
            if let Some(section) = S::read(raw, &path, notes) {
                named.insert(name, section);
            }
        }
        Some(named)
    }

    fn written(&self) -> Option<String> {
        None
    }

    fn outline(&self, path: String, about: &'static [&'static str], out: &mut Outline) {
        let path = join(&path, "NAME");
        out.entries.push(Entry::Heading { path: path.clone(), about });
        S::default().describe(&path, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::raw::Origin;
    use super::*;

    fn read<T: Setting>(value: Value) -> Result<T, String> {
        let mut notes = Notes::default();
        let raw = Raw { value, origin: Origin::File(None) };
        T::read(raw, "key", &mut notes).ok_or_else(|| notes.complaints[0].to_string())
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn numbers_and_switches_may_be_written_as_text_as_in_the_environment() {
        assert_eq!(read::<u16>(text("8000")), Ok(8000));
        assert_eq!(read::<bool>(text("True")), Ok(true));
        assert_eq!(read::<bool>(text("0")), Ok(false));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        let port = read::<u16>(text("abc")).unwrap_err();
        assert_eq!(port, "key: must be a whole number from 0 to 65535");
        let port = read::<u16>(Value::Whole(65_536)).unwrap_err();
        assert_eq!(port, "key: must be a whole number from 0 to 65535");
        assert_eq!(read::<bool>(text("yes")).unwrap_err(), "key: must be true or false");
        assert!(read::<Duration>(Value::Whole(25)).unwrap_err().contains("a duration with its unit"));
        let list = read::<u16>(Value::List(Vec::new())).unwrap_err();
        assert_eq!(list, "key: must be a whole number from 0 to 65535, not a list");
        assert!(read::<IpAddr>(text("localhost")).unwrap_err().contains("an IP address"));
    }

    #[test]
    fn a_list_may_be_one_text() {
        let list: Vec<String> = read(text("https://a.example, https://b.example")).unwrap();
        assert_eq!(list, ["https://a.example", "https://b.example"]);
    }

    #[test]
    fn a_value_that_is_refused_is_not_repeated() {
        assert!(!read::<bool>(text("hush")).unwrap_err().contains("hush"));
    }
}
