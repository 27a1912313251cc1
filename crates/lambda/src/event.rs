//! Event shapes: what a function is given, built from a request by [`EventRules`](model::call::EventRules).

use crate::error::CallError;
use bytes::Bytes;
use http::{HeaderMap, Method, Version};
use model::call::Payload;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

/// The request as events see it. Borrowed, so that building copies only into the event.
pub struct EventRequest<'a> {
    /// Method.
    pub method: &'a Method,
    /// HTTP version of the client's request.
    pub version: Version,
    /// `https` or `http`.
    pub https: bool,
    /// Path as received: percent-encoded, beginning with a slash.
    pub path: &'a str,
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
    /// The whole body.
    pub body: &'a [u8],
}

/// Builds the payload of a call.
pub fn build(payload: &Payload, request: &EventRequest<'_>) -> Result<Bytes, CallError> {
    let _ = (payload, request);
    unimplemented!()
}
