//! A request as an event and a function's answer as a response: what function URLs and stages share.
//!
//! The shapes are those of the crate `lambda`; here stands what only the one who owns the URL knows.

use crate::body::Body;
use crate::reply::Reply;
use crate::visit::Visit;
use bytes::Bytes;
use http::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{Response, StatusCode};
use lambda::event::{self, EventRequest};
use lambda::invoke::Invoked;
use lambda::{CallError, reply};
use model::call::{self, Payload, ReplyRules};
use serde_json::Value;
use std::sync::Arc;

/// Fields that end at this hop.
const HOP_BY_HOP: [HeaderName; 7] =
    [CONNECTION, TRANSFER_ENCODING, UPGRADE, TE, TRAILER, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION];

/// Where a request to a URL or stage leads.
pub(crate) struct Route<'a> {
    /// Percent-encoded, without what leads to the function; begins with a slash.
    pub(crate) path: &'a str,
    /// The name, and port, under which AWS would have served it.
    pub(crate) domain: &'a str,
    /// The route's pattern, and what stands in it.
    pub(crate) template: &'a str,
    pub(crate) params: &'a [(Arc<str>, String)],
}

/// The event, for its owner to add to.
pub(crate) fn event(payload: &Payload, visit: &Visit<Bytes>, route: &Route<'_>) -> Result<Value, CallError> {
    let headers = headers(visit);
    let request = EventRequest {
        method: &visit.head.method,
        version: visit.head.version,
        https: false,
        path: route.path,
        forwarded_path: None,
        received: None,
        query: visit.head.uri.query(),
        headers: &headers,
        host: route.domain,
        template: route.template,
        params: route.params,
        source_ip: visit.peer.ip().to_canonical(),
        request_id: &visit.request_id,
        time: visit.time,
        consumer: None,
        claims: None,
        body: &visit.body,
    };
    let event = event::build(payload, &request)?;
    Ok(serde_json::from_slice(&event).expect("an event that was built is JSON"))
}

/// The fields as the function sees them, with those that AWS's front adds.
fn headers(visit: &Visit<Bytes>) -> HeaderMap {
    let mut headers = visit.head.headers.clone();
    HOP_BY_HOP.iter().for_each(|name| drop(headers.remove(name)));
    let before = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let peer = visit.peer.ip().to_canonical();
    let hops = before.map_or_else(|| peer.to_string(), |before| format!("{before}, {peer}"));
    let port = visit.host.port().to_string();
    for (name, value) in [
        ("x-forwarded-for", &*hops),
        ("x-forwarded-port", &*port),
        ("x-forwarded-proto", "http"),
        ("x-amzn-trace-id", &*visit.trace_id),
    ] {
        headers.insert(name, HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static("")));
    }
    headers
}

/// The response that a proxy reply means; the error says what is wrong with it.
pub(crate) async fn response(payload: Bytes, rules: ReplyRules) -> Result<Reply, CallError> {
    let invoked = Invoked {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        function_error: None,
        aws_request_id: None,
        version: None,
        log_tail: None,
        body: net::Body::from(payload),
    };
    let (head, body) = reply::read(&call::Reply::Proxy(rules), invoked, false).await?.into_parts();
    let body = match body {
        net::Body::Full(bytes) => bytes,
        // A proxy reply is held whole before it is read.
        net::Body::Empty | net::Body::Incoming(_) | net::Body::Pooled(_) | net::Body::Stream(_) => Bytes::new(),
    };
    Ok(Response::from_parts(head, Body::Whole(body)))
}
