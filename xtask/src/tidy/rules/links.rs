//! Links in documents lead somewhere.

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tree::Tree;

pub const RULE: Rule = Rule {
    name: "links",
    reason: "a document whose links are broken is believed in nothing else either",
    check,
};

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".md") {
        for (line, target) in targets(text) {
            if let Some(complaint) = complaint(tree, path, target) {
                findings.push(Finding::fault(path, line, complaint));
            }
        }
    }
    findings
}

/// The targets of `[text](target)` outside of code, with their lines.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced || line.starts_with("    ") {
            continue;
        }
        for prose in outside_of_code(line) {
            let ends = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            targets.extend(ends.filter_map(|target| Some((at + 1, target.split_whitespace().next()?))));
        }
    }
    targets
}

/// The parts of a line between pieces of `code`, each link kept whole.
fn outside_of_code(line: &str) -> Vec<&str> {
    if line.contains("](") && line.contains("`]") { vec![line] } else { line.split('`').step_by(2).collect() }
}

fn complaint(tree: &Tree, from: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, heading) =
        target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
    let path = if file.is_empty() { Some(from.to_owned()) } else { resolve(from, file) };
    let Some(path) = path.filter(|path| tree.text(path).is_some() || tree.has_folder(path)) else {
        return Some(format!("leads to `{file}`, which does not exist"));
    };
    let text = tree.text(&path)?;
    let heading = heading.filter(|_| path.ends_with(".md"))?;
    (!headings(text).any(|found| found == heading)).then(|| format!("`{path}` has no heading `#{heading}`"))
}

/// A path from the root, when it stays below it.
fn resolve(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Headings as the names under which links find them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    titles.map(|title| {
        let kept =
            title.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<String> {
        let files = [("docs/a.md", text), ("docs/b.md", "# The `big` One\n"), ("src/x.rs", "")];
        check(&Tree::of(&files)).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn files_folders_and_headings_that_exist_are_found() {
        assert!(
            complaints("[b](b.md) [x](../src/x.rs) [src](../src/) [h](b.md#the-big-one) [`b`](./b.md)")
                .is_empty()
        );
        assert!(
            complaints("# Here\n[top](#here) [web](https://example.com/x) [mail](mailto:a@b)").is_empty()
        );
    }

    #[test]
    fn what_leads_nowhere_is_found() {
        assert_eq!(complaints("[c](c.md)"), ["leads to `c.md`, which does not exist"]);
        assert_eq!(complaints("[`c`](c.md)").len(), 1);
        assert_eq!(complaints("[out](../../etc/passwd)").len(), 1);
        assert_eq!(complaints("[h](b.md#small)"), ["`docs/b.md` has no heading `#small`"]);
    }

    #[test]
    fn code_has_no_links() {
        assert!(complaints("`a[0](x)`\n```\n[a](b)\n```\n    [a](b)").is_empty());
    }
}
