//! Nothing is left for later in the code.

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tree::Tree;

pub const RULE: Rule = Rule {
    name: "unfinished",
    reason: "what is missing belongs into an issue, where it can be decided and closed",
    check,
};

/// Written apart, so that this file keeps its own rule.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

const KINDS: [&str; 13] =
    [".rs", ".toml", ".md", ".js", ".ts", ".html", ".css", ".py", ".java", ".sh", ".yml", ".yaml", ".ci/run"];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in KINDS.into_iter().flat_map(|kind| tree.ending(kind)) {
        for (at, line) in text.lines().enumerate() {
            let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            if let Some(mark) = words.find(|word| MARKS.contains(word)) {
                findings.push(Finding::fault(path, at + 1, format!("`{mark}`")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_for_later_is_found_in_every_language() {
        let [later, broken] = MARKS;
        let (rust, script) = (format!("\n// {later}: more"), format!("x # {broken}"));
        let findings = check(&Tree::of(&[("a.rs", &rust), ("b.sh", &script), ("c.png", later)]));
        let places: Vec<_> = findings.iter().map(|finding| (&*finding.file, finding.line)).collect();
        assert_eq!(places, [("a.rs", 2), ("b.sh", 1)]);
    }

    #[test]
    fn a_part_of_a_word_is_no_mark() {
        let text = format!("{}S and the MA{}", MARKS[0], MARKS[0]);
        assert!(check(&Tree::of(&[("a.md", &text)])).is_empty());
    }
}
