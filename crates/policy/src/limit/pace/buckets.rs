//! Leaky buckets, one for each client, in bounded memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Buckets of one rate and burst, in shards so that workers rarely wait for each other.
pub(crate) struct Buckets {
    rate: f64,
    burst: f64,
    began: Instant,
    shards: Vec<Mutex<HashMap<u128, Bucket>>>,
}

/// How many requests above the rate it held, and when that was.
#[derive(Clone, Copy)]
struct Bucket {
    excess: f64,
    at: Duration,
}

const SHARDS: usize = 16;

/// Clients in each shard: 16 times as many in all. When a flood of clients fills it, empty buckets go; where that is
/// not enough, those go that hold least and so lose least.
const CLIENTS: usize = 8192;

impl Buckets {
    pub(crate) fn new(rate: f64, burst: f64) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { rate: rate.max(f64::MIN_POSITIVE), burst: burst.max(0.0), began: Instant::now(), shards }
    }

    /// The moment, for [`Buckets::pour`].
    pub(super) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// One more request: how long it would wait for its turn; `None`: it is too much, and is not counted.
    pub(super) fn pour(&self, key: u128, now: Duration) -> Option<Duration> {
        let shard = &self.shards[(key >> 64) as usize % SHARDS];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bucket) = shard.get_mut(&key) else {
            if shard.len() >= CLIENTS {
                self.make_room(&mut shard, now);
            }
            shard.insert(key, Bucket { excess: 0.0, at: now });
            return Some(Duration::ZERO);
        };
        let excess = (self.left(*bucket, now) + 1.0).max(0.0);
        if excess > self.burst {
            return None;
        }
        *bucket = Bucket { excess, at: now };
        Some(Duration::try_from_secs_f64(excess / self.rate).unwrap_or(Duration::MAX))
    }

    /// What has not leaked out yet; an empty one owes nothing, but has room for one request more.
    fn left(&self, bucket: Bucket, now: Duration) -> f64 {
        bucket.excess - self.rate * now.saturating_sub(bucket.at).as_secs_f64()
    }

    fn make_room(&self, shard: &mut HashMap<u128, Bucket>, now: Duration) {
        shard.retain(|_, bucket| self.left(*bucket, now) > -1.0);
        if shard.len() <= CLIENTS / 2 {
            return;
        }
        let mut held: Vec<f64> = shard.values().map(|bucket| self.left(*bucket, now)).collect();
        let (_, median, _) = held.select_nth_unstable_by(CLIENTS / 2, f64::total_cmp);
        let median = *median;
        let mut surplus = shard.len().saturating_sub(CLIENTS / 2);
        shard.retain(|_, bucket| {
            let goes = surplus > 0 && self.left(*bucket, now) <= median;
            surplus -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_clients_fits_into_bounded_memory() {
        let buckets = Buckets::new(1.0, 5.0);
        let busy = 7;
        for _ in 0..6 {
            assert!(buckets.pour(busy, Duration::ZERO).is_some());
        }
        for client in 0..(SHARDS * CLIENTS * 2) as u128 {
            buckets.pour(client << 64 | 1, Duration::from_millis(1));
        }
        let clients: usize = buckets.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(clients <= SHARDS * CLIENTS, "{clients}");
        // who has asked most is not forgotten
        assert!(buckets.pour(busy, Duration::from_millis(1)).is_none());
    }
}
