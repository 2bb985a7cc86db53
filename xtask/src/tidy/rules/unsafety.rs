//! `unsafe` stands in the listed files only.

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tokens::{self, Scope};
use crate::tidy::tree::Tree;

pub const RULE: Rule = Rule {
    name: "unsafety",
    reason: "a lint can be switched off where it hurts; this list is read by whoever reviews the change",
    check,
};

/// Files with a measurement that demands it and a proof beside it. So far none.
const PROVEN: &[&str] = &[];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources().filter(|source| !PROVEN.contains(&source.path)) {
        source.walk(Scope::Everything, &mut |here| {
            if tokens::is_word(here.first(), "unsafe") {
                findings.push(Finding::fault(
                    source.path,
                    tokens::line(&here[0]),
                    "`unsafe` in a file not listed",
                ));
            }
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_code_is_found_and_talk_of_it_is_not() {
        let tree = Tree::of(&[("a.rs", "// unsafe\n#![deny(unsafe_code)]\nfn f() { unsafe { g() } }")]);
        assert_eq!(check(&tree).iter().map(|finding| finding.line).collect::<Vec<_>>(), [3]);
    }
}
