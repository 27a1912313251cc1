//! Records of exchanges, sent or written somewhere.

use super::LogValue;
use crate::predicate::Vars;
use crate::secret::Secret;
use serde::Serialize;
use std::time::Duration;

/// What a record holds, and where it goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Log {
    /// Where records go.
    pub sink: LogSink,
    /// The queue in front of it.
    pub queue: LogQueue,
    /// What a record holds.
    pub record: LogValue,
    /// What stands around a record.
    #[serde(skip_serializing_if = "LogShape::is_plain")]
    pub shape: LogShape,
    /// Only exchanges of which this is true in the end are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Vars>,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum LogSink {
    /// A server that takes them over HTTP.
    Http(Box<HttpSink>),
    /// A server that takes bytes over TCP.
    Tcp(TcpSink),
    /// A server that takes datagrams.
    Udp {
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
    },
    /// A file, appended to. One that was moved away is made anew.
    File {
        /// Its path.
        path: String,
    },
    /// The log of this machine: a socket of datagrams in the file system.
    Local {
        /// Its path.
        path: String,
    },
}

/// A server that takes records over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct HttpSink {
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
    /// Statuses below this one say that records were taken.
    pub taken_below: u16,
}

/// A server that takes bytes over TCP.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TcpSink {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS towards it.
    pub tls: Option<LogTls>,
    /// For one sending, connecting included.
    pub timeout: Duration,
    /// Time an idle connection is kept; nothing: each sending has one of its own.
    pub keepalive: Option<Duration>,
}

/// TLS towards a server of logs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct LogTls {
    /// The name its certificate must have; `None`: the host's.
    pub server_name: Option<String>,
    /// Whether its certificate is checked.
    pub verify: bool,
}

/// How records wait, and how often they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct LogQueue {
    /// Records in one sending.
    pub batch: usize,
    /// How several records become one body.
    #[serde(skip_serializing_if = "LogJoin::is_list")]
    pub join: LogJoin,
    /// The longest time that a record waits for a batch to fill.
    pub delay: Duration,
    /// A batch is sent when so long no record came, full or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Duration>,
    /// Records that wait at once.
    pub entries: usize,
    /// Bytes that wait at once.
    pub bytes: Option<usize>,
    /// Of more the newest are lost; else the oldest.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keeps_oldest: bool,
    /// The pause before a batch is tried a second time; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How long a batch is tried; then it is lost.
    pub patience: Duration,
    /// How often it is tried again at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
}

/// How several records become one body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogJoin {
    /// As a list, where batches have room for more than one; else as it is.
    #[default]
    List,
    /// Each with a line end.
    Lines,
    /// With a line end between two.
    LinesBetween,
}

impl LogJoin {
    /// Whether it is the usual way.
    pub fn is_list(&self) -> bool {
        *self == Self::List
    }
}

impl Default for LogQueue {
    fn default() -> Self {
        Self {
            batch: 1,
            join: LogJoin::List,
            delay: Duration::from_secs(1),
            quiet: None,
            entries: 10_000,
            bytes: None,
            keeps_oldest: false,
            first_pause: Duration::from_millis(10),
            longest_pause: Duration::from_secs(60),
            patience: Duration::from_secs(60),
            retries: None,
        }
    }
}

/// What stands around a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum LogShape {
    /// Nothing.
    #[default]
    Plain,
    /// What syslog asks for (RFC 5424, or what its socket of this machine takes).
    Syslog(Syslog),
}

impl LogShape {
    /// Whether nothing stands around it.
    pub fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// A line of syslog.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Syslog {
    /// In the short form that the socket of a machine takes, without version and host; else by RFC 5424.
    pub local: bool,
    /// The facility's number, 0 to 23.
    pub facility: u8,
    /// How severe an exchange is whose status is below 400, 0 (worst) to 7.
    pub success: u8,
    /// The same from 400 on.
    pub client_error: u8,
    /// The same from 500 on.
    pub server_error: u8,
    /// Less severe ones are not told.
    pub most: u8,
    /// Who tells.
    pub app: String,
    /// Whether the number of the process is told.
    pub process: bool,
    /// The host told is that of the request; else that of this machine.
    pub host_of_request: bool,
    /// Structured data, in brackets. May hold a key: not printed.
    pub data: Option<Secret>,
}

/// Keeps a body for a record: of the request on the request side, of the response on the response side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeepBody {
    /// Bytes of it that are kept at most.
    pub limit: u64,
    /// Where this is true alone.
    pub when: Option<Vars>,
}
