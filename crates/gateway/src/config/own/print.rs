//! All keys with their defaults, as TOML with comments: a file to begin with.

use crate::config::written::Entry;

/// The whole file. Keys whose default is to be left out stand behind `#`, and so do tables with names of the
/// operator's own; with those that are needed filled in, the file is a configuration that works.
pub fn defaults() -> String {
    let outline = super::outline();
    let mut text = String::from(HEAD);
    for entry in &outline.entries {
        if let Entry::Heading { path, about } = entry {
            let optional = path.split('.').any(|part| part == "NAME");
            line(&mut text, about, format_args!("{}[{path}]", mark(optional)), true);
            for key in &outline.entries {
                table_key(&mut text, key, path, optional);
            }
        }
    }
    text
}

/// A key, if it stands in that table: in TOML all of them come before the tables below it.
fn table_key(text: &mut String, entry: &Entry, table: &str, optional: bool) {
    let Entry::Key { path, about, default, .. } = entry else { return };
    if let Some((_, name)) = path.rsplit_once('.').filter(|(parent, _)| *parent == table) {
        let value = default.as_deref().unwrap_or("…");
        let mark = mark(optional || default.is_none());
        line(text, about, format_args!("{mark}{name} = {value}"), false);
    }
}

const fn mark(optional: bool) -> &'static str {
    if optional { "#" } else { "" }
}

fn line(text: &mut String, about: &[&str], line: std::fmt::Arguments<'_>, apart: bool) {
    if apart {
        text.push('\n');
    }
    for about in about {
        text.push_str(&format!("#{about}\n"));
    }
    text.push_str(&format!("{line}\n"));
}

const HEAD: &str = "\
# Every key of Vestibule with its default. What is left out has its default.
#
# A variable overrides the file: VESTIBULE_ and the path of the key in capitals with __ between its parts, as in
# VESTIBULE_LISTEN__PORT=9000. A flag overrides both: --listen.port 9000.
";
