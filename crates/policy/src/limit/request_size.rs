//! A bound on the request's body, below the listener's.

use crate::exchange::Exchange;
use crate::refusal::ReadyRefusals;
use crate::{Outcome, Policy, Running};
use http::header::{CONTENT_LENGTH, EXPECT};
use model::policy::Case;
use net::Body;

/// Looks at the announced length; a body without one is held up to the bound.
pub(crate) struct RequestSize {
    pub(crate) bytes: u64,
    pub(crate) length_required: bool,
    pub(crate) refusals: ReadyRefusals,
}

impl Policy for RequestSize {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        let length = exchange.request.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let length: Option<u64> = length.or(match &exchange.body {
            Body::Empty if !self.length_required => Some(0),
            Body::Full(bytes) if !self.length_required => Some(bytes.len() as u64),
            _ => None,
        });
        match length {
            Some(length) if length > self.bytes => Running::Done(self.too_large(exchange)),
            Some(_) => Running::Done(Outcome::Continue),
            None if self.length_required => {
                let text = "the request does not say how large its body is";
                Running::Done(Outcome::Fail(self.refusals.failure(Case::NoLength, text, "")))
            }
            None => Running::Wait(Box::pin(self.count(exchange))),
        }
    }
}

impl RequestSize {
    async fn count(&self, exchange: &mut Exchange) -> Outcome {
        let listener = exchange.body_limit;
        exchange.body_limit = listener.min(self.bytes);
        let held = exchange.hold_body().await;
        exchange.body_limit = listener;
        match held {
            Ok(_) => Outcome::Continue,
            Err(failure) if failure.kind == model::answer::FailureKind::BodyTooLarge => self.too_large(exchange),
            Err(failure) => Outcome::Fail(failure),
        }
    }

    fn too_large(&self, exchange: &Exchange) -> Outcome {
        let asked = exchange.request.headers.contains_key(EXPECT);
        let case = if asked { Case::TooLargeAsked } else { Case::TooLarge };
        let text = "the request body is larger than {} bytes";
        Outcome::Fail(self.refusals.failure(case, text, &self.bytes.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ReadyAnswers;
    use crate::exchange::testing;

    async fn status(required: bool, headers: &[(&str, &str)], body: Body) -> u16 {
        let request =
            headers.iter().fold(http::Request::post("/"), |request, (name, value)| request.header(*name, *value));
        let mut exchange = testing::with_body(request, body);
        let policy = RequestSize { bytes: 4, length_required: required, refusals: ReadyRefusals::default() };
        let outcome = match policy.run(&mut exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        };
        match outcome {
            Outcome::Fail(failure) => ReadyAnswers::default().render(&exchange, &failure).status().as_u16(),
            _ => {
                assert_eq!(exchange.body_limit, 1 << 20, "the listener's limit stands again");
                200
            }
        }
    }

    /// A body that does not tell its length.
    fn stream(text: &'static str) -> Body {
        Body::stream(Once(Some(text)))
    }

    struct Once(Option<&'static str>);

    impl http_body::Body for Once {
        type Data = bytes::Bytes;
        type Error = net::BodyError;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, net::BodyError>>> {
            std::task::Poll::Ready(self.0.take().map(|text| Ok(http_body::Frame::data(bytes::Bytes::from(text)))))
        }
    }

    #[tokio::test]
    async fn bodies_over_the_bound_are_refused_before_they_are_passed_on() {
        let length = |bytes: &'static str| [("content-length", bytes)];
        assert_eq!(status(false, &length("4"), "four".into()).await, 200);
        assert_eq!(status(false, &length("5"), "fives".into()).await, 413);
        assert_eq!(status(false, &[("content-length", "5"), ("expect", "100-continue")], Body::Empty).await, 417);
        assert_eq!(status(false, &[], stream("four")).await, 200);
        assert_eq!(status(false, &[], stream("fives")).await, 413);
        assert_eq!(status(false, &[], Body::Empty).await, 200);
        assert_eq!(status(true, &length("4"), "four".into()).await, 200);
        assert_eq!(status(true, &[], stream("four")).await, 411);
        assert_eq!(status(true, &[], Body::Empty).await, 411);
    }
}
