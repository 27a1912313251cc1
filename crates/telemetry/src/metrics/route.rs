//! A route's own counters.

use super::histogram::Histogram;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A route's own counters.
#[derive(Debug, Default)]
pub struct RouteMetrics {
    /// 100 to 599, by hundreds; a hundred takes memory once one of it was sent.
    statuses: [OnceLock<Box<[AtomicU64; 100]>>; 5],
    /// Statuses outside of that.
    strange: AtomicU64,
    duration: Histogram,
    bytes: AtomicU64,
}

impl RouteMetrics {
    /// One request ended.
    pub fn request(&self, status: u16, duration: Duration, bytes: u64) {
        let (hundred, rest) = (usize::from(status / 100), usize::from(status % 100));
        let counter = match hundred.checked_sub(1).and_then(|at| self.statuses.get(at)) {
            Some(counters) => &counters.get_or_init(|| Box::new([const { AtomicU64::new(0) }; 100]))[rest],
            None => &self.strange,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.duration.observe(duration);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Statuses that were sent, with their number; 0 stands for those that are none.
    pub(super) fn statuses(&self) -> Vec<(u16, u64)> {
        let mut all = vec![(0, self.strange.load(Ordering::Relaxed))];
        for (hundred, counters) in (1..).zip(&self.statuses) {
            let counters = counters.get().into_iter().flat_map(|counters| counters.iter());
            all.extend((hundred * 100..).zip(counters.map(|counter| counter.load(Ordering::Relaxed))));
        }
        all.retain(|(_, count)| *count > 0);
        all
    }

    pub(super) fn duration(&self) -> &Histogram {
        &self.duration
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}
