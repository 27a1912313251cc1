//! Records on their way: bounded, in batches, tried again; what is lost is counted.

use super::http::{HttpLogError, Receiver};
use model::policy::{HttpLog, LogQueue};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Queues that some snapshot uses, found again by what they are for: a reload loses no record. Cloning shares them.
#[derive(Clone, Default)]
pub struct Queues(Arc<Mutex<HashMap<HttpLog, Weak<Queue>>>>);

impl Queues {
    pub(super) fn of(
        &self,
        data: &HttpLog,
        new: impl FnOnce() -> Result<Queue, HttpLogError>,
    ) -> Result<Arc<Queue>, HttpLogError> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(data).and_then(Weak::upgrade) {
            return Ok(queue);
        }
        queues.retain(|_, queue| queue.strong_count() > 0);
        let queue = Arc::new(new()?);
        queues.insert(data.clone(), Arc::downgrade(&queue));
        Ok(queue)
    }
}

/// A queue in front of a server. One task sends from it, as long as there is something to send; dropped, it still
/// sends what waits.
pub(crate) struct Queue(Arc<Shared>);

struct Shared {
    rules: LogQueue,
    receiver: Receiver,
    metrics: telemetry::Metrics,
    waiting: Mutex<Waiting>,
    /// A batch is full, or nobody will fill it any more.
    ready: Notify,
}

#[derive(Default)]
struct Waiting {
    records: VecDeque<String>,
    bytes: usize,
    sending: bool,
    closed: bool,
}

impl Queue {
    pub(super) fn new(rules: LogQueue, receiver: Receiver, metrics: telemetry::Metrics) -> Self {
        Self(Arc::new(Shared { rules, receiver, metrics, waiting: Mutex::default(), ready: Notify::new() }))
    }

    /// Leaves a record. Never waits: where the queue is full, the oldest goes.
    pub(super) fn push(&self, record: String) {
        let shared = &self.0;
        let mut lost = 0;
        let (full, start) = {
            let mut waiting = shared.lock();
            waiting.bytes += record.len();
            waiting.records.push_back(record);
            while waiting.overflows(&shared.rules) {
                waiting.pop();
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
        if records > 0 {
            self.metrics.log_records_lost(records as u64);
            tracing::warn!(records, why, "log records lost");
        }
    }

    async fn send_all(self: Arc<Self>) {
        loop {
            self.fill().await;
            let batch = {
                let mut waiting = self.lock();
                let count = waiting.records.len().min(self.rules.batch.max(1));
                let batch: Vec<String> = (0..count).filter_map(|_| waiting.pop()).collect();
                if batch.is_empty() {
                    waiting.sending = false;
                    return;
                }
                batch
            };
            self.send(&batch).await;
        }
    }

    /// Waits for a batch to fill, no longer than a record may wait.
    async fn fill(&self) {
        let until = Instant::now() + self.rules.delay;
        loop {
            {
                let waiting = self.lock();
                let nobody_waits = waiting.records.is_empty() || waiting.closed;
                if nobody_waits || waiting.records.len() >= self.rules.batch {
                    return;
                }
            }
            if tokio::time::timeout_at(until, self.ready.notified()).await.is_err() {
                return;
            }
        }
    }

    async fn send(&self, batch: &[String]) {
        let body = match batch {
            [record] if self.rules.batch <= 1 => record.clone(),
            records => format!("[{}]", records.join(",")),
        };
        let (begun, mut pause) = (Instant::now(), self.rules.first_pause.max(Duration::from_millis(1)));
        loop {
            let Err(why) = self.receiver.send(body.clone()).await else { return };
            if begun.elapsed() + pause > self.rules.patience {
                return self.lose(batch.len(), &why);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(self.rules.longest_pause);
        }
    }
}

#[cfg(test)]
mod tests;
