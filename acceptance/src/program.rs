//! Which program is tested.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Names the binary of the house.
const BINARY: &str = "VESTIBULE_BIN";

/// A whole command that starts another server of the same protocol, to which `--config FILE` is added.
const OTHER: &str = "ACCEPTANCE_SERVER";

/// The house, still without a verb.
///
/// # Panics
/// When there is no binary.
pub fn house() -> Command {
    let path = env::var_os(BINARY).map_or_else(beside_this_test, PathBuf::from);
    assert!(
        path.is_file(),
        "there is no house to test at {}: build it (`cargo build`), or name it in {BINARY}",
        path.display()
    );
    command(&path)
}

/// The server that understands a configuration of Centrifugo: the house, unless another one is named.
pub fn server() -> Command {
    let Some(line) = env::var(OTHER).ok().filter(|line| !line.trim().is_empty()) else {
        let mut house = house();
        house.arg("centrifugo");
        return house;
    };
    let mut words = line.split_whitespace();
    let mut other = command(Path::new(words.next().unwrap_or_default()));
    other.args(words);
    other
}

/// Cargo puts tests into `deps` of the folder that has the binaries.
fn beside_this_test() -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    folder.join(format!("vestibule{}", env::consts::EXE_SUFFIX))
}

/// Settings of whoever runs the tests must not reach the server.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CENTRIFUGO_")
            || (text.starts_with("VESTIBULE_") && text != BINARY)
            || text == "RUST_LOG"
        {
            command.env_remove(&name);
        }
    }
    command
}
