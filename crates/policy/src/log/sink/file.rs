//! A file, appended to. One that was moved away is made anew, so that whoever rotates logs need tell nobody.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

/// The file.
pub(in crate::log) struct File {
    path: PathBuf,
    open: Arc<Mutex<Option<fs::File>>>,
}

impl File {
    pub(super) fn new(path: &str) -> Self {
        Self { path: PathBuf::from(path), open: Arc::default() }
    }

    pub(super) async fn append(&self, body: &[u8]) -> Result<(), String> {
        let (path, open, body) = (self.path.clone(), self.open.clone(), body.to_vec());
        let written = tokio::task::spawn_blocking(move || {
            let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
            write(&path, &mut open, &body)
        });
        let outcome = written.await.map_err(|_| "writing was cut off".to_owned())?;
        outcome.map_err(|cause| cause.to_string())
    }
}

/// In one piece, so that lines of several writers do not mix.
fn write(path: &PathBuf, open: &mut Option<fs::File>, body: &[u8]) -> io::Result<()> {
    if open.as_ref().is_none_or(|file| !is_still(path, file)) {
        *open = Some(fs::File::options().append(true).create(true).open(path)?);
    }
    let Some(file) = open else { return Ok(()) };
    io::Write::write_all(file, body)
}

/// Whether the file is the one of that name.
fn is_still(path: &PathBuf, file: &fs::File) -> bool {
    match (fs::metadata(path), file.metadata()) {
        (Ok(named), Ok(open)) => (named.dev(), named.ino()) == (open.dev(), open.ino()),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_moved_away_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("log"), folder.path().join("log.1"));
        let mut open = None;
        write(&path, &mut open, b"one\n").unwrap();
        write(&path, &mut open, b"two\n").unwrap();
        fs::rename(&path, &moved).unwrap();
        write(&path, &mut open, b"three\n").unwrap();
        assert_eq!(fs::read_to_string(moved).unwrap(), "one\ntwo\n");
        assert_eq!(fs::read_to_string(path).unwrap(), "three\n");
    }
}
