//! Idle HTTP/1.1 connections, kept by worker, the last used first.

use super::http1::Connection;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// Workers with a stack of their own; more of them share.
pub(super) const WORKERS: usize = 64;

/// How often connections are looked at that their peer may have closed.
const SWEEP: Duration = Duration::from_secs(5);

/// All idle connections of a pool.
pub(crate) struct Shards {
    /// Made with the first connection: most of many pools never have one.
    shards: OnceLock<Box<[Shard]>>,
    limit: usize,
    time: Duration,
}

/// Those of one worker, on cache lines of their own.
#[derive(Default)]
#[repr(align(64))]
struct Shard(Mutex<Stack>);

#[derive(Default)]
struct Stack {
    /// The oldest in front.
    resting: VecDeque<Resting>,
    /// A task closes the old ones.
    reaped: bool,
}

struct Resting {
    connection: Box<Connection>,
    since: Instant,
}

impl Shards {
    pub(crate) fn new(limit: usize, time: Duration) -> Self {
        Self { shards: OnceLock::new(), limit, time }
    }

    /// The connection used last, if it has not rested too long.
    pub(crate) fn take(&self, worker: usize, now: Instant) -> Option<Box<Connection>> {
        self.shards.get()?;
        let mut stack = self.stack(worker);
        let newest = stack.resting.pop_back()?;
        if now.saturating_duration_since(newest.since) < self.time {
            return Some(newest.connection);
        }
        let expired = std::mem::take(&mut stack.resting); // they are older still
        drop(stack);
        drop((expired, newest));
        None
    }

    /// Keeps a connection if it can be used again; when there are too many, the oldest has to go.
    pub(crate) fn put(self: &Arc<Self>, mut connection: Box<Connection>, worker: usize) {
        if self.limit == 0 || !connection.is_free() {
            return;
        }
        let resting = Resting { connection, since: Instant::now() };
        let mut stack = self.stack(worker);
        if !stack.reaped {
            let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
            stack.reaped = true;
            runtime.spawn(reap(Arc::downgrade(self), worker));
        }
        let surplus = if stack.resting.len() >= self.limit { stack.resting.pop_front() } else { None };
        stack.resting.push_back(resting);
        drop(stack);
        drop(surplus);
    }

    fn stack(&self, worker: usize) -> MutexGuard<'_, Stack> {
        let shards = self.shards.get_or_init(|| (0..WORKERS).map(|_| Shard::default()).collect());
        shards[worker % WORKERS].0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes what is old or was closed by its peer; says when to look again, or that nothing is left to look at.
    fn sweep(&self, worker: usize) -> Option<Instant> {
        let now = Instant::now();
        let mut gone = Vec::new();
        let mut stack = self.stack(worker);
        while stack.resting.front().is_some_and(|oldest| now >= oldest.since + self.time) {
            gone.extend(stack.resting.pop_front());
        }
        stack.resting.retain_mut(|resting| !resting.connection.has_ended());
        let next = stack.resting.front().map(|oldest| (oldest.since + self.time).min(now + SWEEP));
        stack.reaped = next.is_some();
        next
    }
}

async fn reap(shards: Weak<Shards>, worker: usize) {
    let watch = Watch { shards, worker };
    while let Some(next) = watch.shards.upgrade().and_then(|shards| shards.sweep(worker)) {
        tokio::time::sleep_until(next).await;
    }
}

/// Its end tells the stack that nobody looks after it: also when the runtime ends under the task.
struct Watch {
    shards: Weak<Shards>,
    worker: usize,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(shards) = self.shards.upgrade() {
            let mut stack = shards.stack(self.worker);
            stack.reaped = false;
            let resting = std::mem::take(&mut stack.resting);
            drop(stack);
            drop(resting);
        }
    }
}
