//! Functions fit a screen, and files answer one question.

use proc_macro2::{Delimiter, TokenTree};

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tokens::{self, Scope};
use crate::tidy::tree::Tree;

pub const RULE: Rule =
    Rule { name: "lengths", reason: "what does not fit a screen is read in pieces, and misread", check };

/// Lines of a function, from `fn` to its last brace. Those of tests are only listed: a table of vectors is data.
const FUNCTION: usize = 70;
const FUNCTION_WORTH_A_LOOK: usize = 50;
/// Lines of a file.
const FILE_WORTH_A_LOOK: usize = 450;

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources() {
        let lines = source.text.lines().count();
        if lines > FILE_WORTH_A_LOOK {
            findings.push(Finding::look(source.path, 0, format!("{lines} lines")));
        }
        let mut faults = Vec::new();
        source.walk(Scope::Product, &mut |here| {
            faults.extend(
                longer_than(FUNCTION, here).map(|(line, what)| Finding::fault(source.path, line, what)),
            );
        });
        source.walk(Scope::Everything, &mut |here| {
            let long = longer_than(FUNCTION_WORTH_A_LOOK, here);
            let new = long.filter(|(line, _)| faults.iter().all(|fault| fault.line != *line));
            findings.extend(new.map(|(line, what)| Finding::look(source.path, line, what)));
        });
        findings.append(&mut faults);
    }
    findings
}

/// The line of the function that starts here, and what there is to say, when it is longer than that.
fn longer_than(bound: usize, here: &[TokenTree]) -> Option<(usize, String)> {
    let (name, first, last) = function(here)?;
    let length = last - first + 1;
    (length > bound).then(|| (first, format!("`{name}` has {length} lines")))
}

/// The name, first and last line of the function that starts here, when it has a body.
fn function(here: &[TokenTree]) -> Option<(String, usize, usize)> {
    if !tokens::is_word(here.first(), "fn") {
        return None;
    }
    let name = tokens::word(here.get(1)?)?;
    let end = here.iter().find(|token| {
        tokens::is_sign(Some(token), ';') || tokens::group(Some(token), Delimiter::Brace).is_some()
    })?;
    let body = tokens::group(Some(end), Delimiter::Brace)?;
    Some((name, tokens::line(&here[0]), body.span_close().end().line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::Weight;

    fn weights(rust: &str) -> Vec<Weight> {
        check(&Tree::of(&[("a.rs", rust)])).into_iter().map(|finding| finding.weight).collect()
    }

    fn function_of(lines: usize) -> String {
        format!("fn f()\nwhere T: X {{{}}}", "\n".repeat(lines - 2))
    }

    #[test]
    fn a_function_fits_a_screen() {
        assert!(weights(&function_of(50)).is_empty());
        assert_eq!(weights(&function_of(51)), [Weight::Look]);
        assert_eq!(weights(&function_of(70)), [Weight::Look]);
        assert_eq!(weights(&function_of(71)), [Weight::Fault]);
    }

    #[test]
    fn a_long_test_is_only_worth_a_look() {
        assert_eq!(weights(&format!("#[cfg(test)] mod tests {{ {} }}", function_of(90))), [Weight::Look]);
    }

    #[test]
    fn a_long_file_is_worth_a_look() {
        assert_eq!(weights(&"//\n".repeat(451)), [Weight::Look]);
        assert!(weights(&"//\n".repeat(450)).is_empty());
    }

    #[test]
    fn what_has_no_body_has_no_length() {
        let declared = format!("trait T {{ fn f(x: fn(u8)); }}{}", "\n".repeat(80));
        assert!(weights(&declared).is_empty());
    }
}
