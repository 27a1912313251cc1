//! One connection from its acceptance to its end.

use super::activity::{Activity, Doing};
use super::service::{After, Service};
use super::socket::Socket;
use super::{ListenerState, protocol};
use crate::snapshot::ListenerPlan;
use bytes::Bytes;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use model::listener::Limits;
use net::tls::{Accepted, PeerCertificate};
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// The connection as requests see it.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    /// The client, or what the PROXY header says of it.
    pub(crate) peer: SocketAddr,
    /// Where it connected to.
    pub(crate) local: SocketAddr,
    /// Whether it speaks TLS.
    pub(crate) tls: bool,
    /// The name that the client asked for when it began TLS.
    pub(crate) server_name: Option<Arc<str>>,
    /// The certificate that the client showed.
    pub(crate) certificate: Option<Arc<PeerCertificate>>,
}

/// How long a kept-alive connection may still send its next request once the listener is stopped. The answer to
/// that request tells it to close, so that no request crosses with the end of the connection.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves a connection until it ends.
pub(super) async fn serve(stream: TcpStream, state: &Arc<ListenerState>) {
    let (Ok(peer), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else { return };
    let _ = stream.set_nodelay(true); // a socket that refuses is one that is gone
    let wire = Wire { peer, local, tls: false, server_name: None, certificate: None };
    let view = state.view.load_full();
    let plan = view.plan();
    if let Err(cause) = begin(stream, wire, plan, state).await {
        tracing::debug!(%peer, listener = %state.bound, %cause, "connection failed before its first request");
    }
}

/// PROXY header, TLS, then HTTP.
async fn begin(
    stream: TcpStream,
    mut wire: Wire,
    plan: &ListenerPlan,
    state: &Arc<ListenerState>,
) -> Result<(), Begun> {
    let patience = plan.limits.header_time;
    if plan.proxy_protocol {
        let (header, stream) = in_time(patience, net::proxy_protocol::read(stream)).await??;
        if let Some(addresses) = header.addresses {
            wire.peer = addresses.source;
            wire.local = addresses.destination;
        }
        return Box::pin(secure(stream, wire, plan, state)).await;
    }
    secure(stream, wire, plan, state).await
}

async fn secure<S>(stream: S, mut wire: Wire, plan: &ListenerPlan, state: &Arc<ListenerState>) -> Result<(), Begun>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let patience = plan.limits.header_time;
    if let Some(tls) = &plan.tls {
        // boxed: a connection without TLS has no room for one with it
        return Box::pin(async {
            let Accepted { stream, certificate } = in_time(patience, tls.accept(stream)).await??;
            wire.tls = true;
            wire.certificate = certificate;
            wire.server_name = stream.get_ref().1.server_name().map(Arc::from);
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            speak(stream, Bytes::new(), http2, wire, plan, state).await;
            Ok(())
        })
        .await;
    }
    let mut stream = stream;
    let (http2, ahead) = match plan.http2 {
        true => in_time(patience, protocol::is_http2(&mut stream)).await??,
        false => (false, Bytes::new()),
    };
    speak(stream, ahead, http2, wire, plan, state).await;
    Ok(())
}

/// Why a connection never came to speak HTTP.
#[derive(Debug, thiserror::Error)]
enum Begun {
    #[error("it took too long")]
    Late(#[from] tokio::time::error::Elapsed),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Proxy(#[from] net::proxy_protocol::ProxyError),
}

async fn in_time<T>(time: Duration, work: impl Future<Output = T>) -> Result<T, tokio::time::error::Elapsed> {
    tokio::time::timeout(time, work).await
}

async fn speak<S>(stream: S, ahead: Bytes, http2: bool, wire: Wire, plan: &ListenerPlan, state: &Arc<ListenerState>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new());
    let socket = Socket::new(stream, ahead, activity.clone());
    let after = After::default();
    let service = Service::new(state.clone(), wire, activity.clone(), after.clone());
    let watch = Watch { activity: &activity, limits: &plan.limits, state };
    if http2 {
        Box::pin(speak_http2(socket, service, watch)).await;
    } else {
        speak_http1(socket, service, watch, after).await;
    }
}

