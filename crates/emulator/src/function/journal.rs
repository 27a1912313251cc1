//! What all instances of a function have printed lately, for those who read along.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// Lines that are remembered, and their bytes together.
const MAX_LINES: usize = 1000;
const MAX_BYTES: usize = 256 * 1024;
/// Lines that a reader may be behind before it misses some.
const BEHIND: usize = 256;

/// A function's log: its end, and what comes.
pub(crate) struct Journal {
    lines: Mutex<Lines>,
    readers: broadcast::Sender<Arc<str>>,
}

#[derive(Default)]
struct Lines {
    kept: VecDeque<Arc<str>>,
    bytes: usize,
}

impl Default for Journal {
    fn default() -> Self {
        Self { lines: Mutex::default(), readers: broadcast::Sender::new(BEHIND) }
    }
}

impl Journal {
    /// Adds a line, without its line break.
    pub(crate) fn add(&self, line: &str) {
        let line: Arc<str> = line.into();
        let mut lines = self.lines();
        lines.keep(line.clone());
        // Under the lock, so that nobody is told a line twice or not at all.
        let _nobody_may_read = self.readers.send(line);
    }

    /// The lines that are remembered, and those that come. A reader who is too slow is told how many it missed.
    pub(crate) fn follow(&self) -> (Vec<Arc<str>>, broadcast::Receiver<Arc<str>>) {
        let lines = self.lines();
        (lines.kept.iter().cloned().collect(), self.readers.subscribe())
    }

    /// Whether anyone reads along.
    pub(crate) fn is_followed(&self) -> bool {
        self.readers.receiver_count() > 0
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn keep(&mut self, line: Arc<str>) {
        self.bytes += line.len();
        self.kept.push_back(line);
        while self.kept.len() > MAX_LINES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.kept.pop_front() else { return };
            self.bytes -= oldest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_remembered_and_what_comes_is_told() {
        let journal = Journal::default();
        for number in 0..=MAX_LINES {
            journal.add(&number.to_string());
        }
        let (kept, mut coming) = journal.follow();
        assert_eq!((kept.len(), &*kept[0]), (MAX_LINES, "1"));
        assert!(journal.is_followed());
        journal.add("next");
        assert_eq!(&*coming.try_recv().unwrap(), "next");
        assert!(coming.try_recv().is_err());
        for _ in 0..3 {
            journal.add(&"x".repeat(MAX_BYTES / 2));
        }
        assert_eq!(journal.follow().0.len(), 2);
    }
}
