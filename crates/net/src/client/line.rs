//! Connections that speak something else than HTTP.

use super::OriginTls;
use super::connect::Dialer;
use super::{Origin, SendError};
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where to connect, made ready.
pub struct Line(Dialer);

impl Line {
    /// Towards this host, with TLS where it is given.
    pub fn new(host: String, port: u16, tls: Option<OriginTls>) -> Self {
        Self(Dialer::new(Origin { host, port, tls, http2: false, forward: None }))
    }

    /// Connects, TLS included.
    pub async fn connect(&self) -> Result<Box<dyn Stream>, SendError> {
        Ok(Box::new(self.0.wire().await?))
    }
}
