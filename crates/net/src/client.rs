//! The pooled HTTP client: one [`Pool`] for each origin and way of reaching it.

use crate::body::Body;
use std::sync::Arc;
use std::time::Duration;

/// Where a pool connects, and how.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Name or address to connect to.
    pub host: String,
    /// Port.
    pub port: u16,
    /// TLS with this configuration and server name; plain text when `None`.
    pub tls: Option<OriginTls>,
    /// HTTP/2: by ALPN on TLS (falling back to HTTP/1.1), by prior knowledge on plain text.
    pub http2: bool,
}

/// TLS towards an origin.
#[derive(Clone, Debug)]
pub struct OriginTls {
    /// Roots, verification, ALPN.
    pub config: Arc<rustls::ClientConfig>,
    /// Name sent by SNI and checked.
    pub server_name: String,
}

/// How many connections are kept, and how long things may take.
#[derive(Clone, Copy, Debug)]
pub struct PoolOptions {
    /// Idle connections kept, for each worker.
    pub idle: usize,
    /// Time an idle one is kept.
    pub idle_time: Duration,
    /// To resolve, connect and shake hands.
    pub connect: Duration,
    /// Between two writes of a streamed request body.
    pub write: Duration,
    /// Until the response header, and between two reads of a streamed body.
    pub read: Duration,
}

/// How far a request got before it failed. What was sent in full may have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Not a byte of it left: it may be sent elsewhere.
    Nothing,
    /// Some or all of it may have left.
    Maybe,
}

/// Why a request got no response.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: {detail}")]
pub struct SendError {
    /// What went wrong.
    pub kind: SendErrorKind,
    /// How far the request got.
    pub sent: Sent,
    /// For the log: address and cause.
    pub detail: String,
}

/// What went wrong while sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendErrorKind {
    /// The name has no address.
    Resolve,
    /// Nobody accepted the connection.
    Connect,
    /// Nobody accepted the connection in time.
    ConnectTimeout,
    /// The TLS handshake failed.
    Tls,
    /// The request could not be written in time.
    WriteTimeout,
    /// The response header did not come in time.
    ReadTimeout,
    /// The connection ended before the response header.
    Closed,
    /// What came is not HTTP.
    Malformed,
    /// The request's own body failed (the client went away, or sent too much).
    RequestBody,
}

impl std::fmt::Display for SendErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Resolve => "no address",
            Self::Connect => "no connection",
            Self::ConnectTimeout => "no connection in time",
            Self::Tls => "tls handshake failed",
            Self::WriteTimeout => "request not taken in time",
            Self::ReadTimeout => "no response in time",
            Self::Closed => "connection closed before the response",
            Self::Malformed => "response is not http",
            Self::RequestBody => "request body failed",
        })
    }
}

/// Kept-alive connections to one origin.
pub struct Pool {
    origin: Origin,
    options: PoolOptions,
}

impl Pool {
    /// An empty pool; the first request connects.
    pub fn new(origin: Origin, options: PoolOptions) -> Self {
        Self { origin, options }
    }

    /// Where it connects.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Sends one request. Its URI is in origin form (`/path?query`) and its `Host` field stands as it shall be
    /// sent (HTTP/2 takes `:authority` from it). A request of which nothing was sent because a kept-alive
    /// connection had closed goes out once more on a fresh one; nothing else is ever sent again.
    pub async fn send(&self, request: http::Request<Body>) -> Result<http::Response<Body>, SendError> {
        let _ = (request, &self.options);
        unimplemented!()
    }
}
