//! The access log: one line a request, text or JSON, written by a thread of its own.
//!
//! A request appends its line to a buffer that is nearly its worker's own; the writer empties the buffers every few
//! hundredths of a second. When lines come faster than they can be written they are dropped and counted.

mod clock;
mod line;
mod output;
mod queue;
#[cfg(test)]
mod tests;
mod writer;

use output::Output;
use queue::Queue;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Text lines or JSON objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: combined-log-like with gateway fields after it.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink {
    /// Nowhere.
    Off,
    /// Standard output.
    Stdout,
    /// Appended to this file; reopened by [`AccessLog::reopen`].
    File(PathBuf),
}

/// A handle to the log; cloning shares it. When the last one is dropped everything written is brought out.
#[derive(Clone)]
pub struct AccessLog {
    /// `None`: off.
    open: Option<Arc<Open>>,
    lost: Arc<AtomicU64>,
}

/// One request, borrowed from its exchange.
pub struct AccessRecord<'a> {
    /// When the request came.
    pub time: SystemTime,
    /// The client's address.
    pub client: IpAddr,
    /// Method.
    pub method: &'a str,
    /// Path and query as received.
    pub target: &'a str,
    /// `Host` or `:authority`.
    pub host: &'a str,
    /// `HTTP/1.1`, `HTTP/2.0`.
    pub version: &'a str,
    /// Status sent.
    pub status: u16,
    /// Bytes of body sent.
    pub bytes: u64,
    /// From the request header to the last byte.
    pub duration: Duration,
    /// The response was cut short: the client left, or the source of the body broke off.
    pub cut: bool,
    /// The gateway's request id.
    pub request_id: &'a str,
    /// Route id.
    pub route: Option<&'a str>,
    /// Known client.
    pub consumer: Option<&'a str>,
    /// Function or upstream node.
    pub target_name: Option<&'a str>,
    /// AWS's request id.
    pub aws_request_id: Option<&'a str>,
    /// Time of the call or upstream.
    pub target_duration: Option<Duration>,
    /// Failure code.
    pub failure: Option<&'a str>,
    /// `User-Agent`.
    pub user_agent: Option<&'a str>,
}

impl AccessLog {
    /// Opens the log and starts its writer.
    pub fn open(sink: Sink, format: Format) -> std::io::Result<Self> {
        match sink {
            Sink::Off => Ok(Self { open: None, lost: Arc::default() }),
            Sink::Stdout => Self::start(Output::stdout(), format),
            Sink::File(path) => Self::start(Output::file(path)?, format),
        }
    }

    fn start(output: Output, format: Format) -> std::io::Result<Self> {
        let lost = Arc::default();
        let queue = Arc::new(Queue::new(format, Arc::clone(&lost)));
        writer::start(Arc::clone(&queue), output)?;
        Ok(Self { open: Some(Arc::new(Open { queue })), lost })
    }

    /// Writes one line. Never blocks: lines over the bound are counted as lost.
    pub fn write(&self, record: &AccessRecord<'_>) {
        if let Some(open) = &self.open {
            open.queue.push(record);
        }
    }

    /// Opens the file again (after it was rotated away). Lines written before still go to the old one.
    pub fn reopen(&self) {
        if let Some(open) = &self.open {
            open.queue.reopen();
        }
    }

    /// Waits until everything written so far is out, at most [`LONGEST_WAIT`]. Blocks its thread.
    pub fn flush(&self) {
        if let Some(open) = &self.open {
            open.queue.flush();
        }
    }

    /// Lines that were dropped or could not be written.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// The counter behind [`AccessLog::lost`].
    pub(crate) fn lost_counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.lost)
    }
}

/// How long a flush waits for a writer that is stuck: a pipe that nobody reads must not hold up the end of the process.
pub const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Shared by all handles; its end is the log's end.
struct Open {
    queue: Arc<Queue>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.queue.close();
    }
}
