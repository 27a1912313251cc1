//! The Runtime API of one instance, on a port of its own: whoever asks there is that instance.
//!
//! The protocol knows no secret, so every process of this machine may ask. It is a place for development, not for guests.

use super::Outcome;
use super::seat::{Refused, Seat, Task};
use crate::payload::{self, SYNC_LIMIT, Unread};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Connections of one runtime, at most; clients use one.
const MAX_CONNECTIONS: usize = 16;
const PREFIX: &str = "/2018-06-01/runtime/";
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
/// An error report longer than this is cut off by AWS too.
const MAX_ERROR_TYPE: usize = 256;

type Answer = Response<Full<Bytes>>;

/// Serves one instance until it is dropped.
pub(super) async fn serve(listener: TcpListener, seat: Arc<Seat>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, seat.clone()))),
                Err(_) => tokio::task::yield_now().await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, seat: Arc<Seat>) {
    let _only_slower = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let seat = seat.clone();
        async move { Ok::<_, Infallible>(answer(&seat, request).await) }
    });
    // How a runtime leaves does not matter: its process tells.
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(seat: &Seat, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    let Some(path) = head.uri.path().strip_prefix(PREFIX) else { return not_found() };
    let invocation = path.strip_prefix("invocation/").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
    match (&head.method, path, invocation) {
        (&Method::GET, "invocation/next", _) => next(seat).await,
        (&Method::POST, "init/error", _) => init_error(seat, &head.headers, body).await,
        (&Method::POST, _, Some((id, "response"))) => response(seat, id, body).await,
        (&Method::POST, _, Some((id, "error"))) => error(seat, id, &head.headers, body).await,
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
    response
}

async fn response(seat: &Seat, id: &str, body: Incoming) -> Answer {
    if let Err(reason) = seat.may_answer(id) {
        return refused(&reason);
    }
    let (outcome, answer) = match payload::read(body, SYNC_LIMIT).await {
        Ok(payload) => (Outcome::Response(payload), accepted()),
        Err(Unread::TooLarge(size)) => (Outcome::TooLarge(size), too_large()),
        Err(Unread::Cut) => (Outcome::Truncated, accepted()),
    };
    seat.answer(id, outcome).map_or_else(|reason| refused(&reason), |()| answer)
}

async fn error(seat: &Seat, id: &str, headers: &HeaderMap, body: Incoming) -> Answer {
    if let Err(reason) = seat.may_answer(id) {
        return refused(&reason);
    }
    let reason = reason(headers, body).await;
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
    let kind =
        headers.get(ERROR_TYPE).and_then(|value| value.to_str().ok()).filter(|kind| kind.len() <= MAX_ERROR_TYPE);
    let body = serde_json::json!({ "errorType": kind.unwrap_or("Runtime.Unknown"), "errorMessage": "" });
    body.to_string().into()
}

fn accepted() -> Answer {
    json(StatusCode::ACCEPTED, Bytes::from_static(b"{\"status\":\"OK\"}\n"))
}

fn refused(reason: &Refused) -> Answer {
    match reason {
        Refused::InvalidRequestId => failure(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
        Refused::InvalidState => failure(StatusCode::FORBIDDEN, "InvalidStateTransition", "Not in this state"),
    }
}

fn too_large() -> Answer {
    let message = format!("Exceeded maximum allowed payload size ({SYNC_LIMIT} bytes).");
    failure(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
}

fn not_found() -> Answer {
    failure(StatusCode::NOT_FOUND, "NotFound", "No such operation")
}

fn failure(status: StatusCode, kind: &str, message: &str) -> Answer {
    json(status, serde_json::json!({ "errorMessage": message, "errorType": kind }).to_string().into())
}

fn json(status: StatusCode, body: Bytes) -> Answer {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
