//! A module of tests has tests.

use proc_macro2::{Delimiter, TokenTree};

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tokens::{self, Scope};
use crate::tidy::tree::{Tree, folder_of_modules};

pub const RULE: Rule =
    Rule { name: "hollow", reason: "a module called `tests` promises that something is tested", check };

/// Macros that hold or make tests.
const MAKERS: [&str; 2] = ["proptest", "suite"];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources() {
        source.walk(Scope::Everything, &mut |here| {
            if !tokens::is_word(here.first(), "mod") || !tokens::is_word(here.get(1), "tests") {
                return;
            }
            let has_tests = match tokens::group(here.get(2), Delimiter::Brace) {
                Some(inline) => has_tests(&tokens::inside(inline)),
                None => module_has_tests(tree, &format!("{}/tests", folder_of_modules(source.path))),
            };
            if !has_tests {
                findings.push(Finding::fault(
                    source.path,
                    tokens::line(&here[0]),
                    "`mod tests` without a test",
                ));
            }
        });
    }
    findings
}

fn module_has_tests(tree: &Tree, module: &str) -> bool {
    let (file, folder) = (format!("{module}.rs"), format!("{module}/"));
    let mut sources = tree.sources().filter(|source| source.path == file || source.path.starts_with(&folder));
    sources.any(|source| has_tests(source.tokens))
}

fn has_tests(tokens: &[TokenTree]) -> bool {
    let mut found = false;
    tokens::walk(tokens, Scope::Everything, &mut |here| {
        let attribute = tokens::attribute(here).map(|(inside, _)| inside);
        let path = attribute.iter().flatten().take_while(|token| !matches!(token, TokenTree::Group(_)));
        found |= path.last().is_some_and(|last| tokens::is_word(Some(last), "test"));
        found |= tokens::is_sign(here.get(1), '!')
            && MAKERS.iter().any(|maker| tokens::is_word(here.first(), maker));
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(files: &[(&str, &str)]) -> usize {
        check(&Tree::of(files)).len()
    }

    #[test]
    fn an_empty_module_of_tests_is_found() {
        assert_eq!(faults(&[("a.rs", "#[cfg(test)] mod tests { fn helper() {} }")]), 1);
        assert_eq!(
            faults(&[("a/src/lib.rs", "#[cfg(test)] mod tests;"), ("a/src/tests.rs", "fn helper() {}")]),
            1
        );
    }

    #[test]
    fn tests_of_every_kind_count() {
        assert_eq!(faults(&[("a.rs", "mod tests { #[test] fn t() {} }")]), 0);
        assert_eq!(
            faults(&[("a.rs", "mod tests { #[tokio::test(start_paused = true)] async fn t() {} }")]),
            0
        );
        assert_eq!(faults(&[("a.rs", "mod tests { proptest! { fn t(x in 0..9) {} } }")]), 0);
        assert_eq!(faults(&[("a.rs", "mod tests { broker::suite!(open); }")]), 0);
        let deep =
            [("b.rs", "mod tests;"), ("b/tests.rs", "mod one;"), ("b/tests/one.rs", "#[test] fn t() {}")];
        assert_eq!(faults(&deep), 0);
    }
}
