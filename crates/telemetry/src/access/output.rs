//! Where lines end up, and what happens when they cannot be written.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file or a stream.
pub(super) struct Output {
    sink: Box<dyn Write + Send>,
    /// The file's path.
    path: Option<PathBuf>,
    /// The last write failed: said once, not for every line.
    failing: bool,
    /// The last write ended in the middle of a line.
    torn: bool,
}

impl Output {
    pub(super) fn stdout() -> Self {
        Self::to(Box::new(io::stdout()))
    }

    pub(super) fn file(path: PathBuf) -> io::Result<Self> {
        let sink = append_to(&path)?;
        Ok(Self { path: Some(path), ..Self::to(Box::new(sink)) })
    }

    pub(super) fn to(sink: Box<dyn Write + Send>) -> Self {
        Self { sink, path: None, failing: false, torn: false }
    }

    /// Writes whole lines; returns how many of them could not be written.
    pub(super) fn write(&mut self, lines: &[u8]) -> u64 {
        let mut left = lines;
        match self.try_write(&mut left) {
            Ok(()) => {
                self.failing = false;
                0
            }
            Err(cause) => {
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::error!(path = ?self.path, %cause, "access log cannot be written, lines are lost");
                }
                left.iter().filter(|byte| **byte == b'\n').count() as u64
            }
        }
    }

    fn try_write(&mut self, left: &mut &[u8]) -> io::Result<()> {
        if self.torn {
            self.sink.write_all(b"\n")?;
            self.torn = false;
        }
        while !left.is_empty() {
            let written = match self.sink.write(left) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => written,
                Err(cause) if cause.kind() == ErrorKind::Interrupted => continue,
                Err(cause) => return Err(cause),
            };
            self.torn = left[written - 1] != b'\n';
            *left = &left[written..];
        }
        self.sink.flush()
    }

    /// Opens the file again under its name. When that fails the old one stays in use.
    pub(super) fn reopen(&mut self) {
        let Some(path) = &self.path else { return };
        match append_to(path) {
            Ok(file) => {
                self.sink = Box::new(file);
                self.torn = false;
            }
            Err(cause) => tracing::error!(?path, %cause, "access log cannot be reopened, the old file stays in use"),
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    File::options().append(true).create(true).open(path)
}
