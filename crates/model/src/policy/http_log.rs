//! Records of exchanges, sent to a server.

use super::LogValue;
use crate::secret::Secret;
use serde::Serialize;
use std::time::Duration;

/// Where records go, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct HttpLog {
    /// `http://` or `https://`, host, port, path, query; never user or password. May hold a key: not printed.
    pub url: Secret,
    /// `POST`, `PUT` or `PATCH`.
    pub method: String,
    /// The records' media type.
    pub content_type: String,
    /// Further header fields; values may be secret.
    pub headers: Vec<(String, Secret)>,
    /// For one request, from connecting to the response.
    pub timeout: Duration,
    /// Time an idle connection is kept.
    pub keepalive: Duration,
    /// Whether the server's certificate is checked.
    pub verify: bool,
    /// The queue in front of it.
    pub queue: LogQueue,
    /// What a record holds.
    pub record: LogValue,
}

/// How records wait, and how often they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct LogQueue {
    /// Records in one request. With 1 a record is sent as an object, with more several are sent as a list.
    pub batch: usize,
    /// The longest time that a record waits for a batch to fill.
    pub delay: Duration,
    /// Records that wait at once; of more the oldest are lost.
    pub entries: usize,
    /// Bytes that wait at once.
    pub bytes: Option<usize>,
    /// The pause before a request is tried a second time; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How long a batch is tried; then it is lost.
    pub patience: Duration,
}

impl Default for LogQueue {
    fn default() -> Self {
        Self {
            batch: 1,
            delay: Duration::from_secs(1),
            entries: 10_000,
            bytes: None,
            first_pause: Duration::from_millis(10),
            longest_pause: Duration::from_secs(60),
            patience: Duration::from_secs(60),
        }
    }
}
