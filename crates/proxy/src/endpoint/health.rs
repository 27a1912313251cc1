//! A node's health: what has been counted against it, and whether it is left alone.

use model::endpoint::HealthLimits;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// One node's record.
#[derive(Default)]
pub(super) struct Health {
    any: AtomicU32,
    broken: AtomicU32,
    timeouts: AtomicU32,
    statuses: AtomicU32,
    /// Good answers in a row to checks.
    successes: AtomicU32,
    /// Milliseconds since [`START`] until which it is left alone.
    paused_until: AtomicU64,
}

/// What speaks against a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// No connection, or one that broke.
    Broken,
    /// No answer in time.
    Timeout,
    /// An answer with a bad status.
    Status,
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Until a check finds it well.
const FOREVER: u64 = u64::MAX;

fn now() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(FOREVER - 1)
}

impl Health {
    /// Whether it may be asked.
    pub(super) fn is_well(&self) -> bool {
        self.paused_until.load(Relaxed) <= now()
    }

    /// It answered well: what was counted in a row is counted anew.
    pub(super) fn well(&self) {
        for count in [&self.any, &self.broken, &self.timeouts, &self.statuses] {
            if count.load(Relaxed) != 0 {
                count.store(0, Relaxed);
            }
        }
    }

    /// It failed; says whether it is left alone from now on: for this time, or until a check finds it well.
    pub(super) fn failed(&self, limits: &HealthLimits, sign: Sign, pause: Option<Duration>) -> bool {
        self.successes.store(0, Relaxed);
        let (count, limit) = match sign {
            Sign::Broken => (&self.broken, limits.broken),
            Sign::Timeout => (&self.timeouts, limits.timeouts),
            Sign::Status => (&self.statuses, limits.statuses),
        };
        let reached = |count: &AtomicU32, limit: u32| limit > 0 && count.fetch_add(1, Relaxed) + 1 >= limit;
        let (one, all) = (reached(count, limit), reached(&self.any, limits.any));
        if !one && !all {
            return false;
        }
        self.well();
        let until = pause.map_or(FOREVER, |pause| {
            now().saturating_add(u64::try_from(pause.as_millis()).unwrap_or(FOREVER)).min(FOREVER - 1)
        });
        self.paused_until.store(until, Relaxed);
        true
    }

    /// A check found it well; says whether it is asked again from now on.
    pub(super) fn passed(&self, successes: u32) -> bool {
        self.well();
        if self.is_well() {
            return false;
        }
        if self.successes.fetch_add(1, Relaxed) + 1 < successes.max(1) {
            return false;
        }
        self.successes.store(0, Relaxed);
        self.paused_until.store(0, Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Option<Duration> = Some(Duration::from_secs(3600));

    #[test]
    fn failures_in_a_row_pause_a_node() {
        let limits = HealthLimits { any: 2, ..HealthLimits::default() };
        let health = Health::default();
        assert!(!health.failed(&limits, Sign::Broken, LONG));
        health.well();
        assert!(!health.failed(&limits, Sign::Timeout, LONG), "an answer between two failures starts anew");
        assert!(health.failed(&limits, Sign::Broken, LONG));
        assert!(!health.is_well());
        let brief = Health::default();
        let limits = HealthLimits { any: 1, ..HealthLimits::default() };
        assert!(brief.failed(&limits, Sign::Broken, Some(Duration::ZERO)));
        assert!(brief.is_well(), "a pause of nothing is over at once");
    }

    #[test]
    fn each_sign_has_its_own_limit_and_none_is_never() {
        let limits = HealthLimits { timeouts: 2, statuses: 1, ..HealthLimits::default() };
        let health = Health::default();
        for _ in 0..100 {
            assert!(!health.failed(&limits, Sign::Broken, None));
        }
        assert!(!health.failed(&limits, Sign::Timeout, None));
        assert!(health.failed(&limits, Sign::Status, None));
        assert!(!health.is_well(), "without a pause it is left alone until a check finds it well");
        assert!(!health.passed(2));
        assert!(!health.failed(&limits, Sign::Broken, None), "a failure between two good checks starts anew");
        assert!(!health.passed(2));
        assert!(health.passed(2));
        assert!(health.is_well());
        assert!(!health.passed(2), "it is well already");
    }
}
