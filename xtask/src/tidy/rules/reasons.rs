//! Whoever silences a lint or a test says why.

use proc_macro2::{Delimiter, TokenTree};

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tokens::{self, Scope};
use crate::tidy::tree::Tree;

pub const RULE: Rule = Rule {
    name: "reasons",
    reason: "an exception without its reason cannot be taken back when the reason is gone",
    check,
};

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources() {
        source.walk(Scope::Everything, &mut |here| {
            let Some((attribute, _)) = tokens::attribute(here) else { return };
            if let Some(what) = complaint(&attribute) {
                findings.push(Finding::fault(source.path, tokens::line(&here[0]), what));
            }
        });
    }
    findings
}

/// Looks into `cfg_attr(…, allow(…))` too, and not into the attributes of derives, which may hold code.
fn complaint(attribute: &[TokenTree]) -> Option<&'static str> {
    let list = tokens::group(attribute.get(1), Delimiter::Parenthesis).map(tokens::inside);
    match (tokens::word(attribute.first()?).as_deref(), list) {
        (Some("allow" | "expect"), Some(list)) if !gives_reason(&list) => {
            Some("a lint is silenced without `reason = \"…\"`")
        }
        (Some("ignore"), None) if attribute.len() == 1 => {
            Some("a test is left out without `ignore = \"reason\"`")
        }
        (Some("cfg_attr"), Some(list)) => {
            list.split(|token| tokens::is_sign(Some(token), ',')).skip(1).find_map(complaint)
        }
        _ => None,
    }
}

fn gives_reason(list: &[TokenTree]) -> bool {
    list.windows(2).any(|pair| tokens::is_word(pair.first(), "reason") && tokens::is_sign(pair.get(1), '='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rust: &str) -> Vec<usize> {
        check(&Tree::of(&[("a.rs", rust)])).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_silenced_lint_has_a_reason() {
        assert_eq!(lines("#![allow(dead_code)]\n#[expect(clippy::x, reason = \"y\")] fn f() {}"), [1]);
        assert_eq!(lines("#[cfg_attr(test, allow(dead_code))] fn f() {}"), [1]);
        assert!(lines("#[arg(default = one().expect(\"not zero\"))] struct S;").is_empty());
        assert!(lines("#[deny(dead_code)] fn f() { x.expect(\"y\") }").is_empty());
    }

    #[test]
    fn an_ignored_test_has_a_reason() {
        assert_eq!(lines("#[test]\n#[ignore]\nfn f() {}\n#[ignore = \"why\"] fn g() {}"), [2]);
        assert_eq!(lines("#[cfg_attr(miri, ignore)]\nfn f() {}"), [1]);
    }
}
