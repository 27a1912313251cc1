//! One HTTP/1.1 connection and one exchange at a time on it, driven by whoever waits for the response.

mod framing;
mod head;
mod sending;

use super::outgoing;
use super::patience::{Patience, Timer};
use super::wire::Wire;
use super::{SendError, SendErrorKind, Sent};
use crate::body::{Body, BodyError};
use crate::together::together;
use bytes::{Bytes, BytesMut};
use framing::{Framing, Part};
use head::Head;
use http::Response;
use http::request::Parts;
use http_body::Frame;
use sending::{Sending, Undelivered};
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker, ready};
use tokio::io::AsyncReadExt;

/// Bytes read at once, at first.
const ROOM: usize = 4 * 1024;
/// The same while a large body arrives.
const WIDE_ROOM: usize = 64 * 1024;

/// A connection with everything it needs to be used again.
pub(crate) struct Connection {
    wire: Wire,
    /// What has arrived and was not looked at yet.
    received: BytesMut,
    sending: Sending,
    /// How the rest of the response's body is marked out.
    framing: Framing,
    /// Another request may follow this one.
    persists: bool,
    /// Waits for header and body; kept, so that it need not be made for each request.
    pub(crate) timer: Timer,
}

/// A request's header.
pub(crate) enum Header<'a> {
    /// To be written; the fields of its framing are ours.
    Parts(&'a Parts),
    /// The same with this before the path: scheme and authority.
    Absolute(&'a Parts, &'a str),
    /// Appended by its sender, complete, with the length of a body that is at hand. Not of `HEAD`.
    Written(&'a (dyn Fn(&mut Vec<u8>) + Sync)),
}

/// How an exchange went.
#[allow(clippy::large_enum_variant)] // it is taken apart where it is made: a box would only cost
pub(crate) enum Outcome {
    /// There is a response; its body may still be on its way through the connection.
    Answered(Response<()>, Box<Connection>),
    /// The connection had ended; the request's body comes back untouched.
    Unsent(Body, io::Error),
    /// It failed.
    Failed(SendError),
}

/// Why there is no response.
enum Lost {
    /// Not all of the request left, and what did can be sent again.
    Unsent(io::Error),
    Failed(SendError),
}

impl Connection {
    /// HTTP/1.1 on a connected socket.
    pub(crate) fn new(wire: Wire) -> Box<Self> {
        Box::new(Self {
            wire,
            received: BytesMut::new(),
            sending: Sending::default(),
            framing: Framing::Nothing,
            persists: true,
            timer: Timer::new(),
        })
    }

    /// Whether it can take another request now.
    pub(crate) fn is_free(&mut self) -> bool {
        let done = self.persists && self.framing == Framing::Nothing && self.sending.is_done();
        if self.received.capacity() > ROOM {
            self.received = BytesMut::new();
        }
        done && self.received.is_empty() && !self.has_ended()
    }

    /// Whether its peer has closed it while it was idle, or said something nobody asked for.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.poll_receive(&mut quiet()).is_ready()
    }

    /// The response's header, once it is there.
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<Response<()>, Lost>> {
        let undelivered = self.poll_send(cx)?;
        loop {
            match head::read(&mut self.received, self.sending.expects_body(), self.sending.may_switch()) {
                Ok(Some(Head { response, framing, persists })) => {
                    (self.framing, self.persists) = (framing, persists);
                    return Poll::Ready(Ok(response));
                }
                Ok(None) => {}
                Err(what) => return Poll::Ready(Err(Lost::malformed(what))),
            }
            match ready!(self.poll_receive(cx)) {
                Ok(0) => return Poll::Ready(Err(self.closed(undelivered))),
                Ok(_) => {}
                Err(cause) => return Poll::Ready(Err(self.closed(undelivered.or(Some(cause))))),
            }
        }
    }

    /// Sends what can be sent. A peer that takes no more may have answered already: what it said is read first.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Result<Option<io::Error>, Lost> {
        match self.sending.poll(&mut self.wire, cx) {
            Poll::Pending | Poll::Ready(Ok(())) => Ok(None),
            Poll::Ready(Err(Undelivered::Wire(cause))) => Ok(Some(cause)),
            Poll::Ready(Err(Undelivered::Body(cause))) => Err(Lost::body(cause)),
        }
    }

    fn closed(&self, cause: Option<io::Error>) -> Lost {
        let cause = cause.unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into());
        if self.sending.may_go_again() && self.received.is_empty() {
            return Lost::Unsent(cause);
        }
        Lost::Failed(SendError::new(SendErrorKind::Closed, Sent::Maybe, outgoing::chain(&cause)))
    }

    /// The next part of the response's body. The rest of the request goes on its way meanwhile.
    pub(crate) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if !self.sending.is_done() && self.poll_send(cx).is_err() {
            self.persists = false; // the response may be whole all the same
        }
        loop {
            match self.framing.next(&mut self.received) {
                Ok(Part::Data(data)) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Ok(Part::Trailers(fields)) => return Poll::Ready(Some(Ok(Frame::trailers(fields)))),
                Ok(Part::End) => return Poll::Ready(None),
                Ok(Part::More) => {}
                Err(what) => return Poll::Ready(Some(Err(self.broken(what.into())))),
            }
            match ready!(self.poll_receive(cx)) {
                Ok(0) if self.framing.ends_with_connection() => self.framing = Framing::Nothing,
                Ok(0) => return Poll::Ready(Some(Err(self.broken("the connection ended within the body".into())))),
                Ok(_) => {}
                Err(cause) => return Poll::Ready(Some(Err(self.broken(cause.into())))),
            }
        }
    }

    /// Whether no part of the body is left to come.
    pub(crate) fn is_at_end(&self) -> bool {
        self.framing == Framing::Nothing
    }

    /// Bytes of the body that are left, where that is known.
    pub(crate) fn left(&self) -> Option<u64> {
        self.framing.left()
    }

    /// The socket, and what was received of the protocol that is spoken on it from now on.
    pub(crate) fn into_wire(self) -> (Wire, BytesMut) {
        (self.wire, self.received)
    }

    fn broken(&mut self, cause: Box<dyn std::error::Error + Send + Sync>) -> BodyError {
        (self.framing, self.persists) = (Framing::Nothing, false);
        BodyError::Broken(cause)
    }

    /// Reads what is there; 0 when the peer has ended.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.received.capacity() - self.received.len() < ROOM / 4 {
            let left = self.left().unwrap_or(WIDE_ROOM as u64);
            self.received.reserve(usize::try_from(left).unwrap_or(WIDE_ROOM).clamp(ROOM, WIDE_ROOM));
        }
        pin!(self.wire.read_buf(&mut self.received)).poll(cx)
    }
}

