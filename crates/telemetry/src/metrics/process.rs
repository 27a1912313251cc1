//! What the operating system knows about this process.

use rustix::time::{ClockId, clock_gettime};

/// Processor time spent so far, in seconds.
pub(super) fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    // a process lives far shorter than the seconds an f64 holds exactly
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Bytes of memory in use; `None` where there is no `/proc`.
pub(super) fn resident_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

/// Open file descriptors, without the one that counts them; `None` where there is no `/proc`.
pub(super) fn open_files() -> Option<u64> {
    let count = std::fs::read_dir("/proc/self/fd").ok()?.count() as u64;
    Some(count.saturating_sub(1))
}
