//! A request body on its way out, and what is known of its progress.

use crate::body::{Body, BodyError};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::time::Instant;

/// What hyper is given to send.
pub(crate) enum Outgoing {
    /// Bytes at hand, or none.
    Whole(Body),
    /// A stream, watched.
    Streamed(Body, Arc<Feed>),
}

/// How far a streamed request body has come.
#[derive(Debug)]
pub(crate) struct Feed(Mutex<Stage>);

/// What happened last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The connection waits for more of it: whatever takes time, it is not the peer.
    Asked,
    /// The connection took a part then, and has not asked for more.
    Taken(Instant),
    /// The connection has all of it since then.
    Ended(Instant),
    /// It broke off.
    Failed,
}

impl From<Body> for Outgoing {
    fn from(body: Body) -> Self {
        match body {
            Body::Empty | Body::Full(_) => Self::Whole(body),
            Body::Incoming(_) | Body::Pooled(_) | Body::Stream(_) => {
                Self::Streamed(body, Arc::new(Feed(Mutex::new(Stage::Taken(Instant::now())))))
            }
        }
    }
}

impl Outgoing {
    /// The body it was made of.
    pub(crate) fn into_body(self) -> Body {
        let (Self::Whole(body) | Self::Streamed(body, _)) = self;
        body
    }

    /// Its progress, when it is a stream.
    pub(crate) fn feed(&self) -> Option<Arc<Feed>> {
        match self {
            Self::Whole(_) => None,
            Self::Streamed(_, feed) => Some(feed.clone()),
        }
    }
}

impl Feed {
    /// What happened last.
    pub(crate) fn stage(&self) -> Stage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self, stage: Stage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let (body, feed) = match self.get_mut() {
            Self::Whole(body) => return Pin::new(body).poll_frame(cx),
            Self::Streamed(body, feed) => (body, feed),
        };
        let frame = match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                feed.reach(Stage::Asked);
                return Poll::Pending;
            }
        };
        feed.reach(match &frame {
            Some(Err(_)) => Stage::Failed,
            Some(Ok(_)) if !body.is_end_stream() => Stage::Taken(Instant::now()),
            Some(Ok(_)) | None => Stage::Ended(Instant::now()),
        });
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        let (Self::Whole(body) | Self::Streamed(body, _)) = self;
        body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (Self::Whole(body) | Self::Streamed(body, _)) = self;
        body.size_hint()
    }
}

/// Whether a request body is among the causes.
pub(crate) fn has_body_error(error: &dyn Error) -> bool {
    causes(error).any(|cause| cause.is::<BodyError>())
}

/// The request body's own failure among the causes, as far as it can be told again.
pub(crate) fn body_error(error: &dyn Error) -> Option<BodyError> {
    match causes(error).find_map(|cause| cause.downcast_ref::<BodyError>())? {
        BodyError::TooLarge { limit } => Some(BodyError::TooLarge { limit: *limit }),
        BodyError::TimedOut => Some(BodyError::TimedOut),
        BodyError::Broken(_) => None,
    }
}

/// An error with its causes, for the log.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    for cause in causes(error) {
        text.push_str(": ");
        text.push_str(&cause.to_string());
    }
    text
}

fn causes<'a>(error: &'a dyn Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