/// Sends a request and waits for the response header. Dropping it closes the connection.
pub(crate) async fn exchange(
    mut connection: Box<Connection>,
    header: &Header<'_>,
    body: Body,
    mut patience: Patience<'_>,
) -> Outcome {
    together().await;
    if connection.has_ended() {
        return Outcome::Unsent(body, io::ErrorKind::NotConnected.into());
    }
    connection.sending.begin(header, body);
    let answered = poll_fn(|cx| {
        if let Poll::Ready(answered) = connection.poll_head(cx) {
            return Poll::Ready(answered);
        }
        let progress = connection.sending.progress();
        patience.poll_out(cx, &mut connection.timer, progress).map(|late| Err(Lost::Failed(late)))
    })
    .await;
    match answered {
        Ok(response) => Outcome::Answered(response, connection),
        Err(Lost::Failed(error)) => Outcome::Failed(error),
        Err(Lost::Unsent(cause)) => Outcome::Unsent(connection.sending.take_body(), cause),
    }
}

impl Lost {
    fn malformed(what: &'static str) -> Self {
        Self::Failed(SendError::new(SendErrorKind::Malformed, Sent::Maybe, what.to_owned()))
    }

    fn body(cause: BodyError) -> Self {
        let mut error = SendError::new(SendErrorKind::RequestBody, Sent::Maybe, outgoing::chain(&cause));
        error.body = Some(cause);
        Self::Failed(error)
    }
}

/// A context for work that wakes nobody.
pub(crate) fn quiet() -> Context<'static> {
    Context::from_waker(Waker::noop())
}
