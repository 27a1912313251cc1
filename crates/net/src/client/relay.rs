//! The waker a connection is polled with: it wakes whoever waits for the connection, and nobody while nobody waits.
//!
//! A connection and the task that drives it wake each other: a request handed over, a part of a body taken. Those
//! wakes tell the task what it does itself and would have it polled once more for nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

/// One for each connection.
pub(crate) struct Relay {
    armed: AtomicBool,
    task: Mutex<Waker>,
}

impl Relay {
    /// Wakes nobody yet.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { armed: AtomicBool::new(false), task: Mutex::new(Waker::noop().clone()) })
    }

    /// From now on the next wake goes to that task; said before the connection is polled, so that none is lost.
    pub(crate) fn arm(&self, task: &Waker) {
        self.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(task);
        self.armed.store(true, Ordering::Release);
    }

    /// Nobody waits: the connection will be polled before somebody does.
    pub(crate) fn disarm(&self) {
        self.armed.store(false, Ordering::Release);
    }
}

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.armed.swap(false, Ordering::AcqRel) {
            let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
            task.wake();
        }
    }
}
