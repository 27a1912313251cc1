//! A port that this process answers itself: few connections, HTTP/1.1, nothing a stranger can make grow.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use net::tls::ServerTls;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Connections served at once on one port; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 256;
/// How long a client may take for its request header.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// Answers on the port until the runtime ends. `name` is for the log.
pub(crate) async fn serve<A, F>(socket: TcpListener, name: &'static str, tls: Option<Arc<ServerTls>>, answer: A)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, peer)) => drop(connections.spawn(greet(stream, tls.clone(), peer, name, answer.clone()))),
                Err(error) => {
                    tracing::warn!(%error, port = name, "cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Begins a connection, with TLS where the port has it.
async fn greet<A, F>(stream: TcpStream, tls: Option<Arc<ServerTls>>, peer: SocketAddr, name: &'static str, answer: A)
where
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<Full<Bytes>>>,
{
    let Some(tls) = tls else { return connection(stream, peer, name, answer).await };
    match tokio::time::timeout(HEADER_TIME, tls.accept(stream)).await {
        Ok(Ok(accepted)) => connection(accepted.stream, peer, name, answer).await,
        Ok(Err(error)) => tracing::debug!(%error, port = name, "a TLS handshake failed"),
        Err(_) => tracing::debug!(port = name, "a TLS handshake took too long"),
    }
}

async fn connection<S, A, F>(stream: S, peer: SocketAddr, name: &'static str, answer: A)
where
    S: AsyncRead + AsyncWrite + Unpin,
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<Full<Bytes>>>,
{
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let answering = answer(request);
        async { Ok::<_, Infallible>(answering.await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, port = name, "a connection ended early");
    }
}
