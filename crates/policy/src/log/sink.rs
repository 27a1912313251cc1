//! Where records end up. Sending waits for the other side, and for nobody else.

mod file;
mod http;
mod local;
mod tcp;
mod udp;

use bytes::Bytes;
use model::policy::LogSink;

/// Why records cannot be sent. Says nothing of an address: it may hold a key.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Not such an address.
    #[error("the address of the log is not one like https://host/path")]
    Address,
    /// A method or header field that cannot be sent.
    #[error("the log's {what} cannot be sent")]
    Field {
        /// Which one.
        what: String,
    },
    /// TLS cannot be made ready.
    #[error(transparent)]
    Tls(#[from] net::tls::TlsError),
}

/// Where records go, made ready.
pub(super) enum Sink {
    Http(Box<http::Receiver>),
    Tcp(Box<tcp::Receiver>),
    Udp(udp::Receiver),
    File(file::File),
    Local(local::Socket),
}

impl Sink {
    pub(super) fn new(data: &LogSink) -> Result<Self, LogError> {
        Ok(match data {
            LogSink::Http(data) => Self::Http(Box::new(http::Receiver::new(data)?)),
            LogSink::Tcp(data) => Self::Tcp(Box::new(tcp::Receiver::new(data)?)),
            LogSink::Udp { host, port } => Self::Udp(udp::Receiver::new(host, *port)),
            LogSink::File { path } => Self::File(file::File::new(path)),
            LogSink::Local { path } => Self::Local(local::Socket::new(path)),
        })
    }

    /// Sends once. The error is for the log and holds no address.
    pub(super) async fn send(&self, body: Bytes) -> Result<(), String> {
        match self {
            Self::Http(receiver) => receiver.send(body).await,
            Self::Tcp(receiver) => receiver.send(&body).await,
            Self::Udp(receiver) => receiver.send(&body).await,
            Self::File(file) => file.append(&body).await,
            Self::Local(socket) => socket.send(&body).await,
        }
    }
}
