//! Whether the files of a folder have changed: their names, sizes and times as one number.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Files looked at, and folders entered below one another, at most.
const MAX_FILES: usize = 2000;
const MAX_DEPTH: usize = 8;
/// What an installer or an interpreter writes there, not a developer.
const LEFT_OUT: [&str; 2] = ["node_modules", "__pycache__"];

/// The state of a folder. Equal stamps: nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(u64);

impl Stamp {
    /// Of all files but those that the function's own calls make grow.
    pub(super) fn of(folder: &Path, written: &[&Path]) -> Self {
        let mut walk = Walk { written, left: MAX_FILES, sum: 0 };
        walk.enter(folder, 0);
        Self(walk.sum)
    }
}

struct Walk<'a> {
    written: &'a [&'a Path],
    left: usize,
    sum: u64,
}

impl Walk<'_> {
    fn enter(&mut self, folder: &Path, depth: usize) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            if self.written.contains(&path.as_path()) {
                continue;
            }
            if !metadata.is_dir() {
                // A sum does not depend on the order in which the system names the files.
                self.sum = self.sum.wrapping_add(hash(&path, &metadata));
            } else if depth < MAX_DEPTH && !is_left_out(&path) {
                self.enter(&path, depth + 1);
            }
        }
    }
}

fn hash(path: &Path, metadata: &Metadata) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    (metadata.ino(), metadata.size(), metadata.mode()).hash(&mut hasher);
    (metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()).hash(&mut hasher);
    hasher.finish()
}

fn is_left_out(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with('.') || LEFT_OUT.contains(&name)
}
