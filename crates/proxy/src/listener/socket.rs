//! A client's socket: bytes read ahead come first, and what arrives is noted in the connection's activity.

use super::activity::Activity;
use bytes::{Buf, Bytes};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite};

/// A stream as hyper wants it.
pub(super) struct Socket<S> {
    io: TokioIo<S>,
    ahead: Bytes,
    activity: Arc<Activity>,
}

impl<S> Socket<S> {
    /// `ahead` was read from `stream` already and is given to the reader first.
    pub(super) fn new(stream: S, ahead: Bytes, activity: Arc<Activity>) -> Self {
        Self { io: TokioIo::new(stream), ahead, activity }
    }

    /// The stream itself.
    pub(super) fn into_stream(self) -> S {
        self.io.into_inner()
    }
}

impl<S: AsyncRead + Unpin> Read for Socket<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, mut into: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        if self.ahead.has_remaining() {
            let count = self.ahead.len().min(into.remaining());
            into.put_slice(&self.ahead.split_to(count));
        } else {
            ready!(Pin::new(&mut self.io).poll_read(cx, into))?;
        }
        self.activity.received();
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Write for Socket<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if from.iter().map(|slice| slice.len()).sum::<usize>() > JOINED {
            return Pin::new(&mut self.io).poll_write_vectored(cx, from);
        }
        JOIN.with_borrow_mut(|joined| {
            joined.clear();
            from.iter().for_each(|slice| joined.extend_from_slice(slice));
            Pin::new(&mut self.io).poll_write(cx, joined)
        })
    }
}

/// Header and body up to this many bytes together are copied into one piece: the system takes one piece for less than
/// several.
const JOINED: usize = 4096;

thread_local! {
    static JOIN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}
