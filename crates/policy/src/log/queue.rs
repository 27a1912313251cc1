//! Records on their way: bounded, in batches, tried again; what is lost is counted.

use super::sink::{LogError, Sink};
use bytes::Bytes;
use model::policy::{LogJoin, LogQueue, LogSink};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Queues that some snapshot uses, found again by what they are for: a reload loses no record. Cloning shares them.
#[derive(Clone, Default)]
pub struct Queues(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    in_use: HashMap<(LogSink, LogQueue), Weak<Queue>>,
    /// Those too that nobody uses any more, but that still send.
    all: Vec<Weak<Shared>>,
}

impl Queues {
    /// The queue in front of this sink.
    pub(super) fn of(
        &self,
        sink: &LogSink,
        rules: LogQueue,
        metrics: &telemetry::Metrics,
    ) -> Result<Arc<Queue>, LogError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (sink.clone(), rules);
        if let Some(queue) = known.in_use.get(&key).and_then(Weak::upgrade) {
            return Ok(queue);
        }
        known.in_use.retain(|_, queue| queue.strong_count() > 0);
        known.all.retain(|shared| shared.strong_count() > 0);
        let queue = Arc::new(Queue::new(rules, Sink::new(sink)?, metrics.clone()));
        known.in_use.insert(key, Arc::downgrade(&queue));
        known.all.push(Arc::downgrade(&queue.0));
        Ok(queue)
    }

    /// Sends what waits, as long as there is time. What is left then is lost, and counted.
    pub async fn flush(&self, time: Duration) {
        let all: Vec<Arc<Shared>> = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.all.iter().filter_map(Weak::upgrade).collect()
        };
        let mut senders: JoinSet<()> = all.iter().map(|shared| shared.clone().empty()).collect();
        let sent = async { while senders.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(time, sent).await; // what is left is told below
        senders.shutdown().await;
        for shared in all {
            shared.give_up();
        }
    }
}

/// A queue in front of a server. One task sends from it, as long as there is something to send; dropped, it still
/// sends what waits.
pub(crate) struct Queue(Arc<Shared>);

struct Shared {
    rules: LogQueue,
    sink: Sink,
    metrics: telemetry::Metrics,
    waiting: Mutex<Waiting>,
    /// A batch is full, or nobody will fill it any more.
    ready: Notify,
    /// Nobody sends any more.
    idle: Notify,
    /// Losses that were not told yet, and when the last ones were.
    unsaid: Mutex<(usize, Option<Instant>)>,
}

/// Losses of a full queue are told together, once in such a time.
const SUMMARY: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Waiting {
    records: VecDeque<String>,
    bytes: usize,
    /// When the newest of them came.
    newest: Option<Instant>,
    /// Records that are being sent.
    taken: usize,
    sending: bool,
    closed: bool,
}

impl Queue {
    pub(super) fn new(rules: LogQueue, sink: Sink, metrics: telemetry::Metrics) -> Self {
        Self(Arc::new(Shared {
            rules,
            sink,
            metrics,
            waiting: Mutex::default(),
            ready: Notify::new(),
            idle: Notify::new(),
            unsaid: Mutex::default(),
        }))
    }

    /// Leaves a record. Never waits: where the queue is full, the oldest goes, or the newest.
    pub(super) fn push(&self, record: String) {
        let shared = &self.0;
        let mut lost = 0;
        let (full, start) = {
            let mut waiting = shared.lock();
            waiting.bytes += record.len();
            waiting.records.push_back(record);
            waiting.newest = Some(Instant::now());
            while waiting.overflows(&shared.rules) {
                waiting.drop_one(shared.rules.keeps_oldest);
                lost += 1;
            }
            let start = !waiting.sending;
            waiting.sending = true;
            (waiting.records.len() >= shared.rules.batch, start)
        };
        shared.lose(lost, "the queue is full");
        if full {
            shared.ready.notify_one();
        }
        if start {
            match Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn(shared.clone().send_all())),
                Err(_) => shared.lock().sending = false,
            }
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.ready.notify_one();
    }
}

impl Waiting {
    fn overflows(&self, rules: &LogQueue) -> bool {
        let many = self.records.len() > rules.entries.max(1);
        many || rules.bytes.is_some_and(|bytes| self.bytes > bytes) && !self.records.is_empty()
    }

    fn drop_one(&mut self, newest: bool) {
        match newest {
            true => self.bytes -= self.records.pop_back().map_or(0, |record| record.len()),
            false => drop(self.pop()),
        }
    }

