//! A connection on which another protocol is spoken from now on: bytes in, bytes out.

use super::http1::Connection;
use super::wire::Wire;
use crate::body::Body;
use bytes::{Buf, BytesMut};
use http::Response;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Among the extensions of a 101: the connection that it came on. Whoever takes it first has it.
#[derive(Clone)]
pub struct Switched(Arc<Mutex<Option<Box<Tunnel>>>>);

impl Switched {
    /// The connection, unless somebody took it.
    pub fn take(&self) -> Option<Box<Tunnel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What the peer says first, and the socket that it was said on.
pub struct Tunnel {
    received: BytesMut,
    wire: Wire,
}

/// The response by which a connection changes to another protocol.
pub(super) fn switched(response: Response<()>, connection: Connection) -> Response<Body> {
    let (wire, received) = connection.into_wire();
    let tunnel = Box::new(Tunnel { received, wire });
    let mut response = response.map(|()| Body::Empty);
    response.extensions_mut().insert(Switched(Arc::new(Mutex::new(Some(tunnel)))));
    response
}

impl AsyncRead for Tunnel {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.received.has_remaining() {
            return Pin::new(&mut this.wire).poll_read(cx, buf);
        }
        let count = this.received.len().min(buf.remaining());
        buf.put_slice(&this.received[..count]);
        this.received.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().wire).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().wire).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_shutdown(cx)
    }
}
