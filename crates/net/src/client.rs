//! The pooled HTTP client: one [`Pool`] for each origin and way of reaching it.

mod connect;
pub mod datagram;
mod dns;
mod http1;
mod http2;
mod idle;
mod incoming;
mod kind;
pub mod line;
mod outgoing;
mod patience;
mod switched;
mod through;
mod wire;

pub use incoming::Pooled;
pub use kind::SendErrorKind;
pub use switched::{Switched, Tunnel};

use crate::body::{Body, BodyError};
use crate::forward::Forward;
use crate::worker;
use bytes::Bytes;
use connect::{Absolute, Dialer, Spoken};
use http::header::{HeaderValue, PROXY_AUTHORIZATION};
use http::{Request, Response, StatusCode};
use http1::{Header, Outcome};
use outgoing::Outgoing;
use patience::Patience;
use std::sync::{Arc, atomic::AtomicBool, atomic::Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Where a pool connects, and how.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Name or address to connect to.
    pub host: String,
    /// Port.
    pub port: u16,
    /// TLS with this configuration and server name; plain text when `None`.
    pub tls: Option<OriginTls>,
    /// HTTP/2: by ALPN on TLS (falling back to HTTP/1.1), by prior knowledge on plain text.
    pub http2: bool,
    /// The forward proxy on the way.
    pub forward: Option<Arc<Forward>>,
}

/// TLS towards an origin.
#[derive(Clone, Debug)]
pub struct OriginTls {
    /// Roots, verification, ALPN.
    pub config: Arc<rustls::ClientConfig>,
    /// Name sent by SNI and checked.
    pub server_name: String,
}

/// How many connections are kept, and how long things may take.
#[derive(Clone, Copy, Debug)]
pub struct PoolOptions {
    /// Idle connections kept, for each worker.
    pub idle: usize,
    /// Time an idle one is kept.
    pub idle_time: Duration,
    /// To resolve, connect and shake hands.
    pub connect: Duration,
    /// Between two writes of a streamed request body.
    pub write: Duration,
    /// Until the response header, and between two reads of a streamed body.
    pub read: Duration,
}

/// How far a request got before it failed. What was sent in full may have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Not all of it left, so that nobody can act on it: it may be sent elsewhere.
    Nothing,
    /// Some or all of it may have left.
    Maybe,
}

/// Why a request got no response.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: {detail}")]
pub struct SendError {
    /// What went wrong.
    pub kind: SendErrorKind,
    /// How far the request got.
    pub sent: Sent,
    /// For the log: address and cause.
    pub detail: String,
    /// The request itself, when not a byte of it left: it may go elsewhere.
    pub unsent: Option<Box<Request<Body>>>,
    /// Why the request's own body failed, when it did.
    pub body: Option<BodyError>,
}

/// Kept-alive connections to one origin.
///
/// A connection is driven by whoever waits for its response, without a task of its own: a call wakes one task, not
/// three. HTTP/2 connections are shared and do have one.
pub struct Pool {
    dialer: Dialer,
    options: PoolOptions,
    idle: Arc<idle::Shards>,
    multiplexed: Arc<http2::Slots>,
    /// The origin was offered HTTP/2 and chose HTTP/1.1.
    only_http1: AtomicBool,
}

impl Pool {
    /// An empty pool; the first request connects.
    pub fn new(origin: Origin, options: PoolOptions) -> Self {
        Self {
            dialer: Dialer::new(origin),
            options,
            idle: Arc::new(idle::Shards::new(options.idle, options.idle_time)),
            multiplexed: Arc::new(http2::Slots::new(options.idle_time)),
            only_http1: AtomicBool::new(false),
        }
    }

    /// Where it connects.
    pub fn origin(&self) -> &Origin {
        self.dialer.origin()
    }

