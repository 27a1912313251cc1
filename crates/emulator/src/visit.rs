//! One request: who sends it, what it says, and the ids it is known by.

use crate::caller::Caller;
use crate::function::{Function, Turn};
use crate::host::Host;
use crate::instance::Invocation;
use crate::payload::{self, Unread};
use crate::refusal::Refusal;
use crate::trace;
use bytes::Bytes;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

/// A request that has come and is not answered yet; its body is still to be read, or held.
pub(crate) struct Visit<B> {
    pub(crate) host: Arc<Host>,
    pub(crate) peer: SocketAddr,
    pub(crate) head: Parts,
    pub(crate) body: B,
    pub(crate) caller: Caller,
    /// `x-amzn-RequestId`.
    pub(crate) request_id: Arc<str>,
    /// `X-Amzn-Trace-Id`.
    pub(crate) trace_id: Arc<str>,
    pub(crate) time: SystemTime,
}

impl Visit<Incoming> {
    pub(crate) fn new(host: Arc<Host>, peer: SocketAddr, request: Request<Incoming>) -> Self {
        let (head, body) = request.into_parts();
        let trace_id = trace::id(&head.headers).into();
        let (caller, request_id) = (Caller::default(), request_id().into());
        Self { host, peer, head, body, caller, request_id, trace_id, time: SystemTime::now() }
    }

    /// Reads the body, of at most `limit` bytes.
    pub(crate) async fn read(self, limit: usize) -> Result<Visit<Bytes>, Unread> {
        let Self { host, peer, head, body, caller, request_id, trace_id, time } = self;
        let body = payload::read(body, limit).await?;
        Ok(Visit { host, peer, head, body, caller, request_id, trace_id, time })
    }
}

impl Visit<Bytes> {
    /// A turn of the function for this. Whoever looks at the calls is told if there is none.
    pub(crate) fn turn(&self, function: &Function, invocation: &Invocation) -> Result<Turn, Refusal> {
        function.turn().map_err(|reason| Refusal::told(&self.host, function, invocation, reason))
    }

    /// What the function is given, for an event without anything beside it.
    pub(crate) fn invocation(&self, event: Bytes, arn: String) -> Invocation {
        Invocation {
            request_id: self.request_id.clone(),
            event,
            function_arn: arn.into(),
            trace_id: self.trace_id.clone(),
            caller: self.caller.clone(),
            client_context: None,
            tenant_id: None,
        }
    }
}

/// Whom the request is sent to: HTTP/1 says so in a field, HTTP/2 beside the path.
pub(crate) fn authority(head: &Parts) -> &str {
    let beside = || head.uri.authority().map(|authority| authority.as_str());
    head.headers.get(HOST).map_or_else(beside, |host: &HeaderValue| host.to_str().ok()).unwrap_or_default()
}

/// A host without its port.
pub(crate) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// A random UUID, version 4.
fn request_id() -> String {
    let bits = fastrand::u128(..) & !(0xf000 << 64) & !(0b11 << 62) | (0x4000 << 64) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
