//! A reply's body with an end in time and size.

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use net::{Body, BodyError};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::time::{Instant, Sleep};

/// What has arrived already is passed on as it is; the rest must come by the deadline, and be no more than `limit`.
pub(super) fn bounded(body: Body, deadline: Instant, limit: u64) -> Body {
    match body {
        Body::Empty | Body::Full(_) => body,
        Body::Incoming(_) | Body::Pooled(_) | Body::Stream(_) => {
            let timer = Box::pin(tokio::time::sleep_until(deadline));
            Body::stream(Bounded { body, timer, left: limit, limit })
        }
    }
}

struct Bounded {
    body: Body,
    timer: Pin<Box<Sleep>>,
    left: u64,
    limit: u64,
}

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) else {
            ready!(this.timer.as_mut().poll(cx));
            this.body = Body::Empty;
            return Poll::Ready(Some(Err(BodyError::TimedOut)));
        };
        if let Some(Ok(frame)) = &frame {
            let length = frame.data_ref().map_or(0, Bytes::len) as u64;
            let Some(left) = this.left.checked_sub(length) else {
                this.body = Body::Empty;
                return Poll::Ready(Some(Err(BodyError::TooLarge { limit: this.limit })));
            };
            this.left = left;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