    /// Sends one request. Its URI is in origin form (`/path?query`) and its `Host` field stands as it shall be
    /// sent (HTTP/2 takes `:authority` from it). A request of which nothing was sent because a kept-alive
    /// connection had closed goes out once more on a fresh one; nothing else is ever sent again.
    ///
    /// A request with the field `Upgrade` may be answered by 101: the response then has a [`Switched`] among its
    /// extensions. Such a request is for origins without HTTP/2 and without a proxy that passes requests on.
    ///
    /// Dropping the future closes an HTTP/1.1 connection and resets an HTTP/2 stream.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Body>, SendError> {
        let worker = worker::slot();
        if self.dialer.origin().http2 && !self.only_http1.load(Ordering::Relaxed) {
            return Box::pin(self.send_http2(worker, request.map(Outgoing::from))).await;
        }
        self.send_http1(worker, request).await
    }

    /// Sends one request whose header is written by its sender: `header` appends it, in HTTP/1.1's form and with the
    /// length of the body, up to and with the empty line. For origins without HTTP/2; else as [`Pool::send`].
    pub async fn send_written(
        &self,
        header: &(dyn Fn(&mut Vec<u8>) + Sync),
        body: Bytes,
    ) -> Result<Response<Body>, SendError> {
        let sent = self.send_on_one(worker::slot(), &Header::Written(header), body.into()).await;
        let response = sent.map_err(|failed| failed.error)?;
        if self.dialer.absolute().is_some() { self.not_the_proxys(response) } else { Ok(response) }
    }

    /// What a sender that writes its header itself puts before the path: scheme and authority, where a forward proxy
    /// passes the request on.
    pub fn target_prefix(&self) -> &str {
        self.dialer.absolute().map_or("", |absolute| &absolute.prefix)
    }

    /// The `Proxy-Authorization` of such a sender.
    pub fn proxy_authorization(&self) -> Option<&HeaderValue> {
        self.dialer.absolute()?.authorization.as_ref()
    }

    async fn send_http1(&self, worker: usize, request: Request<Body>) -> Result<Response<Body>, SendError> {
        if let Some(absolute) = self.dialer.absolute() {
            return Box::pin(self.send_absolute(absolute, worker, request)).await;
        }
        let (head, body) = request.into_parts();
        let sent = self.send_on_one(worker, &Header::Parts(&head), body).await;
        sent.map_err(|Failed { error, unsent }| match unsent {
            Some(body) => error.with(Request::from_parts(head, body)),
            None => error,
        })
    }

    /// Sends to a proxy that passes the request on. Should nothing have left, the request comes back as it was.
    async fn send_absolute(
        &self,
        absolute: &Absolute,
        worker: usize,
        request: Request<Body>,
    ) -> Result<Response<Body>, SendError> {
        let (head, body) = request.into_parts();
        let mut through = head.clone();
        if let Some(authorization) = &absolute.authorization {
            through.headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        let sent = self.send_on_one(worker, &Header::Absolute(&through, &absolute.prefix), body).await;
        let response = sent.map_err(|Failed { error, unsent }| match unsent {
            Some(body) => error.with(Request::from_parts(head, body)),
            None => error,
        })?;
        self.not_the_proxys(response)
    }

    /// A 407 is the proxy's word and none of the origin's.
    fn not_the_proxys(&self, response: Response<Body>) -> Result<Response<Body>, SendError> {
        if response.status() != StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Ok(response);
        }
        let Some(forward) = &self.dialer.origin().forward else { return Ok(response) };
        let cause = through::locked(forward);
        Err(SendError::new(SendErrorKind::Proxy, Sent::Nothing, format!("forward proxy {forward}: {cause}")))
    }

    /// On a connection of its own.
    async fn send_on_one(&self, worker: usize, header: &Header<'_>, mut body: Body) -> Result<Response<Body>, Failed> {
        let started = Instant::now();
        let mut kept = self.idle.take(worker, started);
        loop {
            let fresh = kept.is_none();
            let connection = match kept.take() {
                Some(connection) => connection,
                None => match Box::pin(self.dial()).await {
                    Err(error) => return Err(Failed { error, unsent: Some(body) }),
                    Ok(Spoken::Http1(connection)) => connection,
                    Ok(Spoken::Http2(sender)) => {
                        return Box::pin(self.send_upgraded(worker, sender, header, body)).await;
                    }
                },
            };
            match http1::exchange(connection, header, body, Patience::new(&self.options, started)).await {
                Outcome::Answered(response, connection) => {
                    return Ok(incoming::receive(response, connection, &self.idle, worker, self.options.read));
                }
                Outcome::Unsent(back, _) if !fresh => body = back,
                Outcome::Unsent(back, cause) => {
                    let error = SendError::new(SendErrorKind::Closed, Sent::Nothing, outgoing::chain(&cause));
                    return Err(Failed { error, unsent: Some(back) });
                }
                Outcome::Failed(error) => return Err(Failed { error, unsent: None }),
            }
        }
    }

    /// The origin spoke HTTP/1.1 until now and chose HTTP/2 this time.
    async fn send_upgraded(
        &self,
        worker: usize,
        sender: http2::Sender,
        header: &Header<'_>,
        body: Body,
    ) -> Result<Response<Body>, Failed> {
        let Header::Parts(head) = header else {
            let detail = "it speaks HTTP/2, which was not offered".to_owned();
            let error = SendError::new(SendErrorKind::Malformed, Sent::Nothing, detail);
            return Err(Failed { error, unsent: Some(body) });
        };
        self.only_http1.store(false, Ordering::Relaxed);
        self.multiplexed.put(worker, sender.clone());
        let request = Request::from_parts((*head).clone(), Outgoing::from(body));
        let answer = self.send_multiplexed(sender, request).await.and_then(http2::Answer::or_unsent);
        answer.map_err(|mut error| {
            let unsent = error.unsent.take().map(|request| request.into_body());
            Failed { error, unsent }
        })
    }

    async fn send_http2(&self, worker: usize, mut request: Request<Outgoing>) -> Result<Response<Body>, SendError> {
        if let Some(sender) = self.multiplexed.current(worker) {
            match self.send_multiplexed(sender, request).await? {
                http2::Answer::Response(response) => return Ok(response),
                http2::Answer::Unsent(back, _) => request = back,
            }
        }
        match self.dial_one(worker).await {
            Err(error) => {
                http2::restore_http1(&mut request);
                Err(error.with(request.map(Outgoing::into_body)))
            }
            Ok(Spoken::Http2(sender)) => self.send_multiplexed(sender, request).await?.or_unsent(),
            Ok(Spoken::Http1(connection)) => {
                self.idle.put(connection, worker);
                http2::restore_http1(&mut request);
                self.send_http1(worker, request.map(Outgoing::into_body)).await
            }
        }
    }

    async fn send_multiplexed(
        &self,
        sender: http2::Sender,
        mut request: Request<Outgoing>,
    ) -> Result<http2::Answer, SendError> {
        let origin = self.dialer.origin();
        http2::prepare(&mut request, origin)?;
        http2::exchange(sender, request, &self.options).await
    }

    /// Connects for HTTP/2, one at a time for each worker: who waits meanwhile shares what was made.
    async fn dial_one(&self, worker: usize) -> Result<Spoken, SendError> {
        let dial = async {
            let _turn = self.multiplexed.turn(worker).await;
            if let Some(sender) = self.multiplexed.current(worker) {
                return Ok(Spoken::Http2(sender));
            }
            let spoken = self.dialer.dial().await?;
            match &spoken {
                Spoken::Http2(sender) => self.multiplexed.put(worker, sender.clone()),
                Spoken::Http1(_) => self.only_http1.store(true, Ordering::Relaxed),
            }
            Ok(spoken)
        };
        self.in_time(dial).await
    }

    async fn dial(&self) -> Result<Spoken, SendError> {
        self.in_time(self.dialer.dial()).await
    }

    async fn in_time(&self, dial: impl Future<Output = Result<Spoken, SendError>>) -> Result<Spoken, SendError> {
        let Ok(dialled) = tokio::time::timeout(self.options.connect, dial).await else {
            let Origin { host, port, forward, .. } = self.dialer.origin();
            let way = forward.as_ref().map_or_else(String::new, |one| format!(" through the forward proxy {one}"));
            let detail = format!("{host}:{port}{way} took longer than {:?}", self.options.connect);
            return Err(SendError::new(SendErrorKind::ConnectTimeout, Sent::Nothing, detail));
        };
        dialled
    }
}

/// A request that got no response.
struct Failed {
    error: SendError,
    /// Its body, when not a byte of it left.
    unsent: Option<Body>,
}

impl SendError {
    fn new(kind: SendErrorKind, sent: Sent, detail: String) -> Self {
        Self { kind, sent, detail, unsent: None, body: None }
    }

    /// With the request that was never begun to be sent.
    fn with(mut self, request: Request<Body>) -> Self {
        self.unsent = Some(Box::new(request));
        self
    }

    /// From hyper, once something may have left.
    fn started(cause: &hyper::Error) -> Self {
        let mut error = Self::new(SendErrorKind::of(cause), Sent::Maybe, outgoing::chain(cause));
        error.body = outgoing::body_error(cause);
        error
    }

    /// From hyper, when it gave the request back untouched.
    fn unsent(cause: &hyper::Error) -> Self {
        Self::new(SendErrorKind::Closed, Sent::Nothing, outgoing::chain(cause))
    }
}

impl SendErrorKind {
    fn of(cause: &hyper::Error) -> Self {
        if cause.is_user() && outgoing::has_body_error(cause) {
            return Self::RequestBody;
        }
        if cause.is_parse() { Self::Malformed } else { Self::Closed }
    }
}

#[cfg(test)]
mod tests;
