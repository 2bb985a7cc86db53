//! Which keys a configuration has.

/// One line of an outline.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A table.
    Heading {
        /// Its path; a part in capitals stands for any name.
        path: String,
        /// What it is for.
        about: &'static [&'static str],
    },
    /// A key.
    Key {
        /// Its path.
        path: String,
        /// What it means.
        about: &'static [&'static str],
        /// Its default as TOML; `None`: there is none.
        default: Option<String>,
        /// Whether it is on or off.
        switch: bool,
    },
}

/// All keys, in the order in which they are declared.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Keys and headings.
    pub entries: Vec<Entry>,
}

impl Outline {
    /// The paths of all keys, and whether each is on or off.
    pub fn keys(&self) -> impl Iterator<Item = (&str, bool)> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Key { path, switch, .. } => Some((path.as_str(), *switch)),
            Entry::Heading { .. } => None,
        })
    }
}

/// A path that goes on.
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}
