//! The Invoke API, whole and streamed: one request, checked as AWS checks it, becomes a call and its answer a response.

mod frame;
mod order;
mod streamed;

use crate::answer::Answer;
use crate::body::Body;
use crate::call::{self, Call};
use crate::events::{self, Event};
use crate::host::Host;
use crate::refusal::Refusal;
use crate::reply::{self, Reply, tell};
use crate::visit::Visit;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderValue, Response, StatusCode};
use hyper::body::Incoming;
use order::{Kind, Order};
use std::sync::Arc;
use streamed::Framed;

/// How the caller takes the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `Invoke`.
    Buffered,
    /// `InvokeWithResponseStream`.
    Streamed,
}

/// Answers one request for the function that the path's segment `name` names.
pub(crate) async fn answer(visit: Visit<Incoming>, name: &str, mode: Mode) -> Reply {
    let host = visit.host.clone();
    match Order::read(visit, name, mode).await {
        Ok(order) => place(host, order, mode).await.unwrap_or_else(|refusal| refusal.reply()),
        Err(refusal) => refusal.reply(),
    }
}

/// Runs the call, or lets it wait.
async fn place(host: Arc<Host>, order: Order, mode: Mode) -> Result<Reply, Refusal> {
    let Order { kind, function, version, invocation, tail } = order;
    match kind {
        Kind::DryRun => Ok(empty(StatusCode::NO_CONTENT, Some(&version))),
        Kind::Event => {
            events::enqueue(host, Event { function, version, invocation })?;
            Ok(empty(StatusCode::ACCEPTED, None))
        }
        Kind::RequestResponse => {
            let turn = function.turn().map_err(|reason| Refusal::told(&host, &function, &invocation, reason))?;
            let call = Call { function, version: version.clone(), invocation, tail, status: 200 };
            Ok(match mode {
                Mode::Buffered => whole(call::run(host, turn, call).await, &version),
                Mode::Streamed => Framed::reply(call::stream(host, turn, call).await, &version),
            })
        }
    }
}

fn whole(answer: Answer, version: &str) -> Reply {
    let mut reply = reply::json(StatusCode::OK, answer.payload);
    let headers = reply.headers_mut();
    headers.insert("x-amzn-remapped-content-length", HeaderValue::from_static("0"));
    tell(headers, "x-amz-executed-version", version);
    if answer.failed {
        headers.insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    }
    if let Some(tail) = answer.tail {
        tell(headers, "x-amz-log-result", &BASE64_STANDARD.encode(tail));
    }
    reply
}

fn empty(status: StatusCode, version: Option<&str>) -> Reply {
    let mut reply = Response::new(Body::default());
    *reply.status_mut() = status;
    reply.headers_mut().insert("x-amzn-remapped-content-length", HeaderValue::from_static("0"));
    if let Some(version) = version {
        tell(reply.headers_mut(), "x-amz-executed-version", version);
    }
    reply
}
