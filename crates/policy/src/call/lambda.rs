//! The one place a function is called: event, call, reply, and what becomes of it.

use super::fault::{self, ReadyFault};
use super::then::settle;
use super::url;
use crate::build::{BuildCause, Services};
use crate::chain::Side;
use crate::exchange::{CallFacts, Exchange};
use crate::failure::Failure;
use crate::{Outcome, Policy, Running};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Response};
use lambda::CallError;
use lambda::event::{self, EventRequest};
use lambda::invoke::{Function, FunctionUrl, UrlRequest};
use lambda::reply;
use model::call::{Call, EventPath, Fields, Payload, Reply, Target, Then, UrlAuth, UrlPath};
use model::chain::Phase;
use net::Body;
use std::sync::Arc;
use std::time::Instant;
use telemetry::metrics::CallMetrics;

/// A call as a step.
pub(crate) struct CallStep {
    target: ReadyTarget,
    payload: Payload,
    reply: Reply,
    fault: ReadyFault,
    then: Then,
    expose_log: bool,
    metrics: Arc<CallMetrics>,
    /// How a URL is told of the client, and how much of a body it gets.
    relay: Option<Relay>,
}

/// What a URL gets beside the request as it is.
struct Relay {
    forwarded: bool,
    largest_body: Option<u64>,
    /// The header of a request that is not the client's: its body alone is posted.
    posts: Option<HeaderMap>,
}

enum ReadyTarget {
    Function(Arc<Function>),
    Url(Arc<FunctionUrl>, UrlPath),
}

impl CallStep {
    /// Makes the target ready and reads the fault's answers.
    pub(crate) fn build(call: &Call, side: Side, phase: Phase, services: &Services) -> Result<Self, BuildCause> {
        if let (Then::Replace { .. } | Then::Refill { .. }, Side::Request) = (&call.then, side) {
            return Err(BuildCause::Side { policy: "a call that replaces parts of the response", phase });
        }
        let target = match &call.target {
            Target::Function(target) => ReadyTarget::Function(services.lambda.function(target, call.timeouts)?),
            Target::Url(target) => ReadyTarget::Url(services.lambda.url(target, call.timeouts)?, target.path.clone()),
        };
        Ok(Self {
            metrics: services.metrics.call(target.name()),
            target,
            payload: call.payload.clone(),
            reply: call.reply.clone(),
            fault: ReadyFault::compile(&call.fault)?,
            then: call.then.clone(),
            expose_log: call.expose_log,
            relay: relay(&call.target),
        })
    }

    async fn call(&self, exchange: &mut Exchange) -> Outcome {
        // a body that cannot be read, or a path that may not be sent on, is the client's fault: nothing was called
        let body = match self.body(exchange).await {
            Ok(body) => body,
            Err(failure) => return Outcome::Fail(failure),
        };
        let started = Instant::now();
        let mut facts = CallFacts::of(self.target.name().clone());
        let called = self.ask(exchange, body, &mut facts).await;
        facts.duration = started.elapsed();
        match called {
            Ok(response) => {
                self.metrics.call("ok", facts.duration);
                exchange.call = Some(facts);
                settle(&self.then, exchange, response)
            }
            Err(Broken::Refused(failure)) => Outcome::Fail(failure),
            Err(Broken::Call(error)) => {
                self.metrics.call(error.kind.code(), facts.duration);
                facts.aws_request_id = facts.aws_request_id.or_else(|| error.aws_request_id.clone());
                let failure = self.fault.failure(*error, &facts);
                fault::tell(exchange, &facts, &failure);
                exchange.call = Some(facts);
                Outcome::Fail(failure)
            }
        }
    }

    async fn body(&self, exchange: &mut Exchange) -> Result<Bytes, Box<Failure>> {
        let needed = match &self.target {
            ReadyTarget::Function(_) => needs_body(&self.payload),
            ReadyTarget::Url(..) => true,
        };
        if !needed {
            return Ok(Bytes::new());
        }
        if let Some(most) = self.relay.as_ref().and_then(|relay| relay.largest_body) {
            exchange.body_limit = exchange.body_limit.min(most);
        }
        exchange.hold_body().await.map_err(|failure| self.fault.answered(failure))
    }

