//! One series: a counter or a histogram, made of atomics only.

use super::Form;
use std::sync::atomic::{AtomicU64, Ordering};

/// One series. All amounts are thousandths, so that fractions of milliseconds count.
#[derive(Debug)]
pub struct Series {
    sum: AtomicU64,
    /// A histogram's buckets with their upper bounds; the last one has none.
    buckets: Option<Buckets>,
}

#[derive(Debug)]
struct Buckets {
    bounds: Box<[u64]>,
    counts: Box<[AtomicU64]>,
}

impl Series {
    pub(super) fn of(form: &Form) -> Self {
        let buckets = form.bounds.as_ref().map(|bounds| Buckets {
            bounds: bounds.clone().into(),
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
        });
        Self { sum: AtomicU64::new(0), buckets }
    }

    /// Counts this many thousandths, or one such observation.
    pub fn add(&self, thousandths: u64) {
        self.sum.fetch_add(thousandths, Ordering::Relaxed);
        if let Some(buckets) = &self.buckets {
            let at = buckets.bounds.partition_point(|bound| *bound < thousandths);
            buckets.counts[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What was counted so far, in thousandths.
    pub(super) fn sum(&self) -> u64 {
        self.sum.load(Ordering::Relaxed)
    }

    /// A histogram's buckets: the bound in thousandths, and all observations up to it; the last one has no bound.
    pub(super) fn buckets(&self) -> Option<Vec<(Option<u64>, u64)>> {
        let buckets = self.buckets.as_ref()?;
        let bounds = buckets.bounds.iter().copied().map(Some).chain([None]);
        let mut all = 0;
        let up_to = buckets.counts.iter().map(|count| {
            all += count.load(Ordering::Relaxed);
            all
        });
        Some(bounds.zip(up_to).collect())
    }
}
