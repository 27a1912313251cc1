//! An answer that flows, as a body of event-stream frames. Holds one piece at a time.

use super::frame;
use crate::answer::{End, Late, Stream};
use crate::body::{Body, Cut};
use crate::reply::{Reply, tell};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body::Frame;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The payload of one frame, at most. An answer that came whole is cut.
const MAX_PIECE: usize = 256 * 1024;

/// A body that is not over.
pub(super) struct Framed {
    stream: Stream,
    /// What is left of the piece that came last.
    left: Bytes,
    is_over: bool,
}

impl Framed {
    pub(super) fn reply(stream: Stream, version: &str) -> Reply {
        let framed = Self { stream, left: Bytes::new(), is_over: false };
        let mut reply = Response::new(Body::flow(framed));
        let media = HeaderValue::from_static("application/vnd.amazon.eventstream");
        reply.headers_mut().insert(CONTENT_TYPE, media);
        tell(reply.headers_mut(), "x-amz-executed-version", version);
        reply
    }

    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<Bytes> {
        let end = ready!(Pin::new(&mut self.stream.end).poll(context));
        Poll::Ready(frame::complete(end.unwrap_or_else(|_| unknown())))
    }
}

/// Whoever looked after the call is gone without a word.
fn unknown() -> End {
    let details = r#"{"errorType":"Runtime.Unknown","errorMessage":"The call ended without a result"}"#;
    End { error: Some(Late { code: "Runtime.Unknown".to_owned(), details: details.to_owned() }), tail: None }
}

impl http_body::Body for Framed {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = self.get_mut();
        while this.left.is_empty() {
            if this.is_over {
                return Poll::Ready(None);
            }
            match ready!(this.stream.pieces.poll_recv(context)) {
                Some(piece) => this.left = piece,
                None => {
                    let end = ready!(this.poll_end(context));
                    this.is_over = true;
                    return Poll::Ready(Some(Ok(Frame::data(end))));
                }
            }
        }
        let piece = this.left.split_to(this.left.len().min(MAX_PIECE));
        Poll::Ready(Some(Ok(Frame::data(frame::chunk(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over && self.left.is_empty()
    }
}
