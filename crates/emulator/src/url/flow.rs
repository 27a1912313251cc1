//! A streamed answer of a function URL: its prelude becomes the head, the rest flows. Holds one piece at a time.

use super::prelude::{Found, MEDIA_TYPE, Prelude};
use super::{Body, Failure};
use crate::answer::Stream;
use crate::body::Cut;
use crate::reply::Reply;
use crate::shape;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body::Frame;
use model::call::ReplyRules;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Waits for the head of the answer; until there is one, an error can still be told by the status.
pub(super) async fn begin(mut stream: Stream) -> Result<Reply, Failure> {
    if !starts_with_prelude(&stream.content_type) {
        let first = next(&mut stream).await?.unwrap_or_default();
        let mut reply = Response::new(Body::default());
        reply.headers_mut().insert(CONTENT_TYPE, stream.content_type.clone());
        *reply.body_mut() = Body::flow(Flow { first, stream });
        return Ok(reply);
    }
    let mut prelude = Prelude::default();
    while let Some(piece) = next(&mut stream).await? {
        match prelude.add(&piece) {
            Found::Part => {}
            Found::Whole { reply, body } => return head(reply, Flow { first: body, stream }).await,
            Found::Malformed => break,
        }
    }
    tracing::warn!("a streamed answer has no prelude that can be read");
    Err(Failure::Function)
}

fn starts_with_prelude(content_type: &HeaderValue) -> bool {
    let text = content_type.to_str().unwrap_or_default();
    text.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case(MEDIA_TYPE))
}

/// The next piece that is not empty; nothing at a good end.
async fn next(stream: &mut Stream) -> Result<Option<Bytes>, Failure> {
    while let Some(piece) = stream.pieces.recv().await {
        if !piece.is_empty() {
            return Ok(Some(piece));
        }
    }
    match (&mut stream.end).await {
        Ok(end) if end.error.is_none() => Ok(None),
        _ => Err(Failure::Function),
    }
}

async fn head(reply: Bytes, flow: Flow) -> Result<Reply, Failure> {
    let rules = ReplyRules {
        infer: false,
        default_content_type: Some("application/octet-stream".to_owned()),
        ..ReplyRules::default()
    };
    let mut reply = shape::response(reply, rules).await.map_err(|error| {
        tracing::warn!(%error, "a streamed answer has a prelude that means nothing");
        Failure::Function
    })?;
    *reply.body_mut() = Body::flow(flow);
    Ok(reply)
}

/// The rest of an answer.
struct Flow {
    first: Bytes,
    stream: Stream,
}

impl http_body::Body for Flow {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = self.get_mut();
        if !this.first.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut this.first)))));
        }
        if this.stream.end.is_terminated() {
            return Poll::Ready(None);
        }
        if let Some(piece) = ready!(this.stream.pieces.poll_recv(context)) {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match ready!(Pin::new(&mut this.stream.end).poll(context)) {
            Ok(end) if end.error.is_none() => Poll::Ready(None),
            // An error behind what was sent can only be told by breaking off.
            _ => Poll::Ready(Some(Err(Cut))),
        }
    }
}
