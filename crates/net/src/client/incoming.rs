//! A response body: it carries its connection, and brings it home when it has been read to its end.

use super::http1::{Driven, quiet};
use super::idle::Shards;
use super::patience::Timer;
use crate::body::{Body, BodyError};
use bytes::Bytes;
use http::Response;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Instant;

/// A response body that is still arriving. Dropping it half-read closes its connection.
pub struct Pooled {
    incoming: Incoming,
    /// A part that was there together with the header.
    ahead: Option<Result<Frame<Bytes>, hyper::Error>>,
    carrier: Carrier,
    /// Nothing has come since then.
    waiting: Option<Instant>,
    read: Duration,
}

/// What brings the body.
enum Carrier {
    /// A connection of its own; where to leave it afterwards.
    Http1 { driven: Box<Driven>, home: Arc<Shards>, worker: usize },
    /// A shared connection, driven elsewhere. The timer is made at the first wait.
    Http2 { timer: Option<Timer> },
    /// None any more.
    Gone,
}

/// The response of an HTTP/1.1 exchange. Most responses arrive whole: their connection is free at once.
pub(super) fn receive(
    response: Response<Incoming>,
    driven: Box<Driven>,
    home: &Arc<Shards>,
    worker: usize,
    read: Duration,
) -> Response<Body> {
    let (head, mut incoming) = response.into_parts();
    if http_body::Body::is_end_stream(&incoming) {
        home.put(driven, worker);
        return Response::from_parts(head, Body::Empty);
    }
    let ahead = match Pin::new(&mut incoming).poll_frame_quietly() {
        Poll::Ready(None) => {
            home.put(driven, worker);
            return Response::from_parts(head, Body::Empty);
        }
        Poll::Ready(Some(Ok(frame))) if frame.is_data() && http_body::Body::is_end_stream(&incoming) => {
            home.put(driven, worker);
            let data = frame.into_data().unwrap_or_default(); // it is data
            return Response::from_parts(head, Body::from(data));
        }
        Poll::Ready(Some(frame)) => Some(frame),
        Poll::Pending => None,
    };
    let carrier = Carrier::Http1 { driven, home: home.clone(), worker };
    Response::from_parts(head, Body::Pooled(Box::new(Pooled { incoming, ahead, carrier, waiting: None, read })))
}

/// The response of an HTTP/2 exchange.
pub(super) fn receive_multiplexed(response: Response<Incoming>, read: Duration) -> Response<Body> {
    response.map(|incoming| {
        if http_body::Body::is_end_stream(&incoming) {
            return Body::Empty;
        }
        let carrier = Carrier::Http2 { timer: None };
        Body::Pooled(Box::new(Pooled { incoming, ahead: None, carrier, waiting: None, read }))
    })
}

/// Polling for what is there already.
trait Quietly {
    fn poll_frame_quietly(self) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>>;
}

impl Quietly for Pin<&mut Incoming> {
    fn poll_frame_quietly(self) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        http_body::Body::poll_frame(self, &mut quiet())
    }
}

impl Pooled {
    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Some(frame) = self.ahead.take() {
            return Poll::Ready(Some(frame));
        }
        let mut incoming = Pin::new(&mut self.incoming);
        let Carrier::Http1 { driven, .. } = &mut self.carrier else {
            return http_body::Body::poll_frame(incoming, cx);
        };
        driven.rest();
        if let Poll::Ready(frame) = incoming.as_mut().poll_frame_quietly() {
            return Poll::Ready(frame);
        }
        driven.drive(cx);
        incoming.poll_frame_quietly()
    }

    /// Nothing has come: ready when that lasts too long.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let since = *self.waiting.get_or_insert_with(Instant::now);
        let deadline = since + self.read;
        match &mut self.carrier {
            Carrier::Http1 { driven, .. } => driven.timer.poll_past(cx, deadline),
            Carrier::Http2 { timer } => timer.get_or_insert_with(|| Timer::at(deadline)).poll_past(cx, deadline),
            Carrier::Gone => Poll::Pending,
        }
    }

    fn bring_home(&mut self) {
        if let Carrier::Http1 { driven, home, worker } = std::mem::replace(&mut self.carrier, Carrier::Gone) {
            home.put(driven, worker);
        }
    }
}

impl http_body::Body for Pooled {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = this.poll_incoming(cx) else {
            ready!(this.poll_late(cx));
            this.carrier = Carrier::Gone;
            return Poll::Ready(Some(Err(BodyError::TimedOut)));
        };
        this.waiting = None;
        match &frame {
            None => this.bring_home(),
            Some(Ok(_)) if this.incoming.is_end_stream() => this.bring_home(),
            Some(Ok(_)) => {}
            Some(Err(_)) => this.carrier = Carrier::Gone,
        }
        Poll::Ready(frame.map(|frame| frame.map_err(BodyError::Broken)))
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.is_none() && self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let ahead = self.ahead.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len) as u64;
        let rest = self.incoming.size_hint();
        let mut all = SizeHint::new();
        all.set_lower(rest.lower() + ahead);
        if let Some(upper) = rest.upper() {
            all.set_upper(upper + ahead);
        }
        all
    }
}
