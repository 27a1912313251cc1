//! Where requests leave their lines and the writer takes them: one buffer for each worker, and a bell.

use super::clock::Clock;
use super::{AccessRecord, Format, LONGEST_WAIT, line};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::Duration;

/// A buffer this full takes no more lines.
const FULL: usize = 1 << 20;
/// A buffer this full wakes the writer before its time.
const WORTH_WAKING: usize = 256 << 10;
/// How long lines gather before they are written.
const GATHER: Duration = Duration::from_millis(50);

/// Lines on their way from requests to the writer.
pub(super) struct Queue {
    format: Format,
    buffers: Box<[Buffer]>,
    lost: Arc<AtomicU64>,
    /// The writer sleeps until it is woken.
    asleep: AtomicBool,
    writer: OnceLock<Thread>,
    orders: Mutex<Orders>,
    /// Rings when the writer has carried out an order.
    done: Condvar,
}

/// One worker's lines. A cache line pair of its own, so that workers do not disturb each other.
#[repr(align(128))]
#[derive(Default)]
struct Buffer {
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    clock: Clock,
}

/// What the writer is asked to do besides writing.
#[derive(Default)]
struct Orders {
    /// Flushes asked for so far, and carried out so far.
    wanted: u64,
    flushed: u64,
    reopen: bool,
    close: bool,
    ended: bool,
}

/// Orders as the writer takes them.
pub(super) struct Taken {
    pub(super) reopen: bool,
    pub(super) close: bool,
    wanted: u64,
}

impl Queue {
    pub(super) fn new(format: Format, lost: Arc<AtomicU64>) -> Self {
        let workers = std::thread::available_parallelism().map_or(8, |cores| cores.get() * 2).clamp(4, 128);
        Self {
            format,
            buffers: (0..workers).map(|_| Buffer::default()).collect(),
            lost,
            asleep: AtomicBool::new(false),
            writer: OnceLock::new(),
            orders: Mutex::default(),
            done: Condvar::new(),
        }
    }

    /// Leaves a line. Waits for no one but, at most, another worker that formats its own.
    pub(super) fn push(&self, record: &AccessRecord<'_>) {
        let mut lines = locked(&self.buffers[worker() % self.buffers.len()].lines);
        let before = lines.bytes.len();
        if before >= FULL {
            self.lose(1);
            return;
        }
        let Lines { bytes, clock } = &mut *lines;
        line::append(bytes, record, self.format, clock);
        let after = bytes.len();
        drop(lines);
        // relaxed is enough: before it sleeps for long the writer has locked every buffer once after it said so
        let asleep = self.asleep.load(Ordering::Relaxed) && self.asleep.swap(false, Ordering::Relaxed);
        if asleep || (before < WORTH_WAKING && after >= WORTH_WAKING) {
            self.wake();
        }
    }

    pub(super) fn lose(&self, lines: u64) {
        self.lost.fetch_add(lines, Ordering::Relaxed);
    }

    pub(super) fn reopen(&self) {
        locked(&self.orders).reopen = true;
        self.wake();
    }

    pub(super) fn flush(&self) {
        let mut orders = locked(&self.orders);
        orders.wanted += 1;
        let wanted = orders.wanted;
        self.wait(orders, |orders| orders.flushed < wanted && !orders.ended);
    }

    pub(super) fn close(&self) {
        let mut orders = locked(&self.orders);
        orders.close = true;
        self.wait(orders, |orders| !orders.ended);
    }

    fn wait(&self, orders: MutexGuard<'_, Orders>, not_yet: impl FnMut(&mut Orders) -> bool) {
        self.wake();
        drop(self.done.wait_timeout_while(orders, LONGEST_WAIT, not_yet));
    }

    fn wake(&self) {
        if let Some(writer) = self.writer.get() {
            writer.unpark();
        }
    }
}

/// The writer's side.
impl Queue {
    /// The calling thread is the writer from now on.
    pub(super) fn become_writer(&self) {
        let _ = self.writer.set(std::thread::current()); // there is only one
    }

    pub(super) fn orders(&self) -> Taken {
        let mut orders = locked(&self.orders);
        Taken { reopen: std::mem::take(&mut orders.reopen), close: orders.close, wanted: orders.wanted }
    }

    /// Hands every worker's lines to `write`. No lock is held meanwhile. `spare` is a buffer to exchange for full ones.
    pub(super) fn drain(&self, spare: &mut Vec<u8>, mut write: impl FnMut(&[u8])) {
        for buffer in &self.buffers {
            std::mem::swap(&mut locked(&buffer.lines).bytes, spare);
            if !spare.is_empty() {
                write(spare);
                spare.clear();
                spare.shrink_to(WORTH_WAKING * 2);
            }
        }
    }

    /// Everything that was there when the orders were taken has been written.
    pub(super) fn report(&self, taken: &Taken) {
        let mut orders = locked(&self.orders);
        orders.flushed = taken.wanted;
        orders.ended = taken.close;
        self.done.notify_all();
    }

    /// Sleeps until there is a line, then lets more lines gather; an order or a well-filled buffer ends it at once.
    pub(super) fn rest(&self) {
        self.asleep.store(true, Ordering::Relaxed);
        while self.asleep.load(Ordering::Relaxed) && self.fullest() == 0 && !self.has_orders() {
            std::thread::park();
        }
        self.asleep.store(false, Ordering::Relaxed);
        // looked at anew: of several wake-ups while it slept only one is left
        if self.fullest() < WORTH_WAKING && !self.has_orders() {
            std::thread::park_timeout(GATHER);
        }
    }

    fn fullest(&self) -> usize {
        self.buffers.iter().map(|buffer| locked(&buffer.lines).bytes.len()).max().unwrap_or(0)
    }

    fn has_orders(&self) -> bool {
        let orders = locked(&self.orders);
        orders.reopen || orders.close || orders.flushed < orders.wanted
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The calling thread's number. A process-wide count only, so that threads spread over the buffers; who shares one with
/// another thread waits for it now and then, nothing else.
fn worker() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    NUMBER.with(|number| {
        number.get().unwrap_or_else(|| {
            let new = NEXT.fetch_add(1, Ordering::Relaxed);
            number.set(Some(new));
            new
        })
    })
}
