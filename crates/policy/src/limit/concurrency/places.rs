//! Requests under way, by client. Only clients with something under way take room.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Counts of one scope, in shards so that workers rarely wait for each other.
pub(crate) struct Places {
    shards: Vec<Mutex<HashMap<u128, u32>>>,
    /// How long one waits, in microseconds.
    delay: AtomicU64,
    fixed: bool,
}

/// A place that is taken; dropping it gives it back.
pub(super) struct Held {
    places: Arc<Places>,
    key: u128,
    began: Instant,
    waited: Duration,
}

const SHARDS: usize = 16;

impl Places {
    pub(crate) fn new(delay: Duration, fixed: bool) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, delay: AtomicU64::new(micros(delay)), fixed }
    }

    /// A place, unless so many are taken; and how many were before it.
    pub(super) fn take(self: &Arc<Self>, key: u128, most: u32) -> Option<(Held, u32)> {
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        let taken = shard.entry(key).or_insert(0);
        if *taken >= most {
            return None;
        }
        *taken += 1;
        let held = Held { places: self.clone(), key, began: Instant::now(), waited: Duration::ZERO };
        Some((held, *taken - 1))
    }

    /// How long one waits.
    pub(super) fn delay(&self) -> Duration {
        Duration::from_micros(self.delay.load(Ordering::Relaxed))
    }

    fn shard(&self, key: u128) -> &Mutex<HashMap<u128, u32>> {
        &self.shards[(key >> 64) as usize % SHARDS]
    }

    fn give_back(&self, key: u128, time: Duration) {
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut taken) = shard.entry(key) {
            *taken.get_mut() -= 1;
            if *taken.get() == 0 {
                taken.remove();
            }
        }
        drop(shard);
        self.learn(time);
    }

    /// How long a request took.
    pub(super) fn learn(&self, time: Duration) {
        if !self.fixed {
            // halfway to what the last one took; of two at once one may be lost
            let now = (self.delay.load(Ordering::Relaxed) + micros(time)) / 2;
            self.delay.store(now, Ordering::Relaxed);
        }
    }

    #[cfg(test)]
    pub(super) fn taken(&self) -> u32 {
        self.shards.iter().map(|shard| shard.lock().unwrap().values().sum::<u32>()).sum()
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 4).min(u64::MAX / 4)
}

impl Held {
    /// The wait is no part of how long the request takes.
    pub(super) fn waited(&mut self, wait: Duration) {
        self.waited = wait;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.places.give_back(self.key, self.began.elapsed().saturating_sub(self.waited));
    }
}
