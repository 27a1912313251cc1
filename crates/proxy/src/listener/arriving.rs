//! A request body on its way in: counted against the listener's size limit and timed as a whole.

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use net::{Body, BodyError};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Bounds a received body: more than `limit` bytes is [`BodyError::TooLarge`], an end later than `time` from now
/// [`BodyError::TimedOut`]. A request without a body costs nothing.
pub(super) fn bounded(incoming: Incoming, limit: u64, time: Duration) -> Body {
    if incoming.is_end_stream() {
        return Body::Empty;
    }
    Body::stream(Arriving { incoming, limit, left: limit, due: Instant::now() + time, timer: None })
}

struct Arriving {
    incoming: Incoming,
    limit: u64,
    left: u64,
    due: Instant,
    /// Armed the first time the body is waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = Pin::new(&mut this.incoming).poll_frame(cx) else {
            return this.poll_late(cx);
        };
        Poll::Ready(frame.map(|frame| this.count(frame?)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Arriving {
    fn count(&mut self, frame: Frame<Bytes>) -> Result<Frame<Bytes>, BodyError> {
        let size = frame.data_ref().map_or(0, Bytes::len) as u64;
        self.left = self.left.checked_sub(size).ok_or(BodyError::TooLarge { limit: self.limit })?;
        Ok(frame)
    }

    fn poll_late<T>(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, BodyError>>> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(self.due)));
        timer.as_mut().poll(cx).map(|()| Some(Err(BodyError::TimedOut)))
    }
}
