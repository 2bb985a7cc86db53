//! Which crates may know which. What a manifest does not name, the compiler refuses in the code.

use toml::{Table, Value};

use super::Rule;
use crate::tidy::Finding;
use crate::tidy::tree::Tree;

pub const RULE: Rule = Rule {
    name: "crates",
    reason: "a crate boundary stands where the compiler should refuse something",
    check,
};

/// What brings I/O, tasks or a clock into a crate that is to be pure.
const IO: &[&str] =
    &["tokio", "tokio-util", "hyper", "hyper-util", "axum", "socket2", "rustix", "libc", "mio"];

struct Bounds {
    name: &'static str,
    /// The crates of this house that it may know, in its tests too.
    house: &'static [&'static str],
    /// What it must not be built on.
    never: &'static [&'static str],
}

const BOUNDS: &[Bounds] = &[
    Bounds { name: "vestibule-model", house: &[], never: IO },
    Bounds { name: "vestibule-doors", house: &["vestibule-model"], never: IO },
    Bounds { name: "vestibule-auth", house: &["vestibule-model"], never: IO },
    Bounds { name: "vestibule-broker", house: &["vestibule-model"], never: &["hyper", "axum", "socket2"] },
    Bounds { name: "vestibule-store", house: &["vestibule-model"], never: &["hyper", "axum", "socket2"] },
    Bounds { name: "vestibule-websocket", house: &[], never: IO },
    Bounds {
        name: "vestibule",
        house: &[
            "vestibule-model",
            "vestibule-doors",
            "vestibule-auth",
            "vestibule-broker",
            "vestibule-store",
            "vestibule-websocket",
        ],
        never: &["native-tls", "openssl"],
    },
    // These three see the gateway from outside, as anybody does: through its sockets.
    Bounds { name: "vestibule-bench", house: &["vestibule-websocket"], never: &[] },
    Bounds {
        name: "vestibule-acceptance",
        house: &["vestibule-model", "vestibule-doors", "vestibule-auth", "vestibule-websocket"],
        never: &[],
    },
    Bounds {
        name: "vestibule-fuzz",
        house: &[
            "vestibule-model",
            "vestibule-doors",
            "vestibule-auth",
            "vestibule-broker",
            "vestibule-websocket",
        ],
        never: &[],
    },
    Bounds {
        name: "vestibule-simulation",
        house: &[
            "vestibule",
            "vestibule-model",
            "vestibule-doors",
            "vestibule-auth",
            "vestibule-broker",
            "vestibule-websocket",
        ],
        never: &[],
    },
    Bounds { name: "xtask", house: &[], never: &[] },
];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending("Cargo.toml") {
        let manifest: Table = match text.parse() {
            Ok(manifest) => manifest,
            Err(error) => {
                findings.push(Finding::fault(path, 0, format!("is no TOML: {error}")));
                continue;
            }
        };
        let Some(name) = manifest.get("package").and_then(|package| package.get("name")?.as_str()) else {
            continue;
        };
        match BOUNDS.iter().find(|bounds| bounds.name == name) {
            Some(bounds) => within(bounds, &manifest, path, &mut findings),
            None => {
                findings.push(Finding::fault(path, 0, format!("`{name}` is in no line of the rule's table")))
            }
        }
    }
    findings
}

fn within(bounds: &Bounds, manifest: &Table, path: &str, findings: &mut Vec<Finding>) {
    let name = bounds.name;
    for (dependency, for_tests) in dependencies(manifest) {
        let ours = BOUNDS.iter().any(|other| other.name == dependency) || dependency.starts_with("vestibule");
        if ours && dependency != name && !bounds.house.contains(&&*dependency) {
            findings.push(Finding::fault(path, 0, format!("`{name}` must not know `{dependency}`")));
        }
        if !for_tests && bounds.never.contains(&&*dependency) {
            findings.push(Finding::fault(path, 0, format!("`{name}` must not be built on `{dependency}`")));
        }
    }
}

/// The packages that a manifest names, and whether only tests see them.
fn dependencies(manifest: &Table) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    for table in std::iter::once(manifest).chain(targets.filter_map(Value::as_table)) {
        for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for (key, value) in table.get(section).and_then(Value::as_table).into_iter().flatten() {
                let package = value.get("package").and_then(Value::as_str).unwrap_or(key);
                found.push((package.to_owned(), section == "dev-dependencies"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(name: &str, rest: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"{name}\"\n{rest}");
        let findings = check(&Tree::of(&[("a/Cargo.toml", &manifest)]));
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_door_knows_no_broker_and_no_task() {
        let found =
            complaints("vestibule-doors", "[dependencies]\nvestibule-broker.workspace = true\ntokio = \"1\"");
        assert_eq!(
            found,
            [
                "`vestibule-doors` must not be built on `tokio`",
                "`vestibule-doors` must not know `vestibule-broker`"
            ]
        );
    }

    #[test]
    fn the_gateway_is_measured_from_outside_also_in_tests_and_under_another_name() {
        let tests =
            complaints("vestibule-bench", "[dev-dependencies]\nvestibule = { path = \"../gateway\" }");
        assert_eq!(tests, ["`vestibule-bench` must not know `vestibule`"]);
        let renamed = complaints(
            "vestibule-acceptance",
            "[target.'cfg(unix)'.dependencies]\nh = { package = \"vestibule\" }",
        );
        assert_eq!(renamed, ["`vestibule-acceptance` must not know `vestibule`"]);
    }

    #[test]
    fn a_test_may_use_a_runtime() {
        assert!(complaints("vestibule-auth", "[dev-dependencies]\ntokio = \"1\"").is_empty());
    }

    #[test]
    fn a_new_crate_needs_a_line_in_the_table() {
        assert_eq!(complaints("vestibule-cellar", "").len(), 1);
    }
}
