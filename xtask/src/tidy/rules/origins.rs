//! An organisation is made from a verified identity, and nowhere else.

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tokens::{self, Scope};
use crate::tidy::tree::Tree;

pub const RULE: Rule = Rule {
    name: "origins",
    reason: "no tenant reaches another's channels as long as every organisation comes from a verified token",
    check,
};

/// Tests are free: they verify nothing and invent everything.
const MAKERS: &[&str] = &[
    "crates/auth/src/realm.rs",                // from the claims of a verified token
    "crates/gateway/src/api/organisations.rs", // for whoever showed the key of the server API
    "crates/model/src/ids.rs",                 // the definition
    "crates/store/src/sqlite/rows.rs",         // what was kept for one comes back as its own
];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources().filter(|source| !MAKERS.contains(&source.path)) {
        let outside = ["fuzz/", "simulation/", "acceptance/"];
        if outside.iter().any(|folder| source.path.starts_with(folder)) {
            continue;
        }
        source.walk(Scope::Product, &mut |here| {
            if tokens::is_word(here.first(), "from_verified") {
                let line = tokens::line(&here[0]);
                findings.push(Finding::fault(source.path, line, "makes an organisation out of a name"));
            }
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAKES: &str = "fn f() { OrganisationId::from_verified(\"a\") }";

    #[test]
    fn only_the_listed_files_make_organisations() {
        assert_eq!(check(&Tree::of(&[("crates/gateway/src/api.rs", MAKES)])).len(), 1);
        assert!(check(&Tree::of(&[("crates/auth/src/realm.rs", MAKES)])).is_empty());
    }

    #[test]
    fn tests_may_invent_them() {
        let inside = format!("#[cfg(test)] mod tests {{ {MAKES} }}");
        assert!(check(&Tree::of(&[("crates/gateway/src/api.rs", &inside)])).is_empty());
        let tree =
            Tree::of(&[("a/src/lib.rs", "#[cfg(test)] mod under_test;"), ("a/src/under_test.rs", MAKES)]);
        assert!(check(&tree).is_empty());
    }

    #[test]
    fn a_function_handed_on_is_seen_too() {
        assert_eq!(check(&Tree::of(&[("a.rs", "fn f() { x.map(OrganisationId::from_verified) }")])).len(), 1);
    }
}