    /// Event, call, reply.
    async fn ask(&self, exchange: &mut Exchange, body: Bytes, facts: &mut CallFacts) -> Result<Response<Body>, Broken> {
        let mut invoked = match &self.target {
            ReadyTarget::Function(function) => {
                let payload = event(&self.payload, exchange, &body)?;
                drop(body);
                function.invoke(payload).await?
            }
            ReadyTarget::Url(target, path) => {
                let path = url::appended(path, exchange)?;
                let http::request::Parts { method, uri, headers, .. } = &exchange.request;
                let (relay, told) = (self.relay.as_ref(), relayed(self.relay.as_ref(), exchange));
                let (method, query) = match relay.is_some_and(|relay| relay.posts.is_some()) {
                    true => (&Method::POST, None),
                    false => (method, uri.query()),
                };
                let request =
                    UrlRequest { method, path: &path, query, headers: told.as_ref().unwrap_or(headers), body };
                Box::pin(target.call(request)).await? // boxed: the call of a function needs no room for it
            }
        };
        facts.aws_request_id = invoked.aws_request_id.take();
        facts.version = invoked.version.take();
        let Some(error) = &invoked.function_error else {
            return Ok(reply::read(&self.reply, invoked, self.expose_log).await?);
        };
        facts.function_error = Some(error.clone());
        let Some(status) = self.fault.as_reply(error) else {
            return Err(fault::function_error(invoked).await.into());
        };
        let mut response = reply::read(&self.reply, invoked, self.expose_log).await?;
        if let Some(status) = status {
            *response.status_mut() = status;
        }
        Ok(response)
    }
}

impl Policy for CallStep {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        Running::Wait(Box::pin(self.call(exchange)))
    }
}

impl ReadyTarget {
    fn name(&self) -> &Arc<str> {
        match self {
            Self::Function(function) => function.name(),
            Self::Url(url, _) => url.name(),
        }
    }
}

/// Why there is no reply.
enum Broken {
    /// The call failed.
    Call(Box<CallError>),
    /// The request may not be sent on.
    Refused(Box<Failure>),
}

impl From<CallError> for Broken {
    fn from(error: CallError) -> Self {
        Self::Call(Box::new(error))
    }
}

impl From<Box<Failure>> for Broken {
    fn from(failure: Box<Failure>) -> Self {
        Self::Refused(failure)
    }
}

fn relay(target: &Target) -> Option<Relay> {
    let Target::Url(target) = target else { return None };
    let UrlAuth::Relay(relay) = &target.auth else { return None };
    let posts = relay.posts.as_deref().map(|media| {
        let media = HeaderValue::from_str(media).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        HeaderMap::from_iter([(CONTENT_TYPE, media)])
    });
    Some(Relay { forwarded: relay.forwarded, largest_body: relay.largest_body, posts })
}

/// The header that is sent in the place of the client's, if it is not that.
fn relayed(relay: Option<&Relay>, exchange: &Exchange) -> Option<HeaderMap> {
    let relay = relay?;
    match &relay.posts {
        Some(own) => Some(own.clone()),
        None => relay.forwarded.then(|| url::forwarded_fields(&exchange.request.headers, &exchange.client)),
    }
}

pub(super) fn needs_body(payload: &Payload) -> bool {
    match payload {
        // without any part asked for, the arguments of query and body are merged
        Payload::Fields(Fields { method, uri, headers, body, .. }) => *body || !(*method || *uri || *headers),
        Payload::HttpV1(_) | Payload::HttpV2(_) | Payload::Alb(_) | Payload::Raw => true,
        Payload::Template(_) => false,
    }
}

/// What the function is given.
pub(super) fn event(payload: &Payload, exchange: &Exchange, body: &[u8]) -> Result<Bytes, CallError> {
    let mut request = event_request(exchange, body);
    let forwarded;
    if payload.rules().is_some_and(|rules| rules.path == EventPath::Forwarded) {
        forwarded = exchange.forwarded_path();
        request.forwarded_path = Some(&forwarded);
    }
    event::build(payload, &request)
}

fn event_request<'a>(exchange: &'a Exchange, body: &'a [u8]) -> EventRequest<'a> {
    let request = &exchange.request;
    EventRequest {
        method: &request.method,
        version: request.version,
        https: exchange.client.https,
        path: request.uri.path(),
        forwarded_path: None,
        received: exchange.received.as_ref().and_then(http::Uri::path_and_query).map(|target| target.as_str()),
        query: request.uri.query(),
        headers: &request.headers,
        host: exchange.host(),
        template: exchange.route.as_ref().map_or("", |route| &route.template),
        params: &exchange.params,
        source_ip: exchange.client.address,
        request_id: &exchange.id,
        time: exchange.time,
        consumer: exchange.identity.as_ref().map(|identity| &*identity.name),
        claims: exchange.claims.as_deref(),
        body,
    }
}

#[cfg(test)]
mod tests;
