//! The one body type that requests and responses travel in.

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A request's or response's body: nothing, bytes at hand, or a stream.
#[derive(Default)]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// Bytes at hand.
    Full(Bytes),
    /// What hyper receives.
    Incoming(hyper::body::Incoming),
    /// A response of the pooled client that is still arriving.
    Pooled(Box<crate::client::Pooled>),
    /// Any other stream.
    Stream(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hint = http_body::Body::size_hint(self);
        write!(f, "Body({}..{:?})", hint.lower(), hint.upper()) // what it holds may be private
    }
}

/// Why a body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The peer sent more than the limit.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The peer took too long.
    #[error("the body did not arrive in time")]
    TimedOut,
    /// The connection broke or the framing is wrong.
    #[error("the body broke off: {0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl From<hyper::Error> for BodyError {
    fn from(cause: hyper::Error) -> Self {
        Self::Broken(cause.into())
    }
}

impl Body {
    /// A stream of any kind.
    pub fn stream(inner: impl http_body::Body<Data = Bytes, Error = BodyError> + Send + 'static) -> Self {
        Self::Stream(Box::pin(inner))
    }

    /// Reads all of it, up to `limit` bytes.
    pub async fn hold(self, limit: u64) -> Result<Bytes, BodyError> {
        match self {
            Self::Empty => Ok(Bytes::new()),
            Self::Full(bytes) if bytes.len() as u64 <= limit => Ok(bytes),
            Self::Full(_) => Err(BodyError::TooLarge { limit }),
            other => hold_stream(other, limit).await,
        }
    }
}

async fn hold_stream(mut body: Body, limit: u64) -> Result<Bytes, BodyError> {
    let hint = http_body::Body::size_hint(&body);
    if hint.lower() > limit {
        return Err(BodyError::TooLarge { limit });
    }
    let mut first = Bytes::new();
    let mut all: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if (first.len() + all.len() + data.len()) as u64 > limit {
            return Err(BodyError::TooLarge { limit });
        }
        if first.is_empty() && all.is_empty() {
            first = data; // one frame is the common case: no copy
            continue;
        }
        if all.is_empty() {
            all.reserve(hint.lower().max(first.len() as u64 * 2) as usize);
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { Bytes::from(all) })
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        match this {
            Self::Empty => Poll::Ready(None),
            Self::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *this = Self::Empty;
                Poll::Ready((!bytes.is_empty()).then_some(Ok(Frame::data(bytes))))
            }
            Self::Incoming(incoming) => {
                let frame = ready!(Pin::new(incoming).poll_frame(cx));
                Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)))
            }
            Self::Pooled(pooled) => Pin::new(pooled.as_mut()).poll_frame(cx),
            Self::Stream(stream) => stream.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(bytes) => bytes.is_empty(),
            Self::Incoming(incoming) => incoming.is_end_stream(),
            Self::Pooled(pooled) => pooled.is_end_stream(),
            Self::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Incoming(incoming) => incoming.size_hint(),
            Self::Pooled(pooled) => pooled.size_hint(),
            Self::Stream(stream) => stream.size_hint(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() { Self::Empty } else { Self::Full(bytes) }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<hyper::body::Incoming> for Body {
    fn from(incoming: hyper::body::Incoming) -> Self {
        if http_body::Body::is_end_stream(&incoming) { Self::Empty } else { Self::Incoming(incoming) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    struct Parts(VecDeque<Result<Frame<Bytes>, BodyError>>, SizeHint);

    impl http_body::Body for Parts {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
            Poll::Ready(self.0.pop_front())
        }

        fn size_hint(&self) -> SizeHint {
            self.1
        }
    }

    fn stream(parts: &[&'static str], hint: SizeHint) -> Body {
        Body::stream(Parts(parts.iter().map(|part| Ok(Frame::data(Bytes::from(*part)))).collect(), hint))
    }

    #[tokio::test]
    async fn a_body_is_held_up_to_its_limit() {
        let unknown = SizeHint::default;
        let at_least = |lower| SizeHint::with_exact(lower);
        for (body, limit, expected) in [
            (Body::Empty, 0, Some("")),
            (Body::from("four"), 4, Some("four")),
            (Body::from("four"), 3, None),
            (stream(&[], unknown()), 0, Some("")),
            (stream(&["four"], unknown()), 4, Some("four")),
            (stream(&["", "fo", "", "ur"], unknown()), 4, Some("four")),
            (stream(&["fo", "ur", "!"], unknown()), 4, None),
            (stream(&["four"], at_least(4)), 4, Some("four")),
            (stream(&["four"], at_least(5)), 4, None), // refused before it is read
        ] {
            match (body.hold(limit).await, expected) {
                (Ok(bytes), Some(expected)) => assert_eq!(bytes, expected),
                (Err(BodyError::TooLarge { limit: told }), None) => assert_eq!(told, limit),
                (result, expected) => panic!("{result:?} instead of {expected:?}"),
            }
        }
    }

    #[tokio::test]
    async fn one_part_is_held_without_a_copy() {
        let part = Bytes::from(vec![7; 100]);
        let body = Body::stream(Parts([Ok(Frame::data(part.clone()))].into(), SizeHint::default()));
        assert_eq!(body.hold(100).await.unwrap().as_ptr(), part.as_ptr());
    }

    #[tokio::test]
    async fn a_broken_body_is_not_held() {
        let parts = [Ok(Frame::data(Bytes::from("half"))), Err(BodyError::TimedOut)];
        let body = Body::stream(Parts(parts.into(), SizeHint::default()));
        assert!(matches!(body.hold(100).await, Err(BodyError::TimedOut)));
    }
}
