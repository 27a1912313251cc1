//! HTTP/2: one connection for each worker, shared by its requests.

use super::idle::WORKERS;
use super::outgoing::{Feed, Outgoing, Stage};
use super::patience::{Patience, Progress, Timer};
use super::wire::Wire;
use super::{Origin, PoolOptions, SendError, SendErrorKind, Sent, incoming, outgoing};
use crate::body::Body;
use http::header::{self, HeaderName};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Request, Response, Uri};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// Sends requests on a shared connection.
pub(crate) type Sender = SendRequest<Outgoing>;

const STREAM_WINDOW: u32 = 1024 * 1024;
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
const HEADER_BYTES: u32 = 256 * 1024;
const SEND_BUFFER: usize = 256 * 1024;
/// A connection with requests on it that says nothing for that long is asked whether it lives.
const PING: Duration = Duration::from_secs(20);

/// Fields that mean one HTTP/1.1 connection (RFC 9113, section 8.2.2).
const HOP_BY_HOP: [HeaderName; 5] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// The connection of each worker.
pub(crate) struct Slots {
    /// Made when a worker first asks.
    slots: OnceLock<Box<[Slot]>>,
    time: Duration,
}

#[derive(Default)]
struct Slot {
    live: Mutex<Option<Live>>,
    /// Held while connecting.
    turn: tokio::sync::Mutex<()>,
}

struct Live {
    sender: Sender,
    used: Instant,
}

/// What came of a request.
pub(crate) enum Answer {
    /// A response.
    Response(Response<Body>),
    /// The connection had ended; the request comes back untouched.
    Unsent(Request<Outgoing>, hyper::Error),
}

impl Answer {
    /// On a fresh connection an untouched request is a failure.
    pub(crate) fn or_unsent(self) -> Result<Response<Body>, SendError> {
        match self {
            Self::Response(response) => Ok(response),
            Self::Unsent(mut request, cause) => {
                restore_http1(&mut request);
                Err(SendError::unsent(&cause).with(request.map(Outgoing::into_body)))
            }
        }
    }
}

impl Slots {
    pub(crate) fn new(time: Duration) -> Self {
        Self { slots: OnceLock::new(), time }
    }

    fn slot(&self, worker: usize) -> &Slot {
        let slots = self.slots.get_or_init(|| (0..WORKERS).map(|_| Slot::default()).collect());
        &slots[worker % WORKERS]
    }

    /// The worker's connection, if it lives.
    pub(crate) fn current(&self, worker: usize) -> Option<Sender> {
        let mut slot = self.live(worker);
        let live = slot.as_mut().filter(|live| !live.sender.is_closed())?;
        live.used = Instant::now();
        Some(live.sender.clone())
    }

    /// Makes it the worker's connection.
    pub(crate) fn put(self: &Arc<Self>, worker: usize, sender: Sender) {
        let before = self.live(worker).replace(Live { sender, used: Instant::now() });
        if before.is_none() {
            tokio::spawn(reap(Arc::downgrade(self), worker));
        }
    }

    /// The right to connect for the worker.
    pub(crate) async fn turn(&self, worker: usize) -> tokio::sync::MutexGuard<'_, ()> {
        self.slot(worker).turn.lock().await
    }

    fn live(&self, worker: usize) -> MutexGuard<'_, Option<Live>> {
        self.slot(worker).live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of a connection that is closed or has not been used for long; says when to look again.
    fn sweep(&self, worker: usize) -> Option<Instant> {
        let mut slot = self.live(worker);
        let live = slot.as_ref()?;
        let until = live.used + self.time;
        if !live.sender.is_closed() && Instant::now() < until {
            return Some(until);
        }
        *slot = None; // what still runs on it is finished first
        None
    }
}

async fn reap(slots: Weak<Slots>, worker: usize) {
    while let Some(next) = slots.upgrade().and_then(|slots| slots.sweep(worker)) {
        tokio::time::sleep_until(next).await;
    }
}

/// HTTP/2 on a connected socket, with a task that drives it.
pub(crate) async fn handshake(wire: Wire) -> Result<Sender, SendError> {
    let made = Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEADER_BYTES)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING)
        .handshake(TokioIo::new(wire))
        .await;
    let (sender, connection) = made.map_err(|cause| SendError::unsent(&cause))?;
    tokio::spawn(async move {
        if let Err(cause) = connection.await {
            tracing::debug!(%cause, "http/2 connection ended");
        }
    });
    Ok(sender)
}

/// Sends a request and waits for the response header. Dropping it resets the stream.
pub(crate) async fn exchange(
    mut sender: Sender,
    request: Request<Outgoing>,
    options: &PoolOptions,
) -> Result<Answer, SendError> {
    let mut patience = Patience::new(options, Instant::now());
    let mut timer = Timer::at(patience.first_look());
    let feed = request.body().feed();
    let mut answer = pin!(sender.try_send_request(request));
    let answered = poll_fn(|cx| {
        if let Poll::Ready(answer) = answer.as_mut().poll(cx) {
            return Poll::Ready(Ok(answer));
        }
        let stage = feed.as_deref().map(Feed::stage);
        patience.poll_out(cx, &mut timer, Progress { stage, ..Progress::default() }).map(Err)
    })
    .await;
    match answered {
        Ok(Ok(response)) => Ok(Answer::Response(incoming::receive_multiplexed(response, options.read))),
        Ok(Err(mut failed)) => match failed.take_message() {
            Some(request) => Ok(Answer::Unsent(request, failed.into_error())),
            None => Err(failure(&failed.into_error(), feed.as_deref())),
        },
        Err(late) => Err(late),
    }
}

/// A failure of a request that had begun to be sent.
fn failure(cause: &hyper::Error, feed: Option<&Feed>) -> SendError {
    if feed.is_some_and(|feed| feed.stage() == Stage::Failed) {
        let kind = SendErrorKind::RequestBody;
        let mut error = SendError::new(kind, Sent::Maybe, outgoing::chain(cause));
        error.body = outgoing::body_error(cause);
        return error;
    }
    SendError::started(cause)
}

/// Turns a request into HTTP/2's form: an absolute URI with the authority of `Host`, no fields of a connection.
pub(crate) fn prepare(request: &mut Request<Outgoing>, origin: &Origin) -> Result<(), SendError> {
    *request.version_mut() = http::Version::HTTP_2;
    if request.uri().authority().is_some() {
        return Ok(()); // it was prepared for a connection that had ended
    }
    let authority = match request.headers_mut().remove(header::HOST) {
        Some(host) => Authority::try_from(host.as_bytes()),
        None => Authority::try_from(format!("{}:{}", origin.host, origin.port)),
    };
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.authority = Some(authority.map_err(|cause| bad_host(&cause))?);
    parts.scheme = Some(if origin.tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP });
    parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from_parts(parts).map_err(|cause| bad_host(&cause))?;
    for name in &HOP_BY_HOP {
        request.headers_mut().remove(name);
    }
    if request.headers().get(header::TE).is_some_and(|te| te != "trailers") {
        request.headers_mut().remove(header::TE);
    }
    Ok(())
}

/// Takes [`prepare`] back.
pub(crate) fn restore_http1(request: &mut Request<Outgoing>) {
    let Some(authority) = request.uri().authority() else { return };
    let host = HeaderValue::from_str(authority.as_str());
    if let Ok(host) = host {
        request.headers_mut().insert(header::HOST, host);
    }
    let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
}

fn bad_host(cause: &dyn std::error::Error) -> SendError {
    let detail = format!("the host field is no authority: {}", outgoing::chain(cause));
    SendError::new(SendErrorKind::Malformed, Sent::Nothing, detail)
}
