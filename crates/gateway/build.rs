//! Builds the demo page in `web/`, where Node is, so that the binary can carry it.
//!
//! The sources are copied and built below `OUT_DIR`: the source tree stays as it is, and parallel builds do not meet.
//! A page that cannot be built is left out with a warning, for the rest of the house does not need it; `/demo/` then
//! says how to get it. `VESTIBULE_SKIP_WEB=1` leaves it out unasked.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// What the page is made of, in `web/`.
const SOURCES: [&str; 7] = [
    "src",
    "index.html",
    "call.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=VESTIBULE_SKIP_WEB");
    let web = directory("CARGO_MANIFEST_DIR").join("../../web");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", web.join(source).display());
    }
    let workshop = directory("OUT_DIR").join("web");
    let page = directory("OUT_DIR").join("demo");
    empty(&page)?;
    if env::var_os("VESTIBULE_SKIP_WEB").is_some_and(|skip| skip == "1") {
        return Ok(());
    }
    if let Err(why) = build(&web, &workshop, &page) {
        println!("cargo:warning=the demo page is left out: {why}");
        empty(&page)?;
    }
    Ok(())
}

/// A directory that cargo names.
fn directory(variable: &str) -> PathBuf {
    env::var_os(variable).expect("cargo tells build scripts where they are").into()
}

fn build(web: &Path, workshop: &Path, page: &Path) -> io::Result<()> {
    fs::create_dir_all(workshop)?;
    for source in SOURCES {
        copy(&web.join(source), &workshop.join(source))?;
    }
    install(workshop)?;
    let page = page.to_str().ok_or_else(|| io::Error::other("the name of OUT_DIR is not UTF-8"))?;
    npm(workshop, &["run", "build", "--", "--outDir", page, "--emptyOutDir"])
}

/// Fetches what the page is built with, unless it is there from the last time.
fn install(workshop: &Path) -> io::Result<()> {
    let (lock, installed) = (workshop.join("package-lock.json"), workshop.join("installed.json"));
    let wanted = fs::read(lock)?;
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    npm(workshop, &["ci", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=1"])?;
    fs::write(installed, wanted)
}

fn npm(workshop: &Path, arguments: &[&str]) -> io::Result<()> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm).args(arguments).current_dir(workshop).stdin(Stdio::null()).output();
    let output =
        output.map_err(|error| io::Error::new(error.kind(), format!("npm cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let why =
        lines().find(|line| line.contains("error")).or(lines().next_back()).unwrap_or("nothing was said");
    Err(io::Error::other(format!("npm {} failed: {why}", arguments[0])))
}

/// Makes `to` the same as `from`, whatever it was before.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    empty(to)?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// An empty directory of that name.
fn empty(directory: &Path) -> io::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)
}
