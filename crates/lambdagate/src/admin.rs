//! Ports of Admin APIs: connections in, requests held whole and limited, answers of the dialect out.

use crate::exit::Refusal;
use bytes::Bytes;
use dialect::admin::{AdminApi, Desk};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Connections served at once; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 256;
/// How long a client may take for its request header.
const HEADER_TIME: Duration = Duration::from_secs(30);
/// How long a client may take for its body.
const BODY_TIME: Duration = Duration::from_secs(60);
/// Bytes of a body: a whole configuration may be sent at once.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// An Admin API with its desk.
#[derive(Clone)]
pub(crate) struct Counter {
    pub(crate) api: Arc<dyn AdminApi>,
    pub(crate) desk: Desk,
}

/// Opens a port; nothing answers on it yet.
pub(crate) fn bind(address: SocketAddr) -> Result<std::net::TcpListener, Refusal> {
    let remedy = "end the other process, or give --admin another address";
    net::listen::bind(address, false).map_err(|error| Refusal::new(format!("Admin API: {error}"), remedy))
}

/// Answers on the port until the runtime ends.
pub(crate) async fn serve(socket: TcpListener, counter: Counter) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, counter.clone()))),
                Err(error) => {
                    tracing::warn!(%error, "Admin API cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, counter: Counter) {
    let service = service_fn(move |request| {
        let counter = counter.clone();
        async move { Ok::<_, Infallible>(answer(request, &counter).await.map(Full::new)) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "connection to an Admin API ended early");
    }
}

async fn answer(request: Request<Incoming>, counter: &Counter) -> Response<Bytes> {
    let (head, body) = request.into_parts();
    let body = match tokio::time::timeout(BODY_TIME, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return refusal(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => return refusal(StatusCode::BAD_REQUEST),
        Err(_) => return refusal(StatusCode::REQUEST_TIMEOUT),
    };
    counter.api.answer(Request::from_parts(head, body), &counter.desk).await
}

/// What is said before the dialect is asked.
fn refusal(status: StatusCode) -> Response<Bytes> {
    let text = format!("{{\"message\":\"{}\"}}", status.canonical_reason().unwrap_or("refused"));
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}
