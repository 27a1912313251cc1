//! A response body: it carries its connection, and brings it home when it has been read to its end.

use super::http1::{Connection, quiet};
use super::idle::Shards;
use super::patience::Timer;
use super::switched::switched;
use crate::body::{Body, BodyError};
use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Instant;

/// A response body that is still arriving. Dropping it half-read closes its connection.
pub struct Pooled {
    source: Source,
    /// Nothing has come since then.
    waiting: Option<Instant>,
    read: Duration,
}

/// What brings the body.
enum Source {
    /// A connection of its own; where to leave it afterwards.
    Http1 {
        connection: Box<Connection>,
        /// A part that was there together with the header.
        ahead: Option<Result<Frame<Bytes>, BodyError>>,
        home: Arc<Shards>,
        worker: usize,
    },
    /// A shared connection, driven elsewhere. The timer is made at the first wait.
    Http2 { incoming: Incoming, timer: Option<Timer> },
    /// It has ended.
    Gone,
}

/// The response of an HTTP/1.1 exchange. Most responses arrive whole: their connection is free at once.
pub(super) fn receive(
    response: Response<()>,
    mut connection: Box<Connection>,
    home: &Arc<Shards>,
    worker: usize,
    read: Duration,
) -> Response<Body> {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return switched(response, *connection);
    }
    let first = connection.poll_frame(&mut quiet());
    let body = match first {
        Poll::Ready(None) => Some(Body::Empty),
        Poll::Ready(Some(Ok(frame))) if frame.is_data() && connection.is_at_end() => {
            Some(Body::from(frame.into_data().unwrap_or_default())) // it is data
        }
        Poll::Ready(Some(frame)) => return response.map(|()| streamed(connection, Some(frame), home, worker, read)),
        Poll::Pending => None,
    };
    match body {
        Some(body) => {
            home.put(connection, worker);
            response.map(|()| body)
        }
        None => response.map(|()| streamed(connection, None, home, worker, read)),
    }
}

fn streamed(
    connection: Box<Connection>,
    ahead: Option<Result<Frame<Bytes>, BodyError>>,
    home: &Arc<Shards>,
    worker: usize,
    read: Duration,
) -> Body {
    let source = Source::Http1 { connection, ahead, home: home.clone(), worker };
    Body::Pooled(Box::new(Pooled { source, waiting: None, read }))
}

/// The response of an HTTP/2 exchange.
pub(super) fn receive_multiplexed(response: Response<Incoming>, read: Duration) -> Response<Body> {
    response.map(|incoming| {
        if incoming.is_end_stream() {
            return Body::Empty;
        }
        let source = Source::Http2 { incoming, timer: None };
        Body::Pooled(Box::new(Pooled { source, waiting: None, read }))
    })
}

impl Pooled {
    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.source {
            Source::Http1 { connection, ahead, .. } => match ahead.take() {
                Some(frame) => Poll::Ready(Some(frame)),
                None => connection.poll_frame(cx),
            },
            Source::Http2 { incoming, .. } => {
                Pin::new(incoming).poll_frame(cx).map(|frame| frame.map(|frame| frame.map_err(BodyError::from)))
            }
            Source::Gone => Poll::Ready(None),
        }
    }

    /// Nothing has come: ready when that lasts too long.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let since = *self.waiting.get_or_insert_with(Instant::now);
        let deadline = since + self.read;
        match &mut self.source {
            Source::Http1 { connection, .. } => connection.timer.poll_past(cx, deadline),
            Source::Http2 { timer, .. } => timer.get_or_insert_with(|| Timer::at(deadline)).poll_past(cx, deadline),
            Source::Gone => Poll::Pending,
        }
    }

    fn bring_home(&mut self) {
        if let Source::Http1 { connection, home, worker, .. } = std::mem::replace(&mut self.source, Source::Gone) {
            home.put(connection, worker);
        }
    }

    fn is_at_end(&self) -> bool {
        match &self.source {
            Source::Http1 { connection, ahead, .. } => ahead.is_none() && connection.is_at_end(),
            Source::Http2 { incoming, .. } => incoming.is_end_stream(),
            Source::Gone => true,
        }
    }
}

impl http_body::Body for Pooled {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = this.poll_source(cx) else {
            ready!(this.poll_late(cx));
            this.source = Source::Gone;
            return Poll::Ready(Some(Err(BodyError::TimedOut)));
        };
        this.waiting = None;
        match &frame {
            None => this.bring_home(),
            Some(Ok(_)) if this.is_at_end() => this.bring_home(),
            Some(Ok(_)) => {}
            Some(Err(_)) => this.source = Source::Gone,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.is_at_end()
    }

    fn size_hint(&self) -> SizeHint {
        let (ahead, rest) = match &self.source {
            Source::Gone => return SizeHint::with_exact(0),
            Source::Http2 { incoming, .. } => return incoming.size_hint(),
            Source::Http1 { connection, ahead, .. } => (ahead, connection.left()),
        };
        let part = ahead.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len) as u64;
        let mut all = SizeHint::new();
        all.set_lower(part);
        if let Some(rest) = rest {
            all.set_exact(part + rest);
        }
        all
    }
}
