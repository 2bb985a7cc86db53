//! What the compiler and clippy cannot see: one rule a file, each with its reason and its test on a made-up tree.
//!
//! - [`tree`]: the files of the repository, or of a test;
//! - [`tokens`]: how rules look at Rust;
//! - [`rules`]: the rules.
//!
//! `cargo test -p xtask` checks this repository too, so a change that breaks a rule breaks a test.

mod rules;
mod tokens;
mod tree;

use crate::house::House;
use rules::RULES;
use tree::Tree;

/// Something that a rule found.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    /// From 1; 0 is the file as a whole.
    pub line: usize,
    pub weight: Weight,
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The rule is broken.
    Fault,
    /// Allowed, and worth a look.
    Look,
}

impl Finding {
    fn fault(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, weight: Weight::Fault, what: what.into() }
    }

    fn look(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self { weight: Weight::Look, ..Self::fault(file, line, what) }
    }
}

/// Checks the repository and prints what was found.
pub fn run(house: &House) -> Result<(), String> {
    let tree = Tree::read(&house.root)?;
    let mut faults = 0;
    for rule in RULES {
        let findings = (rule.check)(&tree);
        let broken = findings.iter().any(|finding| finding.weight == Weight::Fault);
        if !findings.is_empty() {
            println!("{}{}", rule.name, if broken { format!(" ({})", rule.reason) } else { String::new() });
        }
        for Finding { file, line, weight, what } in &findings {
            faults += usize::from(*weight == Weight::Fault);
            let mark = if *weight == Weight::Fault { "fault" } else { "look" };
            println!("  {mark}: {file}:{line}: {what}");
        }
    }
    if faults > 0 {
        return Err(format!("tidy: {faults} faults"));
    }
    println!("tidy: {} rules hold", RULES.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        let tree = Tree::read(&House::here().root).unwrap();
        assert!(tree.sources().count() > 50, "the tree was not read");
        for rule in RULES {
            let mut findings = (rule.check)(&tree);
            findings.retain(|finding| finding.weight == Weight::Fault);
            assert!(findings.is_empty(), "{}: {}: {findings:#?}", rule.name, rule.reason);
        }
    }
}
