//! Which worker this thread is: pools keep connections by worker, so that none crosses threads.

use std::cell::Cell;

thread_local! {
    static INDEX: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Tells the current thread its worker's index, once, at its start.
pub fn enter(index: usize) {
    INDEX.set(Some(index));
}

/// The current worker's index; 0 outside of workers.
pub fn index() -> usize {
    INDEX.get().unwrap_or(0)
}

/// Where this thread keeps what it does not share: 0 outside of workers, 1 and up for workers.
pub(crate) fn slot() -> usize {
    INDEX.get().map_or(0, |index| index + 1)
}
