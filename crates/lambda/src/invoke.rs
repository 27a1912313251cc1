//! Calling: a target made ready once, then called many times.

use crate::error::CallError;
use bytes::Bytes;
use http::HeaderMap;
use model::call::{CallTimeouts, FunctionTarget, UrlTarget};
use net::Body;
use std::sync::Arc;

/// Connections, credentials and signing keys, shared by every target of the process. Lives across reloads.
#[derive(Clone, Default)]
pub struct Lambda {}

/// A function made ready: endpoint resolved, path encoded, headers prepared, identity shared.
pub struct Function {}

/// A URL target made ready.
pub struct FunctionUrl {}

/// What a call gave.
pub struct Invoked {
    /// Status of the Lambda API (200, 202, 204) or of the URL.
    pub status: http::StatusCode,
    /// Header fields as they came.
    pub headers: HeaderMap,
    /// `X-Amz-Function-Error` as text (a function error is not an `Err`: faults decide what it means).
    pub function_error: Option<String>,
    /// `x-amzn-RequestId`.
    pub aws_request_id: Option<String>,
    /// `X-Amz-Executed-Version`.
    pub version: Option<String>,
    /// `X-Amz-Log-Result` as it came: base64.
    pub log_tail: Option<String>,
    /// The payload; of a known length for the Invoke API.
    pub body: Body,
}

/// A request to a URL target: the client's method, query, headers and body.
pub struct UrlRequest<'a> {
    /// Method.
    pub method: &'a http::Method,
    /// What [`model::call::UrlPath`] appends: percent-encoded, may be empty.
    pub path: &'a str,
    /// Query as received, without `?`.
    pub query: Option<&'a str>,
    /// The client's header fields; hop-by-hop and, when signing, `x-amz-*` ones are left out here.
    pub headers: &'a HeaderMap,
    /// The whole body: it is hashed.
    pub body: Bytes,
}

impl Lambda {
    /// Makes a function ready. Fails on what no call could survive: a bad endpoint URL, a bad name. A missing
    /// region is told by each call.
    pub fn function(&self, target: &FunctionTarget, timeouts: CallTimeouts) -> Result<Arc<Function>, CallError> {
        let _ = (target, timeouts);
        unimplemented!()
    }

    /// Makes a URL ready.
    pub fn url(&self, target: &UrlTarget, timeouts: CallTimeouts) -> Result<Arc<FunctionUrl>, CallError> {
        let _ = (target, timeouts);
        unimplemented!()
    }
}

impl Function {
    /// Calls it once. Never sends again what may have run.
    pub async fn invoke(&self, payload: Bytes) -> Result<Invoked, CallError> {
        let _ = payload;
        unimplemented!()
    }

    /// Name or ARN, for log and metrics.
    pub fn name(&self) -> &Arc<str> {
        unimplemented!()
    }
}

impl FunctionUrl {
    /// Calls it once.
    pub async fn call(&self, request: UrlRequest<'_>) -> Result<Invoked, CallError> {
        let _ = request;
        unimplemented!()
    }

    /// Host and path, for log and metrics.
    pub fn name(&self) -> &Arc<str> {
        unimplemented!()
    }
}
