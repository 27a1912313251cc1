//! Keeps the beginning of a body for the record of the exchange, while it passes. Nothing is held up for it.

use crate::exchange::Exchange;
use crate::predicate::Asked;
use crate::{Outcome, Policy, Running};
use bytes::Bytes;
use expr::vars::ReadyCondition;
use http_body::{Frame, SizeHint};
use model::policy::KeepBody as Data;
use model::variable::Variable;
use net::{Body, BodyError};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

/// On the request side.
pub(crate) struct KeepRequest(Rules);

/// On the response side.
pub(crate) struct KeepResponse(Rules);

struct Rules {
    limit: usize,
    when: Option<ReadyCondition<Variable>>,
    slot: usize,
}

/// What was kept of the request's body.
pub(super) struct KeptRequest(Kept);

/// What was kept of the response's body.
pub(super) struct KeptResponse(Kept);

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl KeepRequest {
    pub(crate) fn build(data: &Data, slot: usize) -> Self {
        Self(Rules::build(data, slot))
    }
}

impl KeepResponse {
    pub(crate) fn build(data: &Data, slot: usize) -> Self {
        Self(Rules::build(data, slot))
    }
}

impl Rules {
    fn build(data: &Data, slot: usize) -> Self {
        let limit = usize::try_from(data.limit).unwrap_or(usize::MAX);
        Self { limit, when: data.when.as_ref().map(ReadyCondition::new), slot }
    }

    fn applies(&self, exchange: &Exchange) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(&Asked::of(exchange)))
    }

    /// The same body, from which is kept what passes.
    fn watch(&self, body: Body) -> (Body, Kept) {
        let kept = Kept::default();
        match body {
            Body::Empty => return (Body::Empty, kept),
            Body::Full(bytes) => {
                kept.add(&bytes, self.limit);
                return (Body::Full(bytes), kept);
            }
            Body::Incoming(_) | Body::Pooled(_) | Body::Stream(_) => {}
        }
        (Body::stream(Watched { body, kept: kept.clone(), limit: self.limit }), kept)
    }
}

impl Kept {
    fn add(&self, bytes: &[u8], limit: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = limit.saturating_sub(kept.len()).min(bytes.len());
        kept.extend_from_slice(&bytes[..room]);
    }

    /// As text; nothing where there was no body.
    fn text(&self) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!kept.is_empty()).then(|| String::from_utf8_lossy(&kept).into_owned())
    }
}

/// What the step of this slot kept of the request's body.
pub(super) fn of_request(exchange: &Exchange, slot: usize) -> Option<String> {
    exchange.recall::<KeptRequest>(slot)?.0.text()
}

/// What the step of this slot kept of the response's body.
pub(super) fn of_response(exchange: &Exchange, slot: usize) -> Option<String> {
    exchange.recall::<KeptResponse>(slot)?.0.text()
}

impl Policy for KeepRequest {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if self.0.applies(exchange) {
            let (body, kept) = self.0.watch(std::mem::take(&mut exchange.body));
            exchange.body = body;
            exchange.remember(self.0.slot, KeptRequest(kept));
        }
        Running::Done(Outcome::Continue)
    }
}

impl Policy for KeepResponse {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        if !self.0.applies(exchange) {
            return Running::Done(Outcome::Continue);
        }
        if let Some(response) = &mut exchange.response {
            let (body, kept) = self.0.watch(std::mem::take(response.body_mut()));
            *response.body_mut() = body;
            exchange.remember(self.0.slot, KeptResponse(kept));
        }
        Running::Done(Outcome::Continue)
    }
}

/// A body that passes.
struct Watched {
    body: Body,
    kept: Kept,
    limit: usize,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            this.kept.add(data, this.limit);
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
    use crate::exchange::testing;

    /// A stream of these pieces.
    fn pieces(all: &'static [&'static str]) -> Body {
        struct Pieces(std::slice::Iter<'static, &'static str>);
        impl http_body::Body for Pieces {
            type Data = Bytes;
            type Error = BodyError;
            fn poll_frame(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
                Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes())))))
            }
        }
        Body::stream(Pieces(all.iter()))
    }

    fn when(value: &str) -> Option<model::predicate::Vars> {
        let rules = serde_json::json!([["arg_keep", "==", value]]);
        Some(expr::vars::read(rules.as_array().unwrap(), &Variable::of).unwrap())
    }

    #[tokio::test]
    async fn what_passes_is_kept_up_to_its_limit() {
        for (limit, condition, body, whole, expected) in [
            (99, None, pieces(&["one", "two"]), "onetwo", Some("onetwo")),
            (4, None, pieces(&["one", "two"]), "onetwo", Some("onet")),
            (2, None, Body::Full(Bytes::from_static(b"one")), "one", Some("on")),
            (9, None, Body::Empty, "", None),
            (9, when("yes"), pieces(&["one"]), "one", Some("one")),
            (9, when("no"), pieces(&["one"]), "one", None),
        ] {
            let data = Data { limit, when: condition };
            let mut exchange = testing::with_body(http::Request::get("/?keep=yes"), body);
            KeepRequest::build(&data, 3).run(&mut exchange).done();
            assert_eq!(exchange.hold_body().await.unwrap(), whole);
            assert_eq!(of_request(&exchange, 3).as_deref(), expected, "{limit}");
            assert_eq!(of_request(&exchange, 4), None, "another step's");
        }
    }

    #[tokio::test]
    async fn the_response_passes_as_it_is() {
        let mut exchange = testing::get("/");
        exchange.response = Some(http::Response::new(pieces(&["a", "b"])));
        KeepResponse::build(&Data { limit: 9, when: None }, 1).run(&mut exchange).done();
        let body = exchange.response.take().unwrap().into_body();
        assert_eq!(body.hold(9).await.unwrap(), "ab");
        assert_eq!(of_response(&exchange, 1).as_deref(), Some("ab"));
    }
}
