//! The rules, in the order in which they are checked.

mod crates;
mod hollow;
mod layers;
mod lengths;
mod links;
mod maps;
mod origins;
mod reasons;
mod seams;
mod unfinished;
mod unsafety;

use super::Finding;
use super::tree::Tree;

/// One thing that holds everywhere.
pub struct Rule {
    pub name: &'static str,
    /// Why it is worth a rule.
    pub reason: &'static str,
    pub check: fn(&Tree) -> Vec<Finding>,
}

pub const RULES: &[Rule] = &[
    crates::RULE,
    layers::RULE,
    maps::RULE,
    lengths::RULE,
    origins::RULE,
    unsafety::RULE,
    reasons::RULE,
    seams::RULE,
    hollow::RULE,
    unfinished::RULE,
    links::RULE,
];
