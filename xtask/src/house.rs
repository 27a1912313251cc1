//! Where the checkout stands and where builds go.

use std::path::{Path, PathBuf};

/// The checkout.
#[derive(Clone, Debug)]
pub struct House {
    /// The workspace's root folder.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl House {
    /// The checkout that this program was built from.
    pub fn find() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().expect("xtask is a folder of the workspace").to_path_buf();
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Self { root, target }
    }

    /// The folder with the debug build's binaries.
    pub fn binaries(&self) -> PathBuf {
        self.target.join("debug")
    }
}
