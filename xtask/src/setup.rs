//! What the steps of `test` need on the machine: looked for, installed where that is possible, and otherwise named
//! with how to get it. Debian's packages need root; everything else stays inside the repository.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::house::House;
use crate::shell::{output, program, run, succeeds};

/// A program that some step starts.
struct Tool {
    name: &'static str,
    /// Whether it is there and new enough.
    found: fn() -> bool,
    /// Debian's packages; none when Debian's is too old.
    packages: &'static [&'static str],
    how: &'static str,
}

/// What `package.json` of the demo page asks for.
const NODE: (u32, u32) = (20, 19);

const TOOLS: &[Tool] = &[
    Tool {
        name: "make",
        found: || runs("make"),
        packages: &["make"],
        how: "install make, which builds jemalloc",
    },
    Tool {
        name: "node",
        found: node,
        packages: &[],
        how: "install Node.js 20.19 or later with npm, from nodejs.org",
    },
    Tool {
        name: "python3 with venv",
        found: || succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])),
        packages: &["python3", "python3-venv"],
        how: "install Python 3.9 or later with its module venv",
    },
    Tool {
        name: "java",
        found: || succeeds(Command::new("javac").arg("-version")),
        packages: &["default-jdk-headless"],
        how: "install a JDK, 17 or later",
    },
    Tool { name: "maven", found: || runs("mvn"), packages: &["maven"], how: "install Maven 3" },
    Tool {
        name: "coturn",
        found: || runs("turnserver"),
        packages: &["coturn"],
        how: "install coturn, 4.6 or later",
    },
    Tool {
        name: "chromium",
        found: || runs(&env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())),
        packages: &["chromium"],
        how: "install Chromium and name it in the variable CHROMIUM",
    },
];

/// The version of cargo-deny, and the hashes of its builds for Linux.
const DENY: &str = include_str!("setup/cargo-deny.txt");

/// Looks for everything and installs what is missing.
pub fn everything(house: &House) -> Result<(), String> {
    let missing = || TOOLS.iter().filter(|tool| !(tool.found)());
    let packages: Vec<&str> = missing().flat_map(|tool| tool.packages).copied().collect();
    if !packages.is_empty() && may_install_packages() {
        install(&house.root, &packages)?;
    }
    let complaints: Vec<String> = missing().map(|tool| format!("  {}: {}", tool.name, tool.how)).collect();
    if !complaints.is_empty() {
        return Err(format!("missing on this machine:\n{}", complaints.join("\n")));
    }
    cargo_deny(house).map(|deny| println!("found: {} and {}", names(), deny.display()))
}

/// cargo-deny: the one on the path, or one built for Linux, or compiled here, which takes minutes.
pub fn cargo_deny(house: &House) -> Result<PathBuf, String> {
    let ours = house.tools().join("cargo-deny");
    let places = [PathBuf::from("cargo-deny"), ours.join("bin/cargo-deny")];
    if let Some(found) = places.into_iter().find(|place| succeeds(Command::new(place).arg("--version"))) {
        return Ok(found);
    }
    download_cargo_deny(house, &ours).or_else(|complaint| {
        println!("{complaint}\ncargo-deny is compiled instead");
        let root = ours.to_string_lossy();
        run(&mut program(&house.root, "cargo", &["install", "--locked", "--root", &root, "cargo-deny"]))
    })?;
    Ok(ours.join("bin/cargo-deny"))
}

fn download_cargo_deny(house: &House, folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let list = folder.join("requirements.txt");
    std::fs::write(&list, DENY).map_err(|error| format!("{}: {error}", list.display()))?;
    let (folder, list) = (folder.to_string_lossy(), list.to_string_lossy());
    run(&mut program(&house.root, "python3", &["-m", "venv", &folder]))?;
    let pip = format!("{folder}/bin/pip");
    let quiet = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", &list];
    run(&mut program(&house.root, pip, &quiet))
}

/// The packages of a folder's lock file, unless they are there already.
pub fn node_modules(folder: &Path) -> Result<(), String> {
    let read = |name: &str| std::fs::read(folder.join(name)).ok();
    let mark = "node_modules/.installed";
    if read(mark).is_some() && read(mark) == read("package-lock.json") {
        return Ok(());
    }
    run(&mut program(folder, "npm", &["ci", "--silent", "--no-audit", "--no-fund"]))?;
    let copied = std::fs::copy(folder.join("package-lock.json"), folder.join(mark));
    copied.map(drop).map_err(|error| format!("{mark}: {error}"))
}

fn install(root: &Path, packages: &[&str]) -> Result<(), String> {
    run(&mut program(root, "apt-get", &["update", "--quiet"]))?;
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(packages);
    run(program(root, "apt-get", &arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}

fn may_install_packages() -> bool {
    runs("apt-get") && output(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn runs(name: &str) -> bool {
    succeeds(Command::new(name).arg("--version"))
}

fn node() -> bool {
    let version = output(Command::new("node").arg("--version"));
    version.is_some_and(|version| is_at_least(&version, NODE)) && runs("npm")
}

/// Whether a version like `v20.19.1` is this one or a later one.
fn is_at_least(version: &str, (major, minor): (u32, u32)) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (major, minor)
}

fn names() -> String {
    TOOLS.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_at_least("v20.19.0", NODE) && is_at_least("v22.1.0", NODE));
        assert!(!is_at_least("v20.9.9", NODE) && !is_at_least("v18.20.0", NODE) && !is_at_least("?", NODE));
    }

    #[test]
    fn what_cannot_be_installed_says_how_to_get_it() {
        assert!(TOOLS.iter().all(|tool| tool.how.starts_with("install ")));
    }
}