    fn pop(&mut self) -> Option<String> {
        let record = self.records.pop_front()?;
        self.bytes -= record.len();
        Some(record)
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lose(&self, records: usize, why: &str) {
        if records == 0 {
            return;
        }
        self.metrics.log_records_lost(records as u64);
        let mut unsaid = self.unsaid.lock().unwrap_or_else(PoisonError::into_inner);
        unsaid.0 += records;
        if unsaid.1.is_none_or(|last| last.elapsed() >= SUMMARY) {
            let records = std::mem::take(&mut unsaid.0);
            unsaid.1 = Some(Instant::now());
            tracing::warn!(records, why, "log records lost");
        }
    }

    /// Waits until nothing waits and nobody sends; sends itself where nobody does.
    async fn empty(self: Arc<Self>) {
        loop {
            let idle = self.idle.notified();
            let start = {
                let mut waiting = self.lock();
                if waiting.records.is_empty() && !waiting.sending {
                    return;
                }
                waiting.closed = true;
                !std::mem::replace(&mut waiting.sending, true)
            };
            self.ready.notify_one();
            if start {
                self.clone().send_all().await;
            } else {
                idle.await;
            }
        }
    }

    fn give_up(&self) {
        let mut waiting = self.lock();
        let left = std::mem::take(&mut waiting.records).len() + std::mem::take(&mut waiting.taken);
        waiting.bytes = 0;
        drop(waiting);
        self.lose(left, "the process ends");
    }

    /// The turn begins now, so that it ends even where the future is dropped before it ran.
    fn send_all(self: Arc<Self>) -> impl Future<Output = ()> + Send {
        let mut turn = Turn { shared: self, batch: Vec::new(), over: false };
        async move {
            loop {
                turn.shared.fill().await;
                if !turn.take() {
                    return;
                }
                turn.shared.send(&turn.batch).await;
                turn.batch.clear();
            }
        }
    }

    /// Waits for a batch to fill, no longer than a record may wait.
    async fn fill(&self) {
        let until = Instant::now() + self.rules.delay;
        loop {
            let end = {
                let waiting = self.lock();
                let nobody_waits = waiting.records.is_empty() || waiting.closed;
                if nobody_waits || waiting.records.len() >= self.rules.batch {
                    return;
                }
                let quiet = waiting.newest.zip(self.rules.quiet).map(|(newest, quiet)| newest + quiet);
                quiet.map_or(until, |quiet| quiet.min(until))
            };
            if Instant::now() >= end {
                return;
            }
            let _ = tokio::time::timeout_at(end, self.ready.notified()).await; // looked at anew in either case
        }
    }

    async fn send(&self, batch: &[String]) {
        let body = self.body(batch);
        let (begun, mut pause) = (Instant::now(), self.rules.first_pause.max(Duration::from_millis(1)));
        let mut retries = self.rules.retries;
        loop {
            let Err(why) = self.sink.send(body.clone()).await else { return };
            if begun.elapsed() + pause > self.rules.patience || retries == Some(0) {
                return self.lose(batch.len(), &why);
            }
            retries = retries.map(|left| left - 1);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(self.rules.longest_pause);
        }
    }

    fn body(&self, batch: &[String]) -> Bytes {
        let text = match (self.rules.join, batch) {
            (LogJoin::List, [record]) if self.rules.batch <= 1 => record.clone(),
            (LogJoin::List, records) => format!("[{}]", records.join(",")),
            (LogJoin::LinesBetween, records) => records.join("\n"),
            (LogJoin::Lines, records) => records.iter().flat_map(|record| [record.as_str(), "\n"]).collect(),
        };
        text.into()
    }
}

/// Sending: one after the other. Cut off in the middle of it, what was taken waits again.
struct Turn {
    shared: Arc<Shared>,
    batch: Vec<String>,
    over: bool,
}

impl Turn {
    /// The next batch; `false` when there is none, which ends the turn.
    fn take(&mut self) -> bool {
        let mut waiting = self.shared.lock();
        let count = waiting.records.len().min(self.shared.rules.batch.max(1));
        self.batch = (0..count).filter_map(|_| waiting.pop()).collect();
        waiting.taken = self.batch.len();
        if self.batch.is_empty() {
            self.over = true;
            waiting.sending = false;
            drop(waiting);
            self.shared.idle.notify_waiters();
        }
        !self.over
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let mut waiting = self.shared.lock();
        for record in std::mem::take(&mut self.batch).into_iter().rev() {
            waiting.bytes += record.len();
            waiting.records.push_front(record);
        }
        (waiting.taken, waiting.sending) = (0, false);
        drop(waiting);
        self.shared.idle.notify_waiters();
    }
}

#[cfg(test)]
mod tests;
