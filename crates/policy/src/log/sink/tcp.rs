//! A server that takes bytes over TCP, with TLS or without.

use super::LogError;
use model::policy::TcpSink;
use net::client::OriginTls;
use net::client::line::{Line, Stream};
use net::tls::{ClientTlsOptions, client_config};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

/// The server, with a connection that waits for the next sending.
pub(in crate::log) struct Receiver {
    line: Line,
    timeout: Duration,
    keepalive: Option<Duration>,
    waiting: Mutex<Option<(Box<dyn Stream>, Instant)>>,
}

impl Receiver {
    pub(super) fn new(data: &TcpSink) -> Result<Self, LogError> {
        let tls = data.tls.as_ref().map(|tls| {
            let options = ClientTlsOptions { verify: tls.verify, ..ClientTlsOptions::default() };
            let server_name = tls.server_name.clone().unwrap_or_else(|| data.host.clone());
            client_config(&options).map(|config| OriginTls { config, server_name })
        });
        let line = Line::new(data.host.clone(), data.port, tls.transpose()?);
        Ok(Self { line, timeout: data.timeout, keepalive: data.keepalive, waiting: Mutex::default() })
    }

    pub(super) async fn send(&self, body: &[u8]) -> Result<(), String> {
        tokio::time::timeout(self.timeout, self.sent(body)).await.unwrap_or_else(|_| Err("not sent in time".to_owned()))
    }

    async fn sent(&self, body: &[u8]) -> Result<(), String> {
        let mut stream = match self.kept().await {
            Some(stream) => stream,
            None => self.line.connect().await.map_err(|error| error.kind.to_string())?,
        };
        let written = async {
            stream.write_all(body).await?;
            stream.flush().await
        };
        written.await.map_err(|cause| cause.to_string())?;
        match self.keepalive {
            Some(_) => *self.waiting() = Some((stream, Instant::now())),
            // what was written has left; how the other side takes the end is its own affair
            None => drop(stream.shutdown().await),
        }
        Ok(())
    }

    /// The connection that waits, if it is fresh and the other side has not ended it.
    async fn kept(&self) -> Option<Box<dyn Stream>> {
        let (mut stream, since) = self.waiting().take()?;
        if since.elapsed() > self.keepalive? {
            return None;
        }
        let mut byte = [0];
        tokio::select! {
            biased;
            _ = stream.read(&mut byte) => None, // it has ended, or says what nobody asked for
            () = std::future::ready(()) => Some(stream),
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<(Box<dyn Stream>, Instant)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
