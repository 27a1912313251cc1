//! The Runtime API of one instance, on a port of its own: whoever asks there is that instance.
//!
//! The protocol knows no secret, so every process of this machine may ask. It is a place for development, not for guests.

pub(super) mod reply;
mod streamed;

use super::extensions::{self, Extensions};
use super::seat::{Refused, Seat, Task};
use super::{ExtensionFailure, Outcome};
use crate::detached::Detached;
use crate::payload::{self, SYNC_LIMIT, Unread};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use reply::{accepted, bad_mode, cut, not_found, refused, too_large};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Connections of one runtime and its extensions, at most; clients use one each, and some.
const MAX_CONNECTIONS: usize = 64;
const PREFIX: &str = "/2018-06-01/runtime/";
const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";
/// An answer that breaks off is usually that of a process that is ending: so long its end is waited for.
const LAST_WORDS: Duration = Duration::from_secs(1);
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
/// An error report longer than this is cut off by AWS too.
const MAX_ERROR_TYPE: usize = 256;

pub(super) type Answer = Response<Full<Bytes>>;

/// The gateway's side of an instance.
pub(super) struct Side {
    pub(super) seat: Seat,
    pub(super) extensions: Extensions,
    pub(super) about: About,
}

/// What extensions are told of the function.
pub(super) struct About {
    pub(super) function: Arc<str>,
    pub(super) version: Arc<str>,
    pub(super) handler: String,
    pub(super) account: String,
}

impl Side {
    /// An extension has failed, and the instance with it.
    pub(super) fn failed(&self, kind: &'static str, message: &str) {
        self.seat.broke(ExtensionFailure { kind, message: message.to_owned() });
    }
}

/// Serves one instance until it is dropped.
pub(super) async fn serve(listener: TcpListener, side: Arc<Side>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, side.clone()))),
                Err(_) => tokio::task::yield_now().await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, side: Arc<Side>) {
    let _only_slower = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let side = side.clone();
        async move { Ok::<_, Infallible>(answer(&side, request).await) }
    });
    // How a runtime leaves does not matter: its process tells.
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(side: &Arc<Side>, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    let seat = &side.seat;
    let Some(path) = head.uri.path().strip_prefix(PREFIX) else {
        return extensions::api::answer(side, &head, body).await.unwrap_or_else(not_found);
    };
    let invocation = path.strip_prefix("invocation/").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
    match (&head.method, path, invocation) {
        (&Method::GET, "invocation/next", _) => {
            side.extensions.close();
            next(seat).await
        }
        (&Method::POST, "init/error", _) => init_error(seat, &head.headers, body).await,
        // Read to their ends, though the runtime may be gone by then.
        (&Method::POST, _, Some((id, "response"))) => {
            Detached::new(response(side.clone(), id.to_owned(), head.headers, body)).await
        }
        (&Method::POST, _, Some((id, "error"))) => {
            Detached::new(error(side.clone(), id.to_owned(), head.headers, body)).await
        }
        _ => not_found(),
    }
}

async fn next(seat: &Seat) -> Answer {
    match seat.ask() {
        Ok(task) => match task.await {
            Ok(task) => given(task),
            // Another question of the same runtime took this one's place.
            Err(_) => refused(&Refused::InvalidState),
        },
        Err(reason) => refused(&reason),
    }
}

fn given(Task { invocation, deadline }: Task) -> Answer {
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut response = Response::new(Full::new(invocation.event));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut tell = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
    };
    tell("lambda-runtime-aws-request-id", &invocation.request_id);
    tell("lambda-runtime-deadline-ms", &deadline.to_string());
    tell("lambda-runtime-invoked-function-arn", &invocation.function_arn);
    tell("lambda-runtime-trace-id", &invocation.trace_id);
    if let Some(context) = &invocation.client_context {
        tell("lambda-runtime-client-context", context);
    }
    if let Some(tenant) = &invocation.tenant_id {
        tell("lambda-runtime-aws-tenant-id", tenant);
    }
    response
}

async fn response(side: Arc<Side>, id: String, headers: HeaderMap, body: Incoming) -> Answer {
    let (seat, id) = (&side.seat, &*id);
    match headers.get(RESPONSE_MODE).map(HeaderValue::as_bytes) {
        None | Some(b"") => whole(seat, id, body).await,
        Some(b"streaming") => streamed::take(seat, id, &headers, body).await,
        Some(_) => {
            let reason = error_body("Runtime.InvalidResponseModeHeader");
            let told = seat.begin(id).and_then(|()| seat.answer(id, Outcome::Error(reason)));
            told.map_or_else(|reason| refused(&reason), |()| bad_mode())
        }
    }
}

async fn whole(seat: &Seat, id: &str, body: Incoming) -> Answer {
    if let Err(reason) = seat.begin(id) {
        return refused(&reason);
    }
    let (outcome, answer) = match payload::read(body, SYNC_LIMIT).await {
        Ok(payload) => (Outcome::Response(payload), accepted()),
        Err(Unread::TooLarge(size)) => (Outcome::TooLarge { size, limit: SYNC_LIMIT }, too_large(SYNC_LIMIT)),
        Err(Unread::Cut) => (broken_off(seat).await, cut()),
    };
    seat.answer(id, outcome).map_or_else(|reason| refused(&reason), |()| answer)
}

/// Why an answer broke off: the process has ended, or only its connection.
async fn broken_off(seat: &Seat) -> Outcome {
    let exit = tokio::time::timeout(LAST_WORDS, seat.exit()).await;
    exit.map_or(Outcome::Truncated, Outcome::Exited)
}

async fn error(side: Arc<Side>, id: String, headers: HeaderMap, body: Incoming) -> Answer {
    let (seat, id) = (&side.seat, &*id);
    if let Err(reason) = seat.begin(id) {
        return refused(&reason);
    }
    let reason = reason(&headers, body).await;
    seat.answer(id, Outcome::Error(reason)).map_or_else(|reason| refused(&reason), |()| accepted())
}

async fn init_error(seat: &Seat, headers: &HeaderMap, body: Incoming) -> Answer {
    let reason = reason(headers, body).await;
    seat.init_failed(reason).map_or_else(|reason| refused(&reason), |()| accepted())
}

/// The error as the runtime tells it; when that is nothing, what its header says.
async fn reason(headers: &HeaderMap, body: Incoming) -> Bytes {
    let told = payload::read(body, SYNC_LIMIT).await.unwrap_or_default();
    if !told.is_empty() {
        return told;
    }
    error_body(error_type(headers).unwrap_or("Runtime.Unknown"))
}

fn error_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(ERROR_TYPE).and_then(|value| value.to_str().ok()).filter(|kind| kind.len() <= MAX_ERROR_TYPE)
}

fn error_body(kind: &str) -> Bytes {
    serde_json::json!({ "errorType": kind, "errorMessage": "" }).to_string().into()
}