async fn speak_http1<S>(socket: Socket<S>, service: Service, watch: Watch<'_>, after: After)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = watch.limits;
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None) // the watch does that, and tells the client
        .max_headers(limits.header_count)
        .max_buf_size(limits.header_bytes.max(SMALLEST_BUFFER))
        .serve_connection(socket, service);
    let ended = watch.run(&mut connection, |c| c.graceful_shutdown(), Verdicts::Http1).await;
    let passage = after.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(passage) = passage.filter(|_| ended == Ended::Done) {
        let parts = connection.into_parts();
        // boxed: a connection that stays with HTTP has no room for it
        return Box::pin(passage.run(parts.io.into_stream(), parts.read_buf)).await;
    }
    if ended == Ended::Late {
        let parts = connection.into_parts();
        if !parts.read_buf.is_empty() {
            let _ = parts.io.into_stream().write_all(LATE).await; // who is late may be gone as well
        }
    }
}

/// Hyper refuses smaller ones; a smaller `header_bytes` is held by `handle`.
const SMALLEST_BUFFER: usize = 8192;

const LATE: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

async fn speak_http2<S>(socket: Socket<S>, service: Service, watch: Watch<'_>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let header_bytes = u32::try_from(watch.limits.header_bytes).unwrap_or(u32::MAX);
    let mut connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_header_list_size(header_bytes)
        .max_concurrent_streams(250)
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .max_send_buf_size(256 * 1024)
        .serve_connection(socket, service);
    watch.run(&mut connection, |c| c.graceful_shutdown(), Verdicts::Http2).await;
}

/// Looks after a connection: its time limits, and the listener's end.
struct Watch<'a> {
    activity: &'a Activity,
    limits: &'a Limits,
    state: &'a ListenerState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdicts {
    Http1,
    Http2,
}

#[derive(PartialEq, Eq)]
enum Ended {
    /// By itself.
    Done,
    /// A request header took too long.
    Late,
    /// The client does not read its response.
    Stalled,
}

/// What the time says of a connection.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Wait(Duration),
    Close,
    Late,
    Stalled,
}

impl Watch<'_> {
    /// Drives the connection. Its timer and the stop signal are looked at only when it has nothing to do.
    async fn run<C, R>(&self, connection: &mut C, close: impl Fn(Pin<&mut C>), verdicts: Verdicts) -> Ended
    where
        C: Future<Output = hyper::Result<R>> + Unpin,
    {
        let mut stop = self.state.stop.subscribe();
        let mut stopped = pin!(stop.wait_for(|stop| *stop));
        let mut stopped_at: Option<Instant> = None;
        let mut timer = pin!(tokio::time::sleep(self.limits.header_time));
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(ended) = Pin::new(&mut *connection).poll(cx) {
                    if let Err(cause) = ended {
                        tracing::debug!(%cause, "connection ended");
                    }
                    return Poll::Ready(Ended::Done);
                }
                if stopped_at.is_none() && stopped.as_mut().poll(cx).is_ready() {
                    stopped_at = Some(Instant::now());
                    if verdicts == Verdicts::Http2 {
                        close(Pin::new(&mut *connection)); // GOAWAY: streams that run are finished
                        continue;
                    }
                    timer.as_mut().reset(Instant::now() + FAREWELL);
                }
                if timer.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                match self.judge(verdicts, stopped_at.map(|at| at.elapsed())) {
                    Verdict::Wait(time) => timer.as_mut().reset(Instant::now() + time),
                    Verdict::Close => {
                        timer.as_mut().reset(Instant::now() + FAREWELL);
                        close(Pin::new(&mut *connection));
                    }
                    Verdict::Late => return Poll::Ready(Ended::Late),
                    Verdict::Stalled => return Poll::Ready(Ended::Stalled),
                }
            }
        })
        .await
    }

    fn judge(&self, verdicts: Verdicts, stopped_for: Option<Duration>) -> Verdict {
        let (doing, since) = self.activity.now();
        let (limit, verdict) = match (doing, verdicts) {
            (Doing::Serving, _) => return Verdict::Wait(self.limits.header_time.min(self.limits.idle_time)),
            (Doing::Sending, Verdicts::Http1) => (self.limits.idle_time, Verdict::Stalled),
            (Doing::Reading, Verdicts::Http1) => (self.limits.header_time, Verdict::Late),
            (Doing::Idle, Verdicts::Http1) => (self.limits.idle_time, Verdict::Close),
            (_, Verdicts::Http2) => (self.limits.idle_time, Verdict::Close),
        };
        let (limit, since) = match stopped_for {
            Some(stopped) if doing == Doing::Idle => (limit.min(FAREWELL), since.min(stopped)),
            _ => (limit, since),
        };
        // milliseconds are what activity counts in
        if since + Duration::from_millis(1) >= limit { verdict } else { Verdict::Wait(limit - since) }
    }
}
