//! The steps of `cargo xtask test`: the quick ones first, and what a later one needs before it.

use super::{Done, demo};
use crate::house::House;
use crate::shell::{program, run};
use crate::{setup, tidy};

pub struct Step {
    pub name: &'static str,
    pub about: &'static str,
    pub run: fn(&House) -> Result<Done, String>,
}

pub const STEPS: &[Step] = &[
    Step { name: "setup", about: "what the other steps need on this machine", run: set_up },
    Step { name: "fmt", about: "one layout", run: fmt },
    Step { name: "tidy", about: "what the compiler cannot see", run: tidy },
    Step { name: "deny", about: "licences, sources and duplicates of what is depended on", run: deny },
    Step { name: "advisories", about: "known weaknesses of what is depended on", run: advisories },
    Step { name: "web", about: "the demo page: its tests and its build", run: web },
    Step { name: "clippy", about: "lints, as errors", run: clippy },
    Step { name: "fuzz", about: "the fuzz targets still fit what they fuzz", run: fuzz },
    Step { name: "unit", about: "tests and contract suites of every crate", run: unit },
    Step { name: "build", about: "the binary that the remaining steps start", run: build },
    Step { name: "acceptance", about: "the house from outside, over real sockets", run: acceptance },
    Step { name: "simulation", about: "seeded worlds", run: simulation },
    Step { name: "conformance", about: "the official clients of the protocol", run: conformance },
    Step { name: "signal", about: "peers of every version at the signal door, and a relay", run: signal },
    Step {
        name: "providers",
        about: "real identity providers, and other libraries for tokens",
        run: providers,
    },
    Step {
        name: "browser",
        about: "two browser windows in the demo room, in a call, and at the door",
        run: browser,
    },
];

/// Crates with a step of their own.
const APART: [&str; 2] = ["vestibule-acceptance", "vestibule-simulation"];

fn set_up(house: &House) -> Result<Done, String> {
    setup::everything(house).map(|()| Done::Checked)
}

fn fmt(house: &House) -> Result<Done, String> {
    cargo(house, &["fmt", "--all", "--check"])
}

fn tidy(house: &House) -> Result<Done, String> {
    tidy::run(house).map(|()| Done::Checked)
}

fn deny(house: &House) -> Result<Done, String> {
    let arguments = ["--all-features", "check", "licenses", "bans", "sources"];
    run(&mut program(&house.root, setup::cargo_deny(house)?, &arguments))?;
    Ok(Done::Checked)
}

/// The advisories are a database on a host of its own. A machine that cannot reach it says so and goes on: what was
/// not looked up is no fault of the change, and is written under the result.
fn advisories(house: &House) -> Result<Done, String> {
    let deny = setup::cargo_deny(house)?;
    if run(&mut program(&house.root, &deny, &["fetch", "db"])).is_err() {
        return Ok(Done::NotChecked("the database of advisories cannot be fetched from here".to_owned()));
    }
    run(&mut program(&house.root, &deny, &["--all-features", "check", "--disable-fetch", "advisories"]))?;
    Ok(Done::Checked)
}

fn web(house: &House) -> Result<Done, String> {
    let folder = house.root.join("web");
    setup::node_modules(&folder)?;
    run(&mut program(&folder, "npm", &["test", "--silent"]))?;
    run(&mut program(&folder, "npm", &["run", "build", "--silent"]))?;
    Ok(Done::Checked)
}

fn clippy(house: &House) -> Result<Done, String> {
    cargo(house, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// With this toolchain and without its coverage: to run them is not a matter of minutes.
fn fuzz(house: &House) -> Result<Done, String> {
    let target = house.target.to_string_lossy();
    cargo(house, &["check", "--manifest-path", "fuzz/Cargo.toml", "--locked", "--target-dir", &target])
}

fn unit(house: &House) -> Result<Done, String> {
    let [acceptance, simulation] = APART;
    cargo(house, &["test", "--workspace", "--exclude", acceptance, "--exclude", simulation])
}

fn build(house: &House) -> Result<Done, String> {
    cargo(house, &["build", "--package", "vestibule"])
}

fn acceptance(house: &House) -> Result<Done, String> {
    let gateway = built(house)?;
    let mut test = program(&house.root, "cargo", &["test", "--package", APART[0]]);
    run(test.env("VESTIBULE_BIN", gateway)).map(|()| Done::Checked)
}

fn simulation(house: &House) -> Result<Done, String> {
    cargo(house, &["test", "--package", APART[1]])
}

fn conformance(house: &House) -> Result<Done, String> {
    let gateway = built(house)?;
    let mut clients = program(&house.root, "conformance/run.sh", &["js", "python", "java"]);
    run(clients.env("VESTIBULE_BIN", gateway)).map(|()| Done::Checked)
}

fn providers(house: &House) -> Result<Done, String> {
    let gateway = built(house)?;
    let mut providers = program(&house.root, "conformance/run.sh", &["providers"]);
    run(providers.env("VESTIBULE_BIN", gateway)).map(|()| Done::Checked)
}

fn signal(house: &House) -> Result<Done, String> {
    let gateway = built(house)?;
    let mut peers = program(&house.root, "conformance/run.sh", &["signal"]);
    run(peers.env("VESTIBULE_BIN", gateway)).map(|()| Done::Checked)
}

fn browser(house: &House) -> Result<Done, String> {
    let folder = house.root.join("conformance/browser");
    setup::node_modules(&folder)?;
    let gateway = built(house)?;
    let demo = demo::open(&gateway)?;
    let mut windows = program(&folder, "npm", &["test", "--silent"]);
    run(windows.env("VESTIBULE_DEMO_URL", demo.page()).env("VESTIBULE_BIN", gateway))
        .map(|()| Done::Checked)
        .map_err(|why| demo.explain(&why))
}

fn cargo(house: &House, arguments: &[&str]) -> Result<Done, String> {
    run(&mut program(&house.root, "cargo", arguments)).map(|()| Done::Checked)
}

/// The binary of the step `build`.
fn built(house: &House) -> Result<std::path::PathBuf, String> {
    let gateway = house.gateway();
    let missing = || format!("{} is missing: cargo xtask test --only build", gateway.display());
    if gateway.is_file() { Ok(gateway) } else { Err(missing()) }
}
