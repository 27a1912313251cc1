//! Ports of Admin APIs: connections in, requests held whole and limited, answers of the dialect out.

use crate::exit::Refusal;
use crate::port;
use bytes::Bytes;
use dialect::admin::{AdminApi, Desk};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use net::tls::ServerTls;
use proxy::Shared;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

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

/// What a port with TLS shows.
pub(crate) fn tls(
    address: SocketAddr,
    written: &model::tls::ServerTls,
    shared: &Shared,
) -> Result<Arc<ServerTls>, Refusal> {
    let remedy = "give a certificate chain and its private key, both in PEM";
    let failed = |error| Refusal::new(format!("Admin API on {address}: {error}"), remedy);
    shared.server_tls(written, false).map_err(failed)
}

/// Opens a port on which a source tells of itself.
pub(crate) fn bind_port(address: SocketAddr) -> Result<std::net::TcpListener, Refusal> {
    let remedy = "end the other process, or choose another port in the settings";
    net::listen::bind(address, false).map_err(|error| Refusal::new(format!("status and metrics: {error}"), remedy))
}

/// Answers on the port until the runtime ends.
pub(crate) async fn serve(socket: TcpListener, tls: Option<Arc<ServerTls>>, counter: Counter) {
    port::serve(socket, "Admin API", tls, move |request| {
        let counter = counter.clone();
        async move { answer(request, &counter).await.map(Full::new) }
    })
    .await;
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
