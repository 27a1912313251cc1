//! What an instance prints: its end kept for the caller, every line passed to the gateway's log and the function's.

use crate::function::Journal;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::unix::pipe;

/// What AWS gives back of a log.
const TAIL: usize = 4096;
/// A line longer than this is passed on in parts.
const MAX_LINE: usize = 32 * 1024;
/// Read in one go before others get their turn.
const MAX_DRAIN: usize = 1024 * 1024;

/// One pipe for both outputs, so that their order is kept.
pub(super) struct Log {
    function: Arc<str>,
    journal: Arc<Journal>,
    output: pipe::Receiver,
    state: Mutex<State>,
}

struct State {
    tail: VecDeque<u8>,
    line: Vec<u8>,
    buffer: Box<[u8]>,
}

enum Read {
    Empty,
    More,
    Ended,
}

impl Log {
    /// The pipe's end to write to, and the log that reads it.
    pub(super) fn open(function: Arc<str>, journal: Arc<Journal>) -> io::Result<(io::PipeWriter, Self)> {
        let (reader, writer) = io::pipe()?;
        let output = pipe::Receiver::from_owned_fd(reader.into())?;
        let state = State { tail: VecDeque::new(), line: Vec::new(), buffer: vec![0; 8192].into() };
        Ok((writer, Self { function, journal, output, state: Mutex::new(state) }))
    }

    /// Takes in everything that has been printed until now.
    pub(super) fn drain(&self) {
        self.read();
    }

    /// Puts lines of ours into the function's log, and into the tail if they are `kept` there; the gateway's log has its
    /// own for that.
    pub(super) fn note(&self, lines: &str, kept: bool) {
        self.read();
        let mut state = self.state();
        lines.lines().filter(|line| !line.is_empty()).for_each(|line| self.journal.add(line));
        if !kept {
            return;
        }
        if state.tail.back().is_some_and(|last| *last != b'\n') {
            state.keep(b"\n");
        }
        state.keep(lines.as_bytes());
        state.keep(b"\n");
    }

    /// The tail, which begins anew.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.state().tail).into()
    }

    fn read(&self) -> Read {
        let mut state = self.state();
        let mut left = MAX_DRAIN;
        while left > 0 {
            match self.output.try_read(&mut state.buffer) {
                Ok(0) => {
                    self.flush(&mut state);
                    return Read::Ended;
                }
                Ok(count) => {
                    left = left.saturating_sub(count);
                    self.take_in(&mut state, count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Read::Empty,
                Err(_) => return Read::Ended,
            }
        }
        Read::More
    }

    fn take_in(&self, state: &mut State, count: usize) {
        let buffer = std::mem::take(&mut state.buffer);
        state.keep(&buffer[..count]);
        for part in buffer[..count].split_inclusive(|byte| *byte == b'\n') {
            state.line.extend_from_slice(part);
            if part.ends_with(b"\n") || state.line.len() >= MAX_LINE {
                self.flush(state);
            }
        }
        state.buffer = buffer;
    }

    fn flush(&self, state: &mut State) {
        let line = String::from_utf8_lossy(&state.line);
        let line = line.trim_end();
        if !line.is_empty() {
            self.journal.add(line);
            tracing::info!(target: "function", function = &*self.function, "{line}");
        }
        state.line.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn keep(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(TAIL)..];
        let excess = (self.tail.len() + bytes.len()).saturating_sub(TAIL);
        self.tail.drain(..excess);
        self.tail.extend(bytes);
    }
}

/// Reads until nobody can write any more.
pub(super) async fn pump(log: Arc<Log>) {
    while log.output.readable().await.is_ok() {
        match log.read() {
            Read::Empty => {}
            Read::More => tokio::task::yield_now().await,
            Read::Ended => return,
        }
    }
}
