//! A function's files as a package: how large they are together, and one number that changes with any of them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Read at once.
const PIECE: usize = 64 * 1024;

/// What AWS measures of a package. Here it is no archive: sizes are those of the files, the hash is over names and
/// contents in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Package {
    /// `CodeSize`.
    pub(crate) bytes: u64,
    hash: [u8; 32],
}

impl Package {
    /// Of the files in a folder, without those of hidden folders and what Python leaves behind. Blocks.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut files = Vec::new();
        collect(folder, &mut files);
        files.sort();
        let (mut hasher, mut bytes) = (Sha256::new(), 0);
        for file in files {
            let name = file.strip_prefix(folder).unwrap_or(&file);
            hasher.update(name.as_os_str().as_encoded_bytes());
            hasher.update([0]);
            // One that is gone by now, or cannot be read, is no part of it.
            let length = read(&file, &mut hasher).unwrap_or_default();
            hasher.update(length.to_be_bytes());
            bytes += length;
        }
        Self { bytes, hash: hasher.finalize().into() }
    }

    /// `CodeSha256`.
    pub(crate) fn sha256(&self) -> String {
        BASE64_STANDARD.encode(self.hash)
    }

    /// `RevisionId`: the same for the same files.
    pub(crate) fn revision(&self) -> String {
        let hex: String = self.hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

fn read(file: &Path, hasher: &mut Sha256) -> io::Result<u64> {
    let (mut file, mut piece, mut length) = (File::open(file)?, vec![0; PIECE], 0);
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Ok(length);
        }
        hasher.update(&piece[..count]);
        length += count as u64;
    }
}

/// Folders that are links are not entered: they may lead back.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        let name = entry.file_name();
        let is_left_out = name.as_encoded_bytes().starts_with(b".") || name == "__pycache__";
        match kind {
            Ok(kind) if kind.is_dir() && !is_left_out => collect(&path, files),
            Ok(kind) if !kind.is_dir() && path.is_file() => files.push(path),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_of_a_file_is_another_package() {
        let folder = std::env::temp_dir().join(format!("package-{:032x}", fastrand::u128(..)));
        let write = |name: &str, text: &str| {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("a.py", "one");
        write("b/c.py", "three");
        let mut seen = vec![Package::of(&folder)];
        assert_eq!(seen[0].bytes, 8);
        for (name, text) in [("a.py", "two"), ("a.py", ""), ("b/d.py", ""), ("b/c.py", "THREE")] {
            write(name, text);
            let package = Package::of(&folder);
            assert!(!seen.contains(&package), "{name} {text}");
            seen.push(package);
        }
        let last = seen.pop().unwrap();
        for (name, text) in [(".git/x", "y"), ("__pycache__/a.pyc", "z"), ("a.py", "")] {
            write(name, text);
            assert_eq!(Package::of(&folder), last, "{name}");
        }
        assert_eq!((last.sha256().len(), last.revision().len()), (44, 36));
        fs::remove_dir_all(folder).unwrap();
    }
}
