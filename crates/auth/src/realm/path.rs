//! Where in a token something stands: a path through nested objects.
//!
//! Names stand with dots between them, as in `realm_access.roles`. A name with a dot in it stands in double quotes,
//! as in `"https://example.com/org"` or `resource_access."my.client".roles`; inside the quotes `\"` is a quote and
//! `\\` a backslash. `*` stands for every member of an object.

use std::borrow::Cow;
use std::fmt;

use crate::token::Object;

/// The most names of a path: more than the depth of a token has.
const MAX_NAMES: usize = crate::MAX_JSON_DEPTH;

/// A path through nested objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath {
    names: Vec<Name>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    /// The member of that name.
    Exactly(Box<str>),
    /// Every member.
    Every,
}

/// What is found at a path: where the last `*` stood, and the JSON there.
pub(crate) struct Found<'t> {
    /// The name that the path's last `*` stood for.
    pub(crate) stands_for: Option<Cow<'t, str>>,
    /// The value as it was written.
    pub(crate) raw: &'t str,
}

/// Something on the way is no object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Blocked;

impl ClaimPath {
    /// Reads a path; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut names = Vec::new();
        let mut rest = text;
        loop {
            let (name, after) = name(rest)?;
            names.push(name);
            rest = match after.strip_prefix('.') {
                Some(rest) => rest,
                None if after.is_empty() => break,
                None => return None,
            };
        }
        (names.len() <= MAX_NAMES).then_some(Self { names })
    }

    /// The path of one name, whatever is in it.
    pub(crate) fn of(name: &str) -> Self {
        Self { names: vec![Name::Exactly(name.into())] }
    }

    /// The first name; a path that begins with `*` has none.
    pub(crate) fn root(&self) -> Option<&str> {
        match self.names.first() {
            Some(Name::Exactly(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether there can be several things at it.
    pub(crate) fn is_several(&self) -> bool {
        self.names.contains(&Name::Every)
    }

    /// What stands there, if anything does.
    pub(crate) fn find<'t>(&self, object: &Object<'t>) -> Result<Option<&'t str>, Blocked> {
        let Some((Name::Exactly(first), rest)) = self.names.split_first() else { return Ok(None) };
        let mut raw = object.get(first);
        for name in rest {
            let (Some(outer), Name::Exactly(name)) = (raw, name) else { return Ok(None) };
            raw = Object::members_of(outer).ok_or(Blocked)?.get(name);
        }
        Ok(raw)
    }

    /// Everything that stands there, in the order of the token.
    pub(crate) fn find_all<'t>(&self, object: &Object<'t>) -> Result<Vec<Found<'t>>, Blocked> {
        if !self.is_several() {
            let found = self.find(object)?;
            return Ok(found.map(|raw| Found { stands_for: None, raw }).into_iter().collect());
        }
        let mut found = Vec::new();
        collect(&self.names, object, None, &mut found)?;
        Ok(found)
    }
}

fn collect<'t>(
    names: &[Name],
    object: &Object<'t>,
    stands_for: Option<&Cow<'t, str>>,
    found: &mut Vec<Found<'t>>,
) -> Result<(), Blocked> {
    let Some((first, rest)) = names.split_first() else { return Ok(()) };
    for (name, raw) in object.members() {
        let stands_for = match first {
            Name::Exactly(wanted) if **wanted != **name => continue,
            Name::Exactly(_) => stands_for,
            Name::Every => Some(name),
        };
        if rest.is_empty() {
            found.push(Found { stands_for: stands_for.cloned(), raw });
        } else {
            collect(rest, &Object::members_of(raw).ok_or(Blocked)?, stands_for, found)?;
        }
    }
    Ok(())
}

/// The first name of a text, and what follows it.
fn name(text: &str) -> Option<(Name, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let plain = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '"' || c == '*');
        return match name {
            "*" => Some((Name::Every, rest)),
            _ => plain.then(|| (Name::Exactly(name.into()), rest)),
        };
    };
    let mut name = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (!name.is_empty()).then(|| (Name::Exactly(name.into()), &quoted[at + 1..])),
            '\\' => name.push(characters.next().map(|(_, c)| c).filter(|c| matches!(c, '"' | '\\'))?),
            _ => name.push(character),
        }
    }
    None
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            match name {
                Name::Every => write!(f, "{dot}*")?,
                Name::Exactly(name) if name.contains(['.', '"', '\\', '*', ' ']) => {
                    write!(f, "{dot}\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))?;
                }
                Name::Exactly(name) => write!(f, "{dot}{name}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: &str = r#"{"a":{"b":{"c":1},"x.y":2},"https://example.com/org":3,"q\"\\":4,"n":5,
        "clients":{"web":{"roles":["r"]},"app":{"roles":["s"]},"bare":{}}}"#;

    fn find(path: &str) -> Result<Option<&'static str>, Blocked> {
        let object = Object::read(CLAIMS.as_bytes()).expect("strict JSON");
        ClaimPath::parse(path).expect("a path").find(&object)
    }

    #[test]
    fn a_path_leads_through_nested_objects() {
        assert_eq!(find("a.b.c"), Ok(Some("1")));
        assert_eq!(find("n"), Ok(Some("5")));
        assert_eq!(find("a.b.d"), Ok(None));
        assert_eq!(find("z.b.c"), Ok(None));
    }

    #[test]
    fn a_name_with_dots_stands_in_quotes() {
        assert_eq!(find(r#""https://example.com/org""#), Ok(Some("3")));
        assert_eq!(find(r#"a."x.y""#), Ok(Some("2")));
        assert_eq!(find(r#""q\"\\""#), Ok(Some("4")));
        assert_eq!(find("a.x.y"), Ok(None));
    }

    #[test]
    fn a_path_that_leads_through_something_else_is_blocked() {
        assert_eq!(find("n.b"), Err(Blocked));
        assert_eq!(find("a.b.c.d"), Err(Blocked));
    }

    #[test]
    fn a_star_stands_for_every_member() {
        let object = Object::read(CLAIMS.as_bytes()).expect("strict JSON");
        let path = ClaimPath::parse("clients.*.roles").expect("a path");
        let found = path.find_all(&object).expect("objects all the way");
        let found: Vec<_> =
            found.iter().map(|found| (found.stands_for.as_deref().unwrap_or_default(), found.raw)).collect();
        assert_eq!(found, [("web", r#"["r"]"#), ("app", r#"["s"]"#)]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", ".", "a.", ".a", "a..b", "a b", "\"a", "\"\"", "\"a\"b", "a\"b\"", "a*", r#""\a""#] {
            assert_eq!(ClaimPath::parse(text), None, "{text:?}");
        }
        assert_eq!(ClaimPath::parse(&["a"; MAX_NAMES + 1].join(".")), None);
    }

    #[test]
    fn a_path_reads_back_from_how_it_is_written() {
        for text in ["a.b", r#""https://example.com/org".x"#, "clients.*.roles", r#"a."q\"\\""#] {
            let path = ClaimPath::parse(text).expect("a path");
            assert_eq!(path.to_string(), text);
            assert_eq!(ClaimPath::parse(&path.to_string()), Some(path));
        }
    }
}
