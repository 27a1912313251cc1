//! Event shapes: what a function is given, built from a request by [`EventRules`](model::call::EventRules).
//!
//! Events are written straight into bytes: nothing of the request is copied before. Header fields have lower-case
//! names in all shapes, since that is how HTTP libraries keep them.

mod alb;
mod body;
mod claims;
mod fields;
mod http_v1;
mod http_v2;
mod json;
mod parts;
mod slashes;

use crate::error::{Blame, CallError};
use bytes::Bytes;
use http::{HeaderMap, Method, Version};
use model::answer::FailureKind;
use model::call::{Arguments, EventPath, EventRules, LargeBody, Payload};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

/// Bytes that Lambda takes and gives in one call, at most: 6 MiB and 100 bytes.
pub const LIMIT: u64 = 6_291_556;

/// `accountId` of events: the gateway has no account.
pub const ACCOUNT_ID: &str = "000000000000";
/// `apiId` of events.
pub const API_ID: &str = "lambdagate";
/// `requestContext.elb.targetGroupArn` of ALB events: a placeholder, since there is no target group.
pub const TARGET_GROUP_ARN: &str =
    "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/lambdagate/0000000000000000";

/// The request as events see it. Borrowed, so that building copies only into the event.
#[derive(Clone, Copy)]
pub struct EventRequest<'a> {
    /// Method.
    pub method: &'a Method,
    /// HTTP version of the client's request.
    pub version: Version,
    /// `https` or `http`.
    pub https: bool,
    /// Path as received: percent-encoded, beginning with a slash.
    pub path: &'a str,
    /// The path that those behind the route see, for rules that show it; the one as received without it.
    pub forwarded_path: Option<&'a str>,
    /// Path and query as the client sent them, where steps have changed the request's.
    pub received: Option<&'a str>,
    /// Query as received, without `?`.
    pub query: Option<&'a str>,
    /// Header fields.
    pub headers: &'a HeaderMap,
    /// `Host` or `:authority`.
    pub host: &'a str,
    /// The route's pattern as written, `/users/{id}`.
    pub template: &'a str,
    /// Path parameters, decoded.
    pub params: &'a [(Arc<str>, String)],
    /// The client's address.
    pub source_ip: IpAddr,
    /// The gateway's request id.
    pub request_id: &'a str,
    /// When the request came.
    pub time: SystemTime,
    /// The known client: name and groups become `requestContext.authorizer`.
    pub consumer: Option<&'a str>,
    /// What its token claims; becomes part of `requestContext.authorizer`, too.
    pub claims: Option<&'a serde_json::Map<String, serde_json::Value>>,
    /// The whole body.
    pub body: &'a [u8],
}

/// Builds the payload of a call.
pub fn build(payload: &Payload, request: &EventRequest<'_>) -> Result<Bytes, CallError> {
    if request.body.len() as u64 > LIMIT {
        return Err(too_large(None, request.body.len()));
    }
    let Some(rules) = payload.rules() else { return Ok(Bytes::copy_from_slice(request.body)) };
    few_arguments(rules.arguments, request)?;
    let target = request.path;
    let large = rules.large_body.filter(|large| request.body.len() as u64 > large.over);
    let mut request = shown(rules, large, request);
    let event = match payload {
        Payload::Fields(fields) => {
            request.path = target; // what it shows is the client's own target
            fields::build(fields, large.is_none_or(|large| large.arguments), &request)
        }
        Payload::HttpV1(rules) => http_v1::build(rules, &request),
        Payload::HttpV2(rules) => http_v2::build(rules, &request),
        Payload::Alb(rules) => alb::build(rules, &request),
        Payload::Raw | Payload::Template(_) => Vec::new(), // they have no rules
    };
    let event = if rules.escaped_slashes { slashes::escaped(&event) } else { event };
    if event.len() as u64 > LIMIT {
        return Err(too_large(Some(event.len()), request.body.len()));
    }
    Ok(event.into())
}

/// The request as the rules show it: another path, and no body where it is dropped.
fn shown<'a>(rules: &EventRules, large: Option<LargeBody>, request: &EventRequest<'a>) -> EventRequest<'a> {
    let mut shown = *request;
    if rules.path == EventPath::Forwarded {
        shown.path = request.forwarded_path.unwrap_or(request.path);
    }
    if let Some(large) = large.filter(|large| !large.kept) {
        let (request_id, bytes, most) = (request.request_id, request.body.len(), large.over);
        tracing::warn!(request_id, bytes, most, "the request body is larger than the call takes: the event has none");
        shown.body = &[];
    }
    shown
}

fn few_arguments(rules: Arguments, request: &EventRequest<'_>) -> Result<(), CallError> {
    let Some(most) = rules.most.filter(|_| rules.refuse_more) else { return Ok(()) };
    let count = request.query.unwrap_or("").split('&').filter(|pair| !pair.is_empty()).count();
    if count <= most {
        return Ok(());
    }
    let detail = format!("the query has {count} arguments, and {most} at most are taken");
    Err(CallError::before(FailureKind::UriTooLong, Blame::Client, detail))
}

fn too_large(event: Option<usize>, body: usize) -> CallError {
    let found = match event {
        Some(event) => format!("the event has {event} bytes (of which the request's body, {body} bytes, is part)"),
        None => format!("the request's body alone has {body} bytes"),
    };
    let detail = format!(
        "{found}; Lambda takes {LIMIT}. As base64 a body may have about 4.5 MB: limit request bodies, or let clients \
         upload to S3"
    );
    CallError::before(FailureKind::EventTooLarge, Blame::Client, detail)
}

/// What the event will need, about.
fn room(request: &EventRequest<'_>) -> usize {
    2048 + request.headers.len() * 128 + request.query.map_or(0, str::len) * 2 + request.body.len() * 3 / 2
}

#[cfg(test)]
mod tests;
