//! One HTTP/1.1 connection and one exchange on it, driven by whoever waits for the response.

use super::outgoing::{Feed, Outgoing, Stage};
use super::patience::{Patience, Timer};
use super::relay::Relay;
use super::wire::{Flow, Wire};
use super::{PoolOptions, SendError, SendErrorKind, Sent, outgoing};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Bytes of the read buffer, and so of a response header, at most. It grows with what comes.
const BUFFER: usize = 256 * 1024;

/// A connection with everything it needs to be used again.
pub(crate) struct Driven {
    sender: SendRequest<Outgoing>,
    /// `None` once it has ended.
    connection: Option<Connection<TokioIo<Wire>, Outgoing>>,
    relay: Arc<Relay>,
    /// The relay, as hyper takes it.
    waker: Waker,
    flow: Arc<Flow>,
    /// Waits for header and body; kept, so that it need not be made for each request.
    pub(crate) timer: Timer,
}

/// How an exchange went.
#[allow(clippy::large_enum_variant)] // it is taken apart where it is made: a box would only cost
pub(crate) enum Outcome {
    /// There is a response; its body may still be on its way through the connection.
    Answered(Response<Incoming>, Box<Driven>),
    /// The connection had ended; the request comes back untouched.
    Unsent(Request<Outgoing>, hyper::Error),
    /// It failed.
    Failed(SendError),
}

/// HTTP/1.1 on a connected socket.
pub(crate) async fn handshake(wire: Wire) -> Result<Box<Driven>, SendError> {
    let flow = wire.flow();
    let made = Builder::new().max_buf_size(BUFFER).handshake(TokioIo::new(wire)).await;
    let (sender, connection) = made.map_err(|cause| SendError::unsent(&cause))?;
    let timer = Timer::new();
    let relay = Relay::new();
    let waker = Waker::from(relay.clone());
    Ok(Box::new(Driven { sender, connection: Some(connection), relay, waker, flow, timer }))
}

impl Driven {
    /// Lets the connection read and write what it can; what it waits for will wake the task.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        self.relay.arm(cx.waker());
        self.advance();
    }

    /// Nobody waits for it now.
    pub(crate) fn rest(&self) {
        self.relay.disarm();
    }

    fn advance(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        if Pin::new(connection).poll(&mut Context::from_waker(&self.waker)).is_ready() {
            self.connection = None; // what waits on it learns of it now; errors went there already
        }
    }

    /// Whether it can take another request now. What was left to do after the last one is done here.
    pub(crate) fn is_free(&mut self) -> bool {
        self.rest();
        if !self.sender.is_ready() {
            self.advance();
        }
        self.connection.is_some() && self.sender.is_ready()
    }

    /// Whether its peer has closed it while it was idle.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.advance();
        self.connection.is_none()
    }
}

/// Sends a request and waits for the response header. Dropping it closes the connection.
pub(crate) async fn exchange(mut driven: Box<Driven>, request: Request<Outgoing>, options: &PoolOptions) -> Outcome {
    let mut patience = Patience::new(options);
    let feed = request.body().feed();
    let mut answer = pin!(driven.sender.try_send_request(request));
    let answered = poll_fn(|cx| {
        driven.drive(cx);
        // answers come out of `drive` alone, so that nobody needs to be woken for them
        if let Poll::Ready(answer) = answer.as_mut().poll(&mut quiet()) {
            driven.rest();
            return Poll::Ready(Ok(answer));
        }
        let Driven { timer, flow, .. } = &mut *driven;
        patience.poll_out(cx, timer, Some(flow), feed.as_deref()).map(Err)
    })
    .await;
    match answered {
        Ok(Ok(response)) => Outcome::Answered(response, driven),
        Ok(Err(mut failed)) => match failed.take_message() {
            Some(request) => Outcome::Unsent(request, failed.into_error()),
            None => Outcome::Failed(failure(&failed.into_error(), feed.as_deref())),
        },
        Err(late) => Outcome::Failed(late),
    }
}

/// A failure of a request that had begun to be sent.
pub(super) fn failure(cause: &hyper::Error, feed: Option<&Feed>) -> SendError {
    if feed.is_some_and(|feed| feed.stage() == Stage::Failed) {
        let kind = SendErrorKind::RequestBody;
        let mut error = SendError::new(kind, Sent::Maybe, outgoing::chain(cause));
        error.body = outgoing::body_error(cause);
        return error;
    }
    SendError::started(cause)
}

/// A context for work that wakes nobody.
pub(crate) fn quiet() -> Context<'static> {
    Context::from_waker(Waker::noop())
}
