//! Which API a request is for: the first thing that is looked at.
//!
//! | host or path | API |
//! |---|---|
//! | `NAME.lambda-url.…` | the function's URL |
//! | `/url/NAME/…` | the same |
//! | `/stage/STAGE/NAME/…` | a stage of a REST API |
//! | `/2015-03-31/…`, `/2021-11-15/…`, `/2021-10-31/…` | Lambda's own API |
//! | `/_lambdagate/route/ROUTE/…` | Lambda's own API, called by that route of a gateway |
//! | `/_lambdagate/logs/NAME` | what a function prints |
//! | `/` | STS |

use crate::caller::{self, Caller};
use crate::control::{self, Question};
use crate::host::Host;
use crate::invoke::{self, Mode};
use crate::refusal::Refusal;
use crate::reply::{Reply, tell};
use crate::visit::{Visit, authority, without_port};
use crate::{logs, stage, sts, url};
use http::{Method, Request};
use hyper::body::Incoming;
use std::net::SocketAddr;
use std::sync::Arc;

/// Answers one request.
pub(crate) async fn answer(host: Arc<Host>, peer: SocketAddr, request: Request<Incoming>) -> Reply {
    let mut visit = Visit::new(host, peer, request);
    let (request_id, trace_id) = (visit.request_id.clone(), visit.trace_id.clone());
    let (caller, path) = caller::split(visit.head.uri.path());
    let path = path.to_owned();
    visit.caller = caller;
    let mut reply = serve(visit, &path).await;
    tell(reply.headers_mut(), "x-amzn-requestid", &request_id);
    tell(reply.headers_mut(), "x-amzn-trace-id", &trace_id);
    reply
}

/// What a request is for.
#[derive(Debug, PartialEq, Eq)]
enum Door<'a> {
    /// The URL of this function, and the path behind it.
    Url(&'a str, &'a str),
    /// `STAGE/NAME/…`.
    Stage(&'a str),
    /// The log of this function.
    Log(&'a str),
    Sts,
    Call(&'a str, Mode),
    Ask(Question<'a>),
    Nothing,
}

async fn serve(mut visit: Visit<Incoming>, path: &str) -> Reply {
    let host = without_port(authority(&visit.head)).to_owned();
    let method = visit.head.method.clone();
    match Door::of(&host, &method, path) {
        Door::Url(name, path) => {
            visit.caller = Caller::Url;
            url::answer(visit, name, path).await
        }
        Door::Stage(rest) => {
            visit.caller = Caller::Stage(rest.split('/').next().unwrap_or_default().into());
            stage::answer(visit, rest).await
        }
        Door::Log(name) => logs::answer(&visit, name),
        Door::Sts => sts::answer(visit).await,
        Door::Call(name, mode) => invoke::answer(visit, name, mode).await,
        Door::Ask(question) => control::answer(visit, question).await,
        Door::Nothing => Refusal::UnknownOperation.reply(),
    }
}

impl<'a> Door<'a> {
    fn of(host: &'a str, method: &Method, path: &'a str) -> Self {
        if let Some((name, _)) = host.split_once(".lambda-url.") {
            return Self::Url(name, path);
        }
        if path == "/" {
            return Self::Sts;
        }
        if let Some(rest) = path.strip_prefix("/url/") {
            let (name, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            return Self::Url(name, path);
        }
        if let Some(rest) = path.strip_prefix("/stage/") {
            return Self::Stage(rest);
        }
        if let Some(name) = path.strip_prefix("/_lambdagate/logs/") {
            return Self::Log(name);
        }
        Self::of_lambda(method, path).unwrap_or(Self::Nothing)
    }

    /// The operations of Lambda's own API.
    fn of_lambda(method: &Method, path: &'a str) -> Option<Self> {
        if method == Method::GET {
            return Question::read(path).map(Self::Ask);
        }
        let called = |before, behind, mode| {
            let name = path.strip_prefix(before)?.strip_suffix(behind)?;
            (method == Method::POST && !name.is_empty() && !name.contains('/')).then_some(Self::Call(name, mode))
        };
        called("/2015-03-31/functions/", "/invocations", Mode::Buffered)
            .or_else(|| called("/2021-11-15/functions/", "/response-streaming-invocations", Mode::Streamed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_path_lead_to_an_api() {
        let streaming = "/2021-11-15/functions/f/response-streaming-invocations";
        check("x", "POST /2015-03-31/functions/f/invocations", Door::Call("f", Mode::Buffered));
        check("x", &format!("POST {streaming}"), Door::Call("f", Mode::Streamed));
        check("x", "GET /2015-03-31/functions/f/invocations", Door::Nothing);
        check("x", &format!("GET {streaming}"), Door::Nothing);
        check("x", "POST /2015-03-31/functions/f/x/invocations", Door::Nothing);
        check("x", "POST /2015-03-31/functions//invocations", Door::Nothing);
        check("x", "GET /2015-03-31/functions", Door::Ask(Question::Functions));
        check("x", "DELETE /2015-03-31/functions/f", Door::Nothing);
        check("x", "GET /2021-10-31/functions/f/url", Door::Ask(Question::Url("f")));
        check("x", "DELETE /2021-10-31/functions/f/url", Door::Nothing);
        check("x", "POST /", Door::Sts);
        check("x", "GET /url/f", Door::Url("f", ""));
        check("x", "GET /url/f/a/b", Door::Url("f", "/a/b"));
        check("f.lambda-url.localhost", "GET /", Door::Url("f", "/"));
        check("f.lambda-url.eu-west-1.on.aws", "GET /stage/a/b", Door::Url("f", "/stage/a/b"));
        check("a.b.lambda-url.localhost", "PUT /x", Door::Url("a.b", "/x"));
        check("x", "GET /stage/prod/f/a", Door::Stage("prod/f/a"));
        check("x", "GET /_lambdagate/logs/f", Door::Log("f"));
        check("x", "GET /favicon.ico", Door::Nothing);
    }

    fn check(host: &str, request: &str, expected: Door<'_>) {
        let (method, path) = request.split_once(' ').unwrap();
        let door = Door::of(host, &method.parse().unwrap(), path);
        assert_eq!(door, expected, "{host} {request}");
    }
}
