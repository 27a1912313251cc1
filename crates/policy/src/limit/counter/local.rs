//! Counts in this process, in bounded memory.

use super::window::bounds;
use super::{Allowance, Counter, Left};
use model::policy::Window;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Counters of one policy, in shards so that workers rarely wait for each other.
pub(crate) struct LocalCounter {
    windows: Vec<Window>,
    shards: Vec<Mutex<Shard>>,
}

#[derive(Default)]
struct Shard {
    clients: HashMap<u128, Client, BuildHasherDefault<Already>>,
    /// Before this moment no look for ended windows is due.
    swept: Duration,
}

/// One client's windows, in the order of the policy's.
type Client = SmallVec<[Count; 2]>;

#[derive(Clone, Copy)]
struct Count {
    begin: Duration,
    end: Duration,
    taken: u64,
}

const SHARDS: usize = 16;

/// Clients counted at once in each shard: 16 times as many in all. When a flood of clients fills it, ended windows
/// go; where that is not enough, those go that have asked least and so lose least.
const CLIENTS: usize = 8192;

impl LocalCounter {
    pub(crate) fn new(windows: Vec<Window>) -> Self {
        Self { windows, shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    #[cfg(test)]
    fn clients(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap().clients.len()).sum()
    }
}

impl Counter for LocalCounter {
    fn take(&self, key: u128, cost: u64, now: Duration) -> Allowance {
        self.take_in(&self.windows, key, cost, now)
    }

    fn take_in(&self, windows: &[Window], key: u128, cost: u64, now: Duration) -> Allowance {
        let shard = &self.shards[(key >> 64) as usize % SHARDS];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.clients.len() >= CLIENTS && !shard.clients.contains_key(&key) {
            shard.make_room(now);
        }
        let fresh = || windows.iter().map(|window| Count::new(window, now, None)).collect();
        let client = shard.clients.entry(key).or_insert_with(fresh);
        for (count, window) in client.iter_mut().zip(windows) {
            if now >= count.end || now < count.begin {
                *count = Count::new(window, now, None);
            }
        }
        let fits = |(count, window): (&Count, &Window)| count.taken.saturating_add(cost) <= window.limit;
        let granted = client.iter().zip(windows).all(fits);
        if granted {
            client.iter_mut().for_each(|count| count.taken += cost);
        }
        let left = |(count, window): (&Count, &Window)| Left {
            limit: window.limit,
            remaining: window.limit.saturating_sub(count.taken),
            reset: count.end.saturating_sub(now),
            length: count.end.saturating_sub(count.begin),
        };
        Allowance { granted, windows: client.iter().zip(windows).map(left).collect() }
    }
}

impl Count {
    fn new(window: &Window, now: Duration, begun: Option<Duration>) -> Self {
        let (begin, end) = bounds(window.span, now, begun);
        Self { begin, end, taken: 0 }
    }
}

impl Shard {
    /// Half of the room becomes free at least, so that this is rare.
    fn make_room(&mut self, now: Duration) {
        if now >= self.swept {
            self.clients.retain(|_, client| client.iter().any(|count| now < count.end));
            self.swept = now + Duration::from_secs(1);
        }
        if self.clients.len() <= CLIENTS / 2 {
            return;
        }
        let taken = |client: &Client| client.iter().map(|count| count.taken).max().unwrap_or(0);
        let mut counts: Vec<u64> = self.clients.values().map(taken).collect();
        let (_, median, _) = counts.select_nth_unstable(CLIENTS / 2);
        let median = *median;
        let mut surplus = self.clients.len().saturating_sub(CLIENTS / 2);
        self.clients.retain(|_, client| {
            let goes = surplus > 0 && taken(client) <= median;
            surplus -= usize::from(goes);
            !goes
        });
    }
}

/// Keys are hashes already.
#[derive(Default)]
struct Already(u64);

impl Hasher for Already {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::policy::{Period, Span};
    use std::sync::Arc;

    const fn window(period: Period, limit: u64) -> Window {
        Window { span: Span::Calendar(period), limit }
    }

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(1_700_000_000.0 + seconds)
    }

    #[test]
    fn each_window_holds_and_refused_requests_do_not_count() {
        // 1 700 000 000 is 20 s into its minute
        let counter = LocalCounter::new(vec![window(Period::Second, 2), window(Period::Minute, 3)]);
        let steps = [
            (0.0, true, 1, 2),
            (0.5, true, 0, 1),
            (0.9, false, 0, 1),
            (1.0, true, 1, 0),
            (1.1, false, 1, 0),
            (39.9, false, 2, 0),
            (40.0, true, 1, 2),
        ];
        for (seconds, granted, second, minute) in steps {
            let allowance = counter.take(7, 1, at(seconds));
            let left: Vec<u64> = allowance.windows.iter().map(|left| left.remaining).collect();
            assert_eq!((allowance.granted, left), (granted, vec![second, minute]), "after {seconds} s");
        }
        assert!(counter.take(8, 1, at(40.0)).granted, "another client has its own count");
    }

    #[test]
    fn clocks_that_go_back_begin_a_new_window() {
        let counter = LocalCounter::new(vec![window(Period::Minute, 1)]);
        assert!(counter.take(1, 1, at(0.0)).granted);
        assert!(!counter.take(1, 1, at(1.0)).granted);
        assert!(counter.take(1, 1, at(-3600.0)).granted);
    }

    #[test]
    fn the_limit_is_strict_when_all_ask_at_once() {
        let counter = Arc::new(LocalCounter::new(vec![window(Period::Hour, 100)]));
        let ask = |counter: Arc<LocalCounter>| {
            std::thread::spawn(move || (0..100).filter(|_| counter.take(1, 1, at(0.0)).granted).count())
        };
        let threads: Vec<_> = (0..8).map(|_| ask(counter.clone())).collect();
        assert_eq!(threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>(), 100);
    }

    #[test]
    fn a_flood_of_clients_finds_bounded_memory_and_frees_nobody_who_asked_much() {
        let counter = LocalCounter::new(vec![window(Period::Hour, 3)]);
        let busy = u128::MAX;
        for _ in 0..3 {
            counter.take(busy, 1, at(0.0));
        }
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..SHARDS * CLIENTS * 2 {
            counter.take(random.u128(..), 1, at(0.0));
        }
        assert!(counter.clients() <= SHARDS * CLIENTS);
        assert!(!counter.take(busy, 1, at(1.0)).granted);
        for _ in 0..SHARDS * CLIENTS * 2 {
            counter.take(random.u128(..), 1, at(3600.0));
        }
        assert!(counter.clients() <= SHARDS * CLIENTS);
        assert!(counter.take(busy, 1, at(3600.0)).granted);
    }
}
