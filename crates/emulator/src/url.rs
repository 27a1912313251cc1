//! Function URLs: `http://NAME.lambda-url.localhost:PORT/…` and `http://127.0.0.1:PORT/url/NAME/…`.
//!
//! A function that says nothing about its URL has one for everybody, whose answers are held whole.

mod cors;
mod event;
mod flow;
mod prelude;

use crate::answer::Answer;
use crate::body::Body;
use crate::call::{self, Call};
use crate::function::{AuthType, Function, InvokeMode, Url};
use crate::functions::is_name;
use crate::host::Host;
use crate::payload::SYNC_LIMIT;
use crate::refusal::Refusal;
use crate::reply::{self, Reply};
use crate::settings::KeyPair;
use crate::shape;
use crate::signature::{self, Denial};
use crate::version::LATEST;
use crate::visit::Visit;
use bytes::Bytes;
use http::StatusCode;
use http::header::ORIGIN;
use hyper::body::Incoming;
use model::call::ReplyRules;
use std::sync::Arc;

/// What a URL has that says nothing about itself.
pub(crate) const UNWRITTEN: Url = Url { auth: AuthType::None, mode: InvokeMode::Buffered, cors: None };
const FORBIDDEN: &str = r#"{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}"#;

/// What a URL answers when the function does not.
enum Failure {
    NoFunction,
    Forbidden,
    Refused(Refusal),
    /// The function failed, or its answer means nothing.
    Function,
}

/// Answers one request to the URL of the function `name`; `path` is what is behind it.
pub(crate) async fn answer(visit: Visit<Incoming>, name: &str, path: &str) -> Reply {
    serve(visit, name, path).await.unwrap_or_else(|failure| failure.reply())
}

async fn serve(visit: Visit<Incoming>, name: &str, path: &str) -> Result<Reply, Failure> {
    let function = find(&visit.host, name).ok_or(Failure::NoFunction)?;
    let arn = visit.host.arn(function.name(), None);
    let definition = function.definition().map_err(|reason| Refusal::of(reason, &arn))?;
    let url = definition.url.clone().unwrap_or(UNWRITTEN);
    let Some(cors) = &url.cors else { return run(visit, function, &url, arn, path).await };
    if let Some(reply) = cors::preflight(cors, &visit.head) {
        return Ok(reply);
    }
    let origin = visit.head.headers.get(ORIGIN).cloned();
    // A page may read what went wrong, too.
    let mut reply = run(visit, function, &url, arn, path).await.unwrap_or_else(|failure| failure.reply());
    cors::tell(cors, origin.as_ref(), reply.headers_mut());
    Ok(reply)
}

/// Lets the function answer.
async fn run(
    visit: Visit<Incoming>,
    function: Arc<Function>,
    url: &Url,
    arn: String,
    path: &str,
) -> Result<Reply, Failure> {
    let visit = visit.read(SYNC_LIMIT).await.map_err(|unread| Refusal::unread(&unread, SYNC_LIMIT))?;
    let key = caller(url.auth, &visit)?;
    let event = event::of(&visit, key, function.name(), path).map_err(|_| Refusal::TooLarge { limit: SYNC_LIMIT })?;
    let invocation = visit.invocation(event, arn);
    let turn = visit.turn(&function, &invocation)?;
    let call = Call { function, version: LATEST.into(), invocation, tail: false, status: 200 };
    match url.mode {
        InvokeMode::Buffered => whole(call::run(visit.host, turn, call).await).await,
        InvokeMode::ResponseStream => flow::begin(call::stream(visit.host, turn, call).await).await,
    }
}

/// Browsers write hosts in small letters.
fn find(host: &Host, name: &str) -> Option<Arc<Function>> {
    let name = Some(name).filter(|name| is_name(name))?;
    host.functions.find(name).or_else(|| {
        let all = host.functions.list();
        let meant = all.into_iter().find(|info| info.name.eq_ignore_ascii_case(name))?;
        host.functions.find(&meant.name)
    })
}

/// The key of whoever calls, where one is wanted.
fn caller(auth: AuthType, visit: &Visit<Bytes>) -> Result<Option<&KeyPair>, Failure> {
    match auth {
        AuthType::None => Ok(None),
        AuthType::AwsIam => signature::check(visit, "lambda").map_err(|denial| match denial {
            Denial::Missing => Failure::Forbidden,
            Denial::Incomplete(_) | Denial::Invalid(_) | Denial::UnknownKey | Denial::Foreign(_) => {
                Refusal::Denied(denial).into()
            }
        }),
    }
}

async fn whole(answer: Answer) -> Result<Reply, Failure> {
    if answer.failed {
        return Err(Failure::Function);
    }
    shape::response(answer.payload, ReplyRules::default()).await.map_err(|error| {
        tracing::warn!(%error, "a function url cannot answer with this reply");
        Failure::Function
    })
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Failure {
    fn reply(&self) -> Reply {
        match self {
            Self::NoFunction => reply::error(StatusCode::NOT_FOUND, "ResourceNotFoundException", r#"{"Message":null}"#),
            Self::Forbidden => reply::error(StatusCode::FORBIDDEN, "AccessDeniedException", FORBIDDEN),
            Self::Refused(refusal) => refusal.reply(),
            // AWS calls it JSON, which it is not.
            Self::Function => reply::json(StatusCode::BAD_GATEWAY, "Internal Server Error"),
        }
    }
}
