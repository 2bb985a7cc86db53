//! The files of the repository, or of a test.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use super::tokens::{self, Scope};

/// Folders that hold what was installed, built or found, at any depth.
const NOT_OURS: [&str; 9] =
    [".git", "target", "node_modules", "dist", ".venv", "__pycache__", "corpus", "artifacts", "coverage"];

/// Every file by its path from the root, with `/`.
pub struct Tree {
    files: BTreeMap<String, String>,
    sources: BTreeMap<String, Vec<TokenTree>>,
    /// Paths of Rust files, and beginnings of paths, that are compiled for tests only.
    tests: Vec<String>,
}

/// One Rust file.
pub struct Source<'a> {
    pub path: &'a str,
    pub text: &'a str,
    pub tokens: &'a [TokenTree],
    /// Whether the whole file is compiled for tests only.
    pub is_test: bool,
}

impl Tree {
    /// Reads a folder. A Rust file that is no Rust is an error.
    pub fn read(root: &Path) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        read_folder(root, "", &mut files).map_err(|error| format!("{}: {error}", root.display()))?;
        Self::new(files)
    }

    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
            .unwrap()
    }

    fn new(files: BTreeMap<String, String>) -> Result<Self, String> {
        let mut sources = BTreeMap::new();
        let mut tests = Vec::new();
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
            let parsed: TokenStream = text.parse().map_err(|error| format!("{path} is no Rust: {error}"))?;
            let parsed: Vec<TokenTree> = parsed.into_iter().collect();
            for name in tokens::test_modules(&parsed) {
                let module = format!("{}/{name}", folder_of_modules(path));
                tests.extend([format!("{module}.rs"), format!("{module}/")]);
            }
            sources.insert(path.clone(), parsed);
        }
        Ok(Self { files, sources, tests })
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// A file's text; empty for one that is no text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Files whose names end so, with their texts.
    pub fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter(move |(path, _)| path.ends_with(end)).map(|(path, text)| (&**path, &**text))
    }

    pub fn has_folder(&self, path: &str) -> bool {
        path.is_empty() || self.paths().any(|file| file.starts_with(&format!("{path}/")))
    }

    pub fn sources(&self) -> impl Iterator<Item = Source<'_>> {
        self.sources.iter().filter_map(|(path, tokens)| {
            let text = self.files.get(path)?;
            Some(Source { path, text, tokens, is_test: self.is_test(path) })
        })
    }

    fn is_test(&self, path: &str) -> bool {
        path.contains("/tests/")
            || path.contains("/benches/")
            || self
                .tests
                .iter()
                .any(|test| path == test || (test.ends_with('/') && path.starts_with(&**test)))
    }
}

impl Source<'_> {
    /// What is compiled into a product, or everything.
    pub fn walk(&self, scope: Scope, see: &mut dyn FnMut(&[TokenTree])) {
        if scope == Scope::Everything || !self.is_test {
            tokens::walk(self.tokens, scope, see);
        }
    }
}

/// Where the modules that a file declares are: beside a crate's root, in a folder beside any other file.
pub fn folder_of_modules(path: &str) -> &str {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    if matches!(name, "lib" | "main" | "mod") { folder } else { stem }
}

fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            if !NOT_OURS.contains(&&*name) {
                read_folder(&entry.path(), &format!("{path}/"), files)?;
            }
        } else {
            files.insert(path, String::from_utf8(fs::read(entry.path())?).unwrap_or_default());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_declared_for_tests_takes_its_whole_folder_along() {
        let tree = Tree::of(&[
            ("a/src/lib.rs", "mod b;"),
            (
                "a/src/b.rs",
                "#[cfg(test)] mod checks; #[cfg(any(test, feature = \"suite\"))] pub mod suite; mod c;",
            ),
            ("a/src/b/c.rs", ""),
            ("a/src/b/checks.rs", ""),
            ("a/src/b/checks/deep.rs", ""),
            ("a/src/b/suite.rs", ""),
            ("a/tests/outside.rs", ""),
        ]);
        let tests: Vec<_> =
            tree.sources().filter(|source| source.is_test).map(|source| source.path).collect();
        assert_eq!(
            tests,
            ["a/src/b/checks.rs", "a/src/b/checks/deep.rs", "a/src/b/suite.rs", "a/tests/outside.rs"]
        );
    }
}
