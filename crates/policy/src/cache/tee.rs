//! A body that passes, and is kept as it does.

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use net::{Body, BodyError};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The same body. Once all of it has passed, and it has not more than `limit` bytes, it is given to `keep`.
pub(super) fn tee(body: Body, limit: u64, keep: impl FnOnce(Bytes) + Send + 'static) -> Body {
    match body {
        Body::Empty => {
            keep(Bytes::new());
            Body::Empty
        }
        Body::Full(bytes) => {
            if bytes.len() as u64 <= limit {
                keep(bytes.clone());
            }
            Body::Full(bytes)
        }
        body if body.size_hint().lower() > limit => body,
        body => Body::stream(Tee { body, held: Vec::new(), limit, keep: Some(Box::new(keep)) }),
    }
}

struct Tee {
    body: Body,
    held: Vec<u8>,
    limit: u64,
    /// Taken when nothing is kept any more.
    keep: Option<Box<dyn FnOnce(Bytes) + Send>>,
}

impl Tee {
    fn hold(&mut self, data: &Bytes) {
        if self.keep.is_none() {
            return;
        }
        if (self.held.len() + data.len()) as u64 > self.limit {
            self.keep = None;
            self.held = Vec::new();
            return;
        }
        self.held.extend_from_slice(data);
    }

    fn end(&mut self) {
        if let Some(keep) = self.keep.take() {
            keep(std::mem::take(&mut self.held).into());
        }
    }
}

impl HttpBody for Tee {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    this.hold(data);
                }
                // whoever reads may stop here
                if this.body.is_end_stream() {
                    this.end();
                }
            }
            Some(Err(_)) => this.keep = None,
            None => this.end(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    struct Frames(VecDeque<Result<Frame<Bytes>, BodyError>>);

    impl HttpBody for Frames {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
            Poll::Ready(self.0.pop_front())
        }
    }

    fn frame(text: &'static str) -> Result<Frame<Bytes>, BodyError> {
        Ok(Frame::data(Bytes::from_static(text.as_bytes())))
    }

    #[tokio::test]
    async fn what_passed_whole_is_kept() {
        let cases = [
            (Body::Empty, Some("")),
            (Body::from("four"), Some("four")),
            (Body::from("too much"), None),
            (Body::stream(Frames([frame("fo"), frame("ur")].into())), Some("four")),
            (Body::stream(Frames([frame("four"), frame("!")].into())), None),
            (Body::stream(Frames([frame("fo"), Err(BodyError::TimedOut)].into())), None),
        ];
        for (body, expected) in cases {
            let kept = Arc::new(Mutex::new(None));
            let told = kept.clone();
            let shown = format!("{body:?}");
            let passed = tee(body, 4, move |bytes| *told.lock().unwrap() = Some(bytes)).hold(99).await;
            let kept = kept.lock().unwrap().take();
            assert_eq!(kept, expected.map(|text: &str| Bytes::from(text.to_owned())), "{shown}");
            if let (Ok(passed), Some(expected)) = (passed, expected) {
                assert_eq!(passed, expected);
            }
        }
    }

    #[tokio::test]
    async fn one_that_nobody_reads_to_its_end_is_not_kept() {
        let kept = Arc::new(Mutex::new(false));
        let told = kept.clone();
        let body = Body::stream(Frames([frame("fo"), frame("ur")].into()));
        drop(tee(body, 4, move |_| *told.lock().unwrap() = true));
        assert!(!*kept.lock().unwrap());
    }
}
