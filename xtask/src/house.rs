//! Where things are.

use std::path::{Path, PathBuf};

/// The repository and its build folder.
pub struct House {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl House {
    /// The repository in which cargo runs this program, which may be another than the one that it was built from when
    /// two share a build folder; without cargo, the latter.
    pub fn here() -> Self {
        let here =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let here = Path::new(&here);
        let root = here.parent().unwrap_or(here).to_owned();
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |set| root.join(set));
        Self { root, target }
    }

    /// The gateway as `cargo build` leaves it.
    pub fn gateway(&self) -> PathBuf {
        self.target.join("debug/vestibule")
    }

    /// Programs that `setup` installs for this repository alone.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }
}
