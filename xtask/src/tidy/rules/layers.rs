//! Which modules of the gateway may use which: each those that come after it, never those before.

use proc_macro2::{Delimiter, TokenTree};

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tokens::{self, Scope};
use crate::tidy::tree::Tree;

pub const RULE: Rule = Rule {
    name: "layers",
    reason: "whoever reads one layer of the gateway needs to know only those below it",
    check,
};

const GATEWAY: &str = "crates/gateway/src/";

/// From above to below; those that stand together may use each other. Tests are free, since they come from above.
const ORDER: &[&[&str]] = &[
    &["main"],
    &["cli", "dev", "signal"],
    &["app"],
    &["config"],
    &["admin"],
    &["api"],
    &["transport"],
    &["worker"],
    &["steward"],
    &["keys"],
    &["telemetry"],
    &["clock", "office", "rate"],
];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.sources() {
        let Some(module) = source.path.strip_prefix(GATEWAY).and_then(|path| path.strip_suffix(".rs")) else {
            continue;
        };
        let module: Vec<&str> = module.split('/').collect();
        if module == ["lib"] {
            continue;
        }
        let Some(own) = rank(module[0]) else {
            findings.push(Finding::fault(source.path, 0, format!("`{}` is not in the order", module[0])));
            continue;
        };
        source.walk(Scope::Product, &mut |here| {
            for (name, line) in named(here, &module) {
                if name != module[0] && rank(&name).is_some_and(|other| other < own) {
                    let what = format!("`{}` must not use `{name}`, which comes before it", module[0]);
                    findings.push(Finding::fault(source.path, line, what));
                }
            }
        });
    }
    findings.sort();
    findings.dedup();
    findings
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|layer| layer.contains(&module))
}

/// The modules at the top of the crate that a path starting here leads to, with their lines.
fn named(here: &[TokenTree], module: &[&str]) -> Vec<(String, usize)> {
    let rest = match tokens::word(&here[0]).as_deref() {
        Some("crate") => tokens::after_colons(&here[1..]),
        Some("vestibule") if module == ["main"] => tokens::after_colons(&here[1..]),
        Some("super") => after_supers(here, module.len()),
        _ => None,
    };
    let Some(first) = rest.and_then(<[_]>::first) else { return Vec::new() };
    match tokens::group(Some(first), Delimiter::Brace) {
        Some(several) => {
            let inside = tokens::inside(several);
            let branches = inside.split(|token| tokens::is_sign(Some(token), ','));
            branches.filter_map(|branch| name_of(branch.first()?)).collect()
        }
        None => name_of(first).into_iter().collect(),
    }
}

fn name_of(token: &TokenTree) -> Option<(String, usize)> {
    Some((tokens::word(token)?, tokens::line(token)))
}

/// What follows as many `super::` as lead to the top of the crate.
fn after_supers(mut rest: &[TokenTree], depth: usize) -> Option<&[TokenTree]> {
    for _ in 0..depth {
        if !tokens::is_word(rest.first(), "super") {
            return None;
        }
        rest = tokens::after_colons(&rest[1..])?;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, rust: &str) -> Vec<usize> {
        let path = format!("{GATEWAY}{path}");
        check(&Tree::of(&[(&path, rust)])).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn below_may_be_used_and_above_may_not() {
        assert!(faults("transport/socket.rs", "use crate::worker::{Inbox, link::Link};").is_empty());
        assert_eq!(faults("worker/link.rs", "use std::io;\nuse crate::transport::Socket;"), [2]);
    }

    #[test]
    fn every_way_to_name_a_module_is_seen() {
        assert_eq!(faults("clock.rs", "use crate::{\n    telemetry::T,\n    app,\n};"), [2, 3]);
        assert_eq!(faults("steward/errand.rs", "use super::super::worker::W;"), [1]);
        assert_eq!(faults("steward.rs", "fn f() { matches!(x, crate::worker::W) }"), [1]);
        assert_eq!(faults("steward.rs", "fn f() -> super::api::X {}"), [1]);
        assert!(faults("steward/errand.rs", "use super::api::X;").is_empty(), "that is `steward::api`");
    }

    #[test]
    fn those_that_stand_together_may_use_each_other_and_tests_are_free() {
        assert!(faults("cli.rs", "use crate::dev;").is_empty());
        assert!(faults("dev.rs", "use crate::cli;").is_empty());
        assert!(faults("clock.rs", "#[cfg(test)] mod tests { use crate::app::House; }").is_empty());
    }

    #[test]
    fn a_new_module_needs_a_place_in_the_order() {
        assert_eq!(faults("cellar.rs", ""), [0]);
    }
}
