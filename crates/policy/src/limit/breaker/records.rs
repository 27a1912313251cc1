//! How those behind did, in bounded memory: only where there were failures.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Records of one scope, in shards so that workers rarely wait for each other.
pub(crate) struct Records(Vec<Mutex<HashMap<u128, Record>>>);

#[derive(Default)]
struct Record {
    failures: u64,
    /// Since the last failure.
    successes: u32,
    /// When the last rest began, since 1970.
    began: Option<Duration>,
}

/// How much is borne.
pub(super) struct Patience {
    pub(super) failures: u32,
    pub(super) successes: u32,
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

const SHARDS: usize = 16;

/// Records in each shard. When a flood fills it, those go that never led to a rest, then all.
const RECORDS: usize = 4096;

impl Default for Records {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }
}

impl Records {
    /// Whether a rest is on at this time, since 1970.
    pub(super) fn rests(&self, key: u128, now: Duration, patience: &Patience) -> bool {
        let shard = self.shard(key);
        let Some(record) = shard.get(&key) else { return false };
        let Some(began) = record.began else { return false };
        let times = u32::try_from(record.failures.div_ceil(u64::from(patience.failures))).unwrap_or(u32::MAX);
        let long = patience.first.saturating_mul(2_u32.saturating_pow(times.saturating_sub(1)));
        now <= began + long.min(patience.longest)
    }

    pub(super) fn failed(&self, key: u128, now: Duration, patience: &Patience) {
        let mut shard = self.shard(key);
        if shard.len() >= RECORDS && !shard.contains_key(&key) {
            shard.retain(|_, record| record.began.is_some());
            if shard.len() >= RECORDS {
                shard.clear();
            }
        }
        let record = shard.entry(key).or_default();
        record.failures += 1;
        record.successes = 0;
        if record.failures.is_multiple_of(u64::from(patience.failures)) {
            record.began = Some(now);
        }
    }

    pub(super) fn succeeded(&self, key: u128, patience: &Patience) {
        let mut shard = self.shard(key);
        let Some(record) = shard.get_mut(&key) else { return };
        record.successes += 1;
        if record.successes >= patience.successes {
            shard.remove(&key);
        }
    }

    fn shard(&self, key: u128) -> MutexGuard<'_, HashMap<u128, Record>> {
        self.0[(key >> 64) as usize % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_keys_fits_into_bounded_memory() {
        let (records, now) = (Records::default(), Duration::ZERO);
        let (first, longest) = (Duration::from_secs(2), Duration::from_secs(300));
        let patience = Patience { failures: 2, successes: 1, first, longest };
        records.failed(1, now, &patience);
        records.failed(1, now, &patience);
        for key in 0..(SHARDS * RECORDS * 2) as u128 {
            records.failed(key << 64 | 2, now, &patience);
        }
        let all: usize = records.0.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(all <= SHARDS * RECORDS, "{all}");
        assert!(records.rests(1, now, &patience), "who rests is not forgotten first");
    }
}
