//! Passive health: a node that fails often in a row is left alone for a while.

use model::endpoint::PassiveHealth;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// One node's record.
#[derive(Default)]
pub(super) struct Health {
    failures: AtomicU32,
    /// Milliseconds since [`START`] until which it is left alone.
    paused_until: AtomicU64,
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn now() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Health {
    /// Whether it may be asked.
    pub(super) fn is_well(&self) -> bool {
        self.paused_until.load(Relaxed) <= now()
    }

    /// It answered.
    pub(super) fn well(&self) {
        if self.failures.load(Relaxed) != 0 {
            self.failures.store(0, Relaxed);
        }
    }

    /// It failed; says whether it is left alone from now on.
    pub(super) fn failed(&self, rule: &PassiveHealth) -> bool {
        if self.failures.fetch_add(1, Relaxed) + 1 < rule.failures.max(1) {
            return false;
        }
        self.failures.store(0, Relaxed);
        let pause = u64::try_from(rule.pause.as_millis()).unwrap_or(u64::MAX);
        self.paused_until.store(now().saturating_add(pause), Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn failures_in_a_row_pause_a_node() {
        let rule = PassiveHealth { failures: 2, count_5xx: false, pause: Duration::from_secs(3600) };
        let health = Health::default();
        assert!(!health.failed(&rule));
        health.well();
        assert!(!health.failed(&rule), "an answer between two failures starts anew");
        assert!(health.failed(&rule));
        assert!(!health.is_well());
        let brief = Health::default();
        assert!(brief.failed(&PassiveHealth { failures: 1, count_5xx: false, pause: Duration::ZERO }));
        assert!(brief.is_well(), "a pause of nothing is over at once");
    }
}
