//! Which worker this thread is: pools keep connections by worker, so that none crosses threads.

use std::cell::Cell;

thread_local! {
    static INDEX: Cell<usize> = const { Cell::new(0) };
}

/// Tells the current thread its worker's index, once, at its start.
pub fn enter(index: usize) {
    INDEX.set(index);
}

/// The current worker's index; 0 outside of workers.
pub fn index() -> usize {
    INDEX.get()
}
