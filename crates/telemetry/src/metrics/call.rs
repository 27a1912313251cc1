//! A function's (or URL's) own counters.

use super::histogram::Histogram;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A function's (or URL's) own counters.
#[derive(Debug, Default)]
pub struct CallMetrics {
    first: OnceLock<Box<Outcome>>,
    duration: Histogram,
}

/// One outcome's number, in a list that only grows. Outcomes are few words of the program, never a client's.
#[derive(Debug)]
struct Outcome {
    name: &'static str,
    count: AtomicU64,
    next: OnceLock<Box<Outcome>>,
}

impl CallMetrics {
    /// One call ended: `outcome` is `ok` or a failure code.
    pub fn call(&self, outcome: &'static str, duration: Duration) {
        self.counter(outcome).fetch_add(1, Ordering::Relaxed);
        self.duration.observe(duration);
    }

    /// `ok`, asked for first as a rule, stands first in the list.
    fn counter(&self, name: &'static str) -> &AtomicU64 {
        let mut place = &self.first;
        loop {
            let new = || Box::new(Outcome { name, count: AtomicU64::new(0), next: OnceLock::new() });
            let outcome = place.get_or_init(new);
            if outcome.name == name {
                return &outcome.count;
            }
            place = &outcome.next;
        }
    }

    pub(super) fn outcomes(&self) -> Vec<(&'static str, u64)> {
        let first = self.first.get();
        let all = std::iter::successors(first, |outcome| outcome.next.get());
        all.map(|outcome| (outcome.name, outcome.count.load(Ordering::Relaxed))).collect()
    }

    pub(super) fn duration(&self) -> &Histogram {
        &self.duration
    }
}
