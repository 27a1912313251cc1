//! The Invoke API: one request, checked as AWS checks it, becomes a call and its answer a response.

mod name;
mod refusal;
mod signature;
mod trace;

use crate::call::{self, Answer, Call, VERSION};
use crate::function::{Function, NoTurn};
use crate::host::Host;
use crate::instance::Invocation;
use crate::payload::{self, EVENT_LIMIT, SYNC_LIMIT, Unread};
use crate::settings::CallReport;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use name::FunctionName;
use refusal::Refusal;
use serde::de::IgnoredAny;
use std::fmt::Display;
use std::sync::Arc;
use std::time::SystemTime;

/// A client context as it travels: base64.
const MAX_CLIENT_CONTEXT: usize = 3583;
const ADDED_KB: usize = 1024;

type Reply = Response<Full<Bytes>>;

/// `X-Amz-Invocation-Type`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

/// A request that has been checked.
struct Order {
    kind: Kind,
    function: Arc<Function>,
    invocation: Invocation,
    tail: bool,
}

/// Answers one request; whatever is wrong with it becomes AWS's error.
pub(crate) async fn answer(host: Arc<Host>, request: Request<Incoming>) -> Reply {
    let request_id: Arc<str> = request_id().into();
    let (head, body) = request.into_parts();
    let trace_id: Arc<str> = trace::id(&head.headers).into();
    let mut reply = match order(&host, head, body, request_id.clone(), trace_id.clone()).await {
        Ok(order) => place(host, order).await.unwrap_or_else(|refusal| refusal.reply()),
        Err(refusal) => refusal.reply(),
    };
    tell(reply.headers_mut(), "x-amzn-requestid", &request_id);
    tell(reply.headers_mut(), "x-amzn-trace-id", &trace_id);
    reply
}

/// Checks a request: who sends it, what it is for, what it carries.
async fn order(
    host: &Host,
    head: Parts,
    body: Incoming,
    request_id: Arc<str>,
    trace_id: Arc<str>,
) -> Result<Order, Refusal> {
    let name = operand(&head).ok_or(Refusal::UnknownOperation)?;
    let kind = Kind::read(&head.headers)?;
    let event = payload::read(body, kind.limit()).await.map_err(|unread| match unread {
        Unread::TooLarge(_) => Refusal::TooLarge { limit: kind.limit() },
        Unread::Cut => Refusal::BadContent("Request body was cut off".to_owned()),
    })?;
    signature::check(&host.keys, &head, &event, SystemTime::now())?;
    let name = FunctionName::read(name, head.uri.query())?;
    let arn = host.arn(&name.name, name.qualifier.as_deref());
    let Some(function) = host.functions.find(&name.name) else { return Err(Refusal::NotFound { arn }) };
    let client_context = client_context(&head.headers)?;
    let invocation = Invocation { request_id, event: json(event)?, function_arn: arn.into(), trace_id, client_context };
    Ok(Order { kind, function, invocation, tail: kind == Kind::RequestResponse && wants_tail(&head.headers) })
}

/// Runs the call, or lets it wait.
async fn place(host: Arc<Host>, order: Order) -> Result<Reply, Refusal> {
    let Order { kind, function, invocation, tail } = order;
    match kind {
        Kind::DryRun => Ok(empty(StatusCode::NO_CONTENT)),
        Kind::Event => {
            enqueue(host, function, invocation)?;
            Ok(empty(StatusCode::ACCEPTED))
        }
        Kind::RequestResponse => {
            let turn = function.turn().map_err(|reason| refuse(&host, &function, &invocation, reason))?;
            let call = Call { function, invocation, tail, status: 200 };
            // On its own: as with AWS, a caller who leaves does not end the call.
            let answer = tokio::spawn(call::run(host, turn, call)).await.map_err(|_| Refusal::Service)?;
            Ok(reply(answer))
        }
    }
}

/// Lets an event wait for its turn, if there is room.
fn enqueue(host: Arc<Host>, function: Arc<Function>, invocation: Invocation) -> Result<(), Refusal> {
    let kilobytes = u32::try_from(invocation.event.len().div_ceil(ADDED_KB).max(1)).unwrap_or(u32::MAX);
    let room = host.event_room.clone().try_acquire_many_owned(kilobytes).map_err(|_| Refusal::Throttled)?;
    tokio::spawn(async move {
        let _room = room;
        match function.wait_for_turn().await {
            Ok(turn) => {
                let call = Call { function, invocation, tail: false, status: 202 };
                drop(call::run(host, turn, call).await);
            }
            Err(reason) => drop(refuse(&host, &function, &invocation, reason)),
        }
    });
    Ok(())
}

fn refuse(host: &Host, function: &Function, invocation: &Invocation, reason: NoTurn) -> Refusal {
    let refusal = match reason {
        NoTurn::Throttled => Refusal::Throttled,
        NoTurn::Unusable(reason) => Refusal::Unusable(reason),
        NoTurn::Gone => Refusal::NotFound { arn: invocation.function_arn.to_string() },
    };
    host.report(&CallReport {
        function: function.name().clone(),
        request_id: invocation.request_id.clone(),
        cold: false,
        milliseconds: 0.0,
        status: refusal.status().as_u16(),
        error: Some(format!("{}: {refusal}", refusal.kind())),
    });
    refusal
}

fn reply(answer: Answer) -> Reply {
    let mut reply = Response::new(Full::new(answer.payload));
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-amzn-remapped-content-length", HeaderValue::from_static("0"));
    headers.insert("x-amz-executed-version", HeaderValue::from_static(VERSION));
    if answer.failed {
        headers.insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    }
    if let Some(tail) = answer.tail {
        tell(headers, "x-amz-log-result", &BASE64_STANDARD.encode(tail));
    }
    reply
}

fn empty(status: StatusCode) -> Reply {
    let mut reply = Reply::default();
    *reply.status_mut() = status;
    reply.headers_mut().insert("x-amzn-remapped-content-length", HeaderValue::from_static("0"));
    if status == StatusCode::NO_CONTENT {
        reply.headers_mut().insert("x-amz-executed-version", HeaderValue::from_static(VERSION));
    }
    reply
}

/// The function's name as the path has it.
fn operand(head: &Parts) -> Option<&str> {
    let rest = head.uri.path().strip_prefix("/2015-03-31/functions/")?;
    let name = rest.strip_suffix("/invocations")?;
    (head.method == Method::POST && !name.contains('/')).then_some(name)
}

impl Kind {
    fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        match headers.get("x-amz-invocation-type").map(HeaderValue::as_bytes) {
            None | Some(b"" | b"RequestResponse") => Ok(Self::RequestResponse),
            Some(b"Event") => Ok(Self::Event),
            Some(b"DryRun") => Ok(Self::DryRun),
            Some(other) => Err(Refusal::Validation {
                place: "invocationType",
                value: String::from_utf8_lossy(other).into_owned(),
                constraint: "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
            }),
        }
    }

    fn limit(self) -> usize {
        match self {
            Self::RequestResponse | Self::DryRun => SYNC_LIMIT,
            Self::Event => EVENT_LIMIT,
        }
    }
}

fn wants_tail(headers: &HeaderMap) -> bool {
    headers.get("x-amz-log-type").is_some_and(|value| value == "Tail")
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

/// A random UUID, version 4.
fn request_id() -> String {
    let bits = fastrand::u128(..) & !(0xf000 << 64) & !(0b11 << 62) | (0x4000 << 64) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn tell(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
