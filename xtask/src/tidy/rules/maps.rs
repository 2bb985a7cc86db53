//! The map at the top of a crate names every module, and modules are files with names of their own.

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tokens::{self, Scope};
use crate::tidy::tree::{Source, Tree};

pub const RULE: Rule = Rule {
    name: "maps",
    reason: "a reader finds every module from the first lines of its crate, and no file is called like twenty others",
    check,
};

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources() {
        if source.path.ends_with("/mod.rs") && !source.path.contains("/tests/") {
            findings.push(Finding::fault(source.path, 0, "a module `x` is `x.rs` beside the folder `x`"));
        }
        if source.path.ends_with("src/lib.rs") || source.path.ends_with("src/main.rs") {
            unnamed(&source, &mut findings);
        }
    }
    findings
}

fn unnamed(source: &Source<'_>, findings: &mut Vec<Finding>) {
    let map: String = source.text.lines().filter(|line| line.starts_with("//!")).collect();
    if map.is_empty() {
        findings.push(Finding::fault(source.path, 1, "starts without a map (`//!`)"));
    }
    source.walk(Scope::Product, &mut |here| {
        if let Some(name) = tokens::declared_module(here)
            && !names(&map, &name)
        {
            let what = format!("the map does not name the module `{name}`");
            findings.push(Finding::fault(source.path, tokens::line(&here[0]), what));
        }
    });
}

/// Whether the map has the name as code: `` `name` ``, or the start of a path in it.
fn names(map: &str, name: &str) -> bool {
    map.split('`').skip(1).step_by(2).any(|code| code.split("::").next() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, rust: &str) -> Vec<(usize, String)> {
        check(&Tree::of(&[(path, rust)])).into_iter().map(|finding| (finding.line, finding.what)).collect()
    }

    #[test]
    fn every_module_of_the_product_is_named() {
        let lib = "//! A crate.\n//!\n//! [`one`] then `two::Two`, not three.\nmod one;\npub mod two;\nmod three;\n#[cfg(test)] mod checks;";
        assert_eq!(
            complaints("a/src/lib.rs", lib),
            [(6, "the map does not name the module `three`".to_owned())]
        );
    }

    #[test]
    fn a_crate_starts_with_a_map() {
        assert_eq!(complaints("a/src/lib.rs", "fn f() {}").len(), 1);
        assert!(complaints("a/src/other.rs", "fn f() {}").is_empty());
    }

    #[test]
    fn no_file_is_called_mod() {
        assert_eq!(complaints("a/src/b/mod.rs", "").len(), 1);
    }
}
