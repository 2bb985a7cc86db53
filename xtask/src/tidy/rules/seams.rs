//! What is chosen while the program runs stands behind a `dyn`, and there are few such places.

use proc_macro2::TokenTree;

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tokens::{self, Scope};
use crate::tidy::tree::Tree;

pub const RULE: Rule = Rule {
    name: "seams",
    reason: "whoever follows a call must find the one function that is called, but for a few places that are listed",
    check,
};

/// Those that run beside the house are free.
const HOUSE: &[&str] = &["auth", "broker", "doors", "gateway", "model", "store", "websocket"];

/// Where, and what may stand behind it.
const SEAMS: &[(&str, &str)] = &[
    ("crates/auth/src/issue/key/pair.rs", "RsaEncoding"), // the library's own
    ("crates/auth/src/key/algorithm.rs", "VerificationAlgorithm"), // the library's own
    ("crates/broker/src/memory", "Courier"),              // the broker knows no workers
    ("crates/gateway/src/steward/errand.rs", "Future"),   // errands of all kinds, handed to whoever goes on
    ("crates/gateway/src/steward/records/revoke.rs", "FnOnce"), // the steward knows no workers
    ("crates/gateway/src/transport/lobby.rs", "ForeignStream"), // the connections of somebody else's server
    ("crates/gateway/src/transport/socket.rs", "ForeignStream"),
];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources() {
        let inside = source.path.strip_prefix("crates/").and_then(|path| path.split_once("/src/"));
        if inside.is_none_or(|(name, _)| !HOUSE.contains(&name)) {
            continue;
        }
        source.walk(Scope::Product, &mut |here| {
            let Some(name) = behind_dyn(here) else { return };
            // Any error may be the cause of another; nothing but its text is asked for.
            let known = SEAMS.iter().any(|(path, known)| source.path.starts_with(path) && name == *known);
            if name != "Error" && !known {
                let what = format!("`dyn {name}` is not in the list of seams");
                findings.push(Finding::fault(source.path, tokens::line(&here[0]), what));
            }
        });
    }
    findings
}

/// The trait behind the `dyn` that starts here, without the path to it.
fn behind_dyn(here: &[TokenTree]) -> Option<String> {
    if !tokens::is_word(here.first(), "dyn") {
        return None;
    }
    let mut rest = here.get(1..)?;
    loop {
        let name = tokens::word(rest.first()?)?;
        match tokens::after_colons(&rest[1..]) {
            Some(after) => rest = after,
            None => return Some(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn a_seam_is_in_the_list_or_is_none() {
        assert_eq!(found("crates/broker/src/memory/channel.rs", "fn f(c: &dyn Courier) {}"), 0);
        assert_eq!(found("crates/broker/src/memory/channel.rs", "fn f(c: &dyn Clock) {}"), 1);
        assert_eq!(found("crates/doors/src/contract.rs", "fn f(c: &dyn Courier) {}"), 1);
    }

    #[test]
    fn errors_tests_and_other_programs_are_free() {
        assert_eq!(found("crates/gateway/src/cli.rs", "fn f(e: &dyn std::error::Error) {}"), 0);
        assert_eq!(
            found("crates/gateway/src/cli.rs", "#[cfg(test)] mod tests { fn f(c: &dyn Clock) {} }"),
            0
        );
        assert_eq!(found("crates/bench/src/run.rs", "fn f(c: &dyn Clock) {}"), 0);
    }
}
