//! What steps leave for expressions: attributes, a function's reply, bodies that were read.
//!
//! Most exchanges have none of it, so that it stands apart from them.

use crate::exchange::{Exchange, body_failure};
use crate::failure::{Blame, Failure};
use bytes::Bytes;
use expr::Value;
use http::HeaderMap;
use model::answer::FailureKind;
use net::Body;
use std::sync::Arc;

/// Attributes of one exchange.
const ATTRIBUTES: usize = 1000;
/// Bytes that they take together.
const WEIGHT: usize = 8 * 1024 * 1024;

/// What was learned.
#[derive(Default)]
pub struct Learned {
    attributes: Vec<(Arc<str>, Value<'static>)>,
    weight: usize,
    /// The reply of the last function that was called for expressions.
    pub(crate) reply: Option<KeptReply>,
    /// The request's body, once an expression has asked for it.
    pub(crate) request: Option<Bytes>,
    /// The response's body has been read for an expression.
    pub(crate) response_read: bool,
}

/// A function's reply, for expressions.
pub(crate) struct KeptReply {
    pub(crate) status: u16,
    pub(crate) content: Bytes,
    /// What else of it expressions may see.
    pub(crate) whole: Option<WholeReply>,
}

/// The rest of a reply.
pub(crate) struct WholeReply {
    pub(crate) headers: HeaderMap,
    pub(crate) log: Option<String>,
    pub(crate) function_error: Option<String>,
}

impl Learned {
    /// The value of an attribute that a step has set.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Value<'static>> {
        self.attributes.iter().find(|(own, _)| **own == *name).map(|(_, value)| value)
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| &**name)
    }

    /// Sets one; `false` when there is no room.
    fn set(&mut self, name: &Arc<str>, value: Value<'static>) -> bool {
        let more = name.len() + value.weight();
        let full = self.attributes.len() >= ATTRIBUTES;
        let known = self.attributes.iter_mut().find(|(own, _)| own == name);
        let less = known.as_ref().map_or(0, |(name, old)| name.len() + old.weight());
        if self.weight - less + more > WEIGHT {
            return false;
        }
        match known {
            Some((_, old)) => *old = value,
            None if full => return false,
            None => self.attributes.push((name.clone(), value)),
        }
        self.weight = self.weight - less + more;
        true
    }
}

impl Exchange {
    /// Sets an attribute. One that there is no room for is logged and left out.
    pub(crate) fn set_attribute(&mut self, name: &Arc<str>, value: Value<'static>) {
        if !self.learned_mut().set(name, value) {
            let request_id = &*self.id;
            tracing::warn!(request_id, attribute = &**name, "too many or too large attributes, this one is left out");
        }
    }

    /// An attribute that a step has set.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Value<'static>> {
        self.learned.as_ref()?.attribute(name)
    }

    pub(crate) fn learned_mut(&mut self) -> &mut Learned {
        self.learned.get_or_insert_default()
    }

    /// Reads the request's body for expressions.
    pub(crate) async fn read_request(&mut self) -> Result<(), Box<Failure>> {
        let known = self.learned.as_ref().is_some_and(|learned| learned.request.is_some());
        // once the endpoint was asked, the body is gone
        if known && !matches!(self.body, Body::Full(_)) {
            return Ok(());
        }
        let bytes = self.hold_body().await?;
        self.learned_mut().request = Some(bytes);
        Ok(())
    }

    /// Reads the response's body for expressions.
    pub(crate) async fn read_response(&mut self) -> Result<(), Box<Failure>> {
        let Some(mut response) = self.response.take() else { return Ok(()) };
        let body = std::mem::take(response.body_mut());
        let held = body.hold(self.body_limit).await;
        let bytes = held.map_err(|cause| {
            let text = "the response cannot be read";
            let failure = Failure::new(FailureKind::UpstreamMalformed, Blame::Upstream, text);
            failure.detail(format!("{text}: {}", body_failure(cause).detail))
        })?;
        *response.body_mut() = bytes.into();
        self.response = Some(response);
        self.learned_mut().response_read = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::testing;

    #[test]
    fn attributes_have_bounds() {
        let mut exchange = testing::get("/");
        for at in 0..ATTRIBUTES + 5 {
            exchange.set_attribute(&at.to_string().into(), Value::Int(1));
        }
        let seen = |exchange: &Exchange, at: usize| exchange.attribute(&at.to_string()).is_some();
        assert!(seen(&exchange, ATTRIBUTES - 1) && !seen(&exchange, ATTRIBUTES));

        let large = || Value::from("x".repeat(WEIGHT / 2));
        exchange.set_attribute(&"0".into(), large());
        exchange.set_attribute(&"1".into(), large());
        exchange.set_attribute(&"0".into(), large());
        let is_text = |name: &str| matches!(exchange.attribute(name), Some(Value::Str(_)));
        assert!(is_text("0") && !is_text("1"));
    }

    #[tokio::test]
    async fn bodies_that_were_read_stay_to_be_sent() {
        let mut exchange = testing::with_body(http::Request::post("/"), "question");
        exchange.response = Some(http::Response::new("answer".into()));
        exchange.read_request().await.unwrap();
        exchange.read_response().await.unwrap();
        assert_eq!(std::mem::take(&mut exchange.body).hold(99).await.unwrap(), "question");
        exchange.read_request().await.unwrap();
        assert_eq!(exchange.learned.as_ref().unwrap().request.as_ref().unwrap(), "question");
        let response = exchange.response.take().unwrap();
        assert_eq!(response.into_body().hold(99).await.unwrap(), "answer");
    }
}
