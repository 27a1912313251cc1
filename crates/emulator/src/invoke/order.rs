//! A request to call a function, checked: who sends it, what it is for, what it carries.

use super::Mode;
use crate::function::Function;
use crate::host::Host;
use crate::instance::Invocation;
use crate::name::FunctionName;
use crate::payload::{EVENT_LIMIT, SYNC_LIMIT};
use crate::refusal::Refusal;
use crate::signature;
use crate::version::{self, LATEST};
use crate::visit::Visit;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use hyper::body::Incoming;
use serde::de::IgnoredAny;
use std::fmt::Display;
use std::sync::Arc;

/// A client context as it travels: base64.
const MAX_CLIENT_CONTEXT: usize = 3583;
const MAX_TENANT_ID: usize = 256;
/// Media types that SDKs send JSON as, and curl's own.
const JSON_TYPES: [&str; 4] =
    ["application/json", "application/octet-stream", "binary/octet-stream", "application/x-www-form-urlencoded"];

/// `X-Amz-Invocation-Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

/// A request that has been checked.
pub(super) struct Order {
    pub(super) kind: Kind,
    pub(super) function: Arc<Function>,
    /// The version that runs.
    pub(super) version: Arc<str>,
    pub(super) invocation: Invocation,
    pub(super) tail: bool,
}

impl Order {
    pub(super) async fn read(visit: Visit<Incoming>, name: &str, mode: Mode) -> Result<Self, Refusal> {
        let kind = Kind::read(&visit.head.headers, mode)?;
        let visit = visit.read(kind.limit()).await.map_err(|unread| Refusal::unread(&unread, kind.limit()))?;
        signature::check(&visit, "lambda")?;
        let headers = &visit.head.headers;
        check_content_type(headers)?;
        let name = FunctionName::read(name, visit.head.uri.query())?;
        let (function, version, arn) = find(&visit.host, &name)?;
        let event = json(visit.body.clone())?;
        let (client_context, tenant_id) = (client_context(headers)?, tenant_id(headers)?);
        refuse_durable(headers)?;
        let tail = wants_tail(headers)? && kind == Kind::RequestResponse;
        let invocation = Invocation { client_context, tenant_id, ..visit.invocation(event, arn) };
        Ok(Self { kind, function, version, invocation, tail })
    }
}

impl Kind {
    fn read(headers: &HeaderMap, mode: Mode) -> Result<Self, Refusal> {
        let allowed = match mode {
            Mode::Buffered => "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
            Mode::Streamed => "Member must satisfy enum value set: [RequestResponse, DryRun]",
        };
        match headers.get("x-amz-invocation-type").map(HeaderValue::as_bytes) {
            None | Some(b"" | b"RequestResponse") => Ok(Self::RequestResponse),
            Some(b"Event") if mode == Mode::Buffered => Ok(Self::Event),
            Some(b"DryRun") => Ok(Self::DryRun),
            Some(other) => Err(invalid("invocationType", other, allowed)),
        }
    }

    fn limit(self) -> usize {
        match self {
            Self::RequestResponse | Self::DryRun => SYNC_LIMIT,
            Self::Event => EVENT_LIMIT,
        }
    }
}

/// The function, the version that its qualifier means, and the ARN as the caller has it.
fn find(host: &Host, name: &FunctionName) -> Result<(Arc<Function>, Arc<str>, String), Refusal> {
    let arn = host.arn(&name.name, name.qualifier.as_deref());
    let Some(function) = host.functions.find(&name.name) else { return Err(Refusal::NotFound { arn }) };
    let version = match &name.qualifier {
        None => LATEST.to_owned(),
        Some(qualifier) => {
            let definition = function.definition().map_err(|reason| Refusal::of(reason, &arn))?;
            let version = version::named(&definition, qualifier);
            version.ok_or_else(|| Refusal::NotFound { arn: arn.clone() })?
        }
    };
    Ok((function, version.into(), arn))
}

/// Most SDKs send none at all.
fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let text = String::from_utf8_lossy(value.as_bytes());
    let media = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = media.is_empty()
        || JSON_TYPES.contains(&&*media)
        || media.starts_with("application/x-amz-json-")
        || (media.starts_with("application/") && media.ends_with("+json"));
    if is_json { Ok(()) } else { Err(Refusal::UnsupportedMediaType(media)) }
}

fn wants_tail(headers: &HeaderMap) -> Result<bool, Refusal> {
    match headers.get("x-amz-log-type").map(HeaderValue::as_bytes) {
        None | Some(b"" | b"None") => Ok(false),
        Some(b"Tail") => Ok(true),
        Some(other) => Err(invalid("logType", other, "Member must satisfy enum value set: [None, Tail]")),
    }
}

fn tenant_id(headers: &HeaderMap) -> Result<Option<Arc<str>>, Refusal> {
    let Some(value) = headers.get("x-amz-tenant-id") else { return Ok(None) };
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._:/=+-@ ".contains(byte);
    match value.to_str() {
        Ok(text) if (1..=MAX_TENANT_ID).contains(&text.len()) && text.as_bytes().iter().all(allowed) => {
            Ok(Some(text.into()))
        }
        _ => Err(invalid(
            "tenantId",
            value.as_bytes(),
            "Member must satisfy regular expression pattern: [a-zA-Z0-9\\._:\\/=+\\-@ ]+",
        )),
    }
}

/// No function here is durable.
fn refuse_durable(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.contains_key("x-amz-durable-execution-name") {
        return Err(Refusal::InvalidParameter("DurableExecutionName is only supported for durable functions."));
    }
    Ok(())
}

fn invalid(place: &'static str, value: &[u8], constraint: &'static str) -> Refusal {
    Refusal::Validation { place, value: String::from_utf8_lossy(value).into_owned(), constraint }
}

/// The event must be JSON; none at all is an empty object.
fn json(event: Bytes) -> Result<Bytes, Refusal> {
    if event.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    let bad = |error: &dyn Display| Refusal::BadContent(format!("Could not parse request body into json: {error}"));
    // What is skipped is not checked for UTF-8, so that comes first.
    let text = std::str::from_utf8(&event).map_err(|error| bad(&error))?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| bad(&error))?;
    Ok(event)
}

/// Decoded and known to be an object: runtimes break on anything else.
fn client_context(headers: &HeaderMap) -> Result<Option<Arc<str>>, Refusal> {
    let Some(value) = headers.get("x-amz-client-context") else { return Ok(None) };
    let object = BASE64_STANDARD
        .decode(value.as_bytes())
        .ok()
        .filter(|_| value.len() <= MAX_CLIENT_CONTEXT)
        .and_then(|json| serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&json).ok());
    match object {
        // Written anew: a line break in it would not survive in a header.
        Some(object) => Ok(Some(serde_json::Value::Object(object).to_string().into())),
        None => Err(Refusal::BadContent("Client context must be a valid Base64-encoded JSON object.".to_owned())),
    }
}
