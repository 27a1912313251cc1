//! A stage of a REST API: `http://127.0.0.1:PORT/stage/STAGE/NAME/…`, with the function behind every path.
//!
//! It wants `x-api-key` or a signature for `execute-api`, as methods do that ask for one. The resource is
//! `/{proxy+}`, all media types are binary.

mod event;

use crate::call::{self, Call};
use crate::functions::is_name;
use crate::host::Host;
use crate::payload::Unread;
use crate::reply::{self, Reply};
use crate::shape;
use crate::signature::{self, Denial};
use crate::version::LATEST;
use crate::visit::Visit;
use bytes::Bytes;
use event::Place;
use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use hyper::body::Incoming;
use model::Secret;
use model::call::ReplyRules;
use serde::de::IgnoredAny;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

/// What an API takes.
const LIMIT: usize = 10 * 1024 * 1024;
/// How long an API waits for a function.
const PATIENCE: Duration = Duration::from_secs(29);

/// Who calls.
enum Caller {
    ApiKey(String),
    AccessKey(String),
    Anyone,
}

/// What an API answers when the function does not.
#[derive(Debug)]
enum Failure {
    /// An API key that is none.
    Forbidden,
    Denied(Denial),
    TooLarge,
    TimedOut,
    /// The function failed, or its answer means nothing.
    Function,
    /// The function could not be called.
    Integration,
}

/// Answers one request; `rest` is `STAGE/NAME/…`.
pub(crate) async fn answer(visit: Visit<Incoming>, rest: &str) -> Reply {
    serve(visit, rest).await.unwrap_or_else(|failure| failure.reply())
}

async fn serve(visit: Visit<Incoming>, rest: &str) -> Result<Reply, Failure> {
    let visit = visit.read(LIMIT).await.map_err(|unread| match unread {
        Unread::TooLarge(_) => Failure::TooLarge,
        Unread::Cut => Failure::Integration,
    })?;
    let caller = caller(&visit)?;
    // What is not there looks as if it were for others.
    let absent = || Failure::Denied(Denial::Missing);
    let place = Place::read(rest).filter(|place| is_name(place.name)).ok_or_else(absent)?;
    let function = visit.host.functions.find(place.name).ok_or_else(absent)?;
    let event = event::of(&visit, &place, &caller).map_err(|_| Failure::TooLarge)?;
    let arn = visit.host.arn(function.name(), None);
    let invocation = visit.invocation(event, arn);
    let turn = visit.turn(&function, &invocation).map_err(|refusal| {
        tracing::warn!(function = place.name, %refusal, "a stage cannot call its function");
        Failure::Integration
    })?;
    let call = Call { function, version: LATEST.into(), invocation, tail: false, status: 200 };
    // The call goes on by itself when nobody waits any more.
    let answer = tokio::time::timeout(PATIENCE, call::run(visit.host, turn, call)).await;
    match answer.map_err(|_| Failure::TimedOut)? {
        answer if answer.failed => Err(Failure::Function),
        answer => response(place.name, answer.payload).await,
    }
}

/// An API key is looked at first; whoever shows neither that nor a signature is told about the latter.
fn caller(visit: &Visit<Bytes>) -> Result<Caller, Failure> {
    let headers = &visit.head.headers;
    let is_signed = headers.get(AUTHORIZATION).is_some_and(|value| value.as_bytes().starts_with(b"AWS4-"));
    match headers.get("x-api-key") {
        Some(given) if !is_signed => api_key(&visit.host, given),
        _ => {
            let key = signature::check(visit, "execute-api").map_err(Failure::Denied)?;
            Ok(key.map_or(Caller::Anyone, |key| Caller::AccessKey(key.access_key.clone())))
        }
    }
}

fn api_key(host: &Host, given: &HeaderValue) -> Result<Caller, Failure> {
    let is_given = |key: &&Secret| signature::equal(key.expose().as_bytes(), given.as_bytes());
    // All of them are looked at, so that the time it takes tells nothing.
    if host.auth && host.api_keys.iter().filter(is_given).count() == 0 {
        return Err(Failure::Forbidden);
    }
    Ok(Caller::ApiKey(String::from_utf8_lossy(given.as_bytes()).into_owned()))
}

/// REST APIs want an object, and no member that they do not know.
async fn response(name: &str, payload: Bytes) -> Result<Reply, Failure> {
    let malformed = |problem: &dyn Display| {
        tracing::warn!(function = name, %problem, "malformed Lambda proxy response");
        Failure::Function
    };
    if let Some(stranger) = stranger(&payload) {
        return Err(malformed(&format_args!("{stranger:?} is no member of a REST API's reply")));
    }
    let rules = ReplyRules { infer: false, ..ReplyRules::default() };
    shape::response(payload, rules).await.map_err(|error| malformed(&error))
}

/// A member that is not known.
fn stranger(payload: &[u8]) -> Option<String> {
    const KNOWN: [&str; 6] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "base64Encoded"];
    let members: BTreeMap<String, IgnoredAny> = serde_json::from_slice(payload).ok()?;
    members.into_keys().find(|name| !KNOWN.contains(&&**name))
}

impl Failure {
    fn reply(&self) -> Reply {
        let (status, kind, message) = match self {
            Self::Forbidden => (StatusCode::FORBIDDEN, "ForbiddenException", "Forbidden"),
            Self::Denied(denial) => {
                let message = json!({ "message": denial.to_string() }).to_string();
                return reply::error(StatusCode::FORBIDDEN, denial.kind(), message);
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", "Request Too Long"),
            Self::TimedOut => {
                (StatusCode::GATEWAY_TIMEOUT, "InternalServerErrorException", "Endpoint request timed out")
            }
            Self::Function => (StatusCode::BAD_GATEWAY, "InternalServerErrorException", "Internal server error"),
            Self::Integration => {
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerErrorException", "Internal server error")
            }
        };
        // A blank behind the colon here, none above: so it is at AWS for what the gateway itself has to say.
        let body = match status {
            StatusCode::FORBIDDEN => format!(r#"{{"message":"{message}"}}"#),
            _ => format!(r#"{{"message": "{message}"}}"#),
        };
        reply::error(status, kind, body)
    }
}
