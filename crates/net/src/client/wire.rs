//! The socket under a connection: plain or TLS, and whether the peer takes what is written.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;

/// Plain or TLS.
pub(crate) enum Wire {
    /// Plain text.
    Plain(Socket),
    /// TLS.
    Tls(Box<TlsStream<Socket>>),
}

/// A TCP stream that notes when writing has to wait.
pub(crate) struct Socket {
    stream: TcpStream,
    flow: Arc<Flow>,
}

/// Whether the peer takes what is written.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    waiting: AtomicBool,
    marks: Mutex<Marks>,
}

/// Moments of a connection's writing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    /// Writing waits since then.
    pub(crate) blocked: Option<Instant>,
    /// Writing went on then, after it had to wait.
    pub(crate) moved: Option<Instant>,
}

impl Wire {
    /// The connection's own marks.
    pub(crate) fn flow(&self) -> Arc<Flow> {
        match self {
            Self::Plain(socket) => socket.flow.clone(),
            Self::Tls(stream) => stream.get_ref().0.flow.clone(),
        }
    }
}

impl Socket {
    /// Around a connected stream.
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, flow: Arc::default() }
    }

    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let waits = written.is_pending();
        if waits != self.flow.waiting.load(Ordering::Relaxed) {
            self.flow.turn(waits);
        }
        written
    }
}

impl Flow {
    /// The moments noted.
    pub(crate) fn marks(&self) -> Marks {
        *self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn with(blocked: Option<Instant>, moved: Option<Instant>) -> Self {
        Self { waiting: AtomicBool::new(blocked.is_some()), marks: Mutex::new(Marks { blocked, moved }) }
    }

    #[cold]
    fn turn(&self, waits: bool) {
        let now = Instant::now();
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if waits {
            marks.blocked = Some(now);
        } else {
            *marks = Marks { blocked: None, moved: Some(now) };
        }
        self.waiting.store(waits, Ordering::Relaxed);
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // TCP has no buffer of ours
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Calls the same method on whichever stream it is.
macro_rules! either {
    ($wire:expr, $stream:ident => $call:expr) => {
        match $wire.get_mut() {
            Wire::Plain($stream) => {
                let $stream = Pin::new($stream);
                $call
            }
            Wire::Tls($stream) => {
                let $stream = Pin::new($stream.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(socket) => socket.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(cx))
    }
}
