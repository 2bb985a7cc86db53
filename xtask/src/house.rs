//! Where things are.

use std::path::{Path, PathBuf};

/// The repository and its build folder.
pub struct House {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl House {
    /// The repository that this program was built from.
    pub fn here() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
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
