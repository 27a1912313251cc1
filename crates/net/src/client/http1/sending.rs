//! A request on its way out: its header, then its body in the framing that HTTP/1.1 has for it.

use super::{Header, head};
use crate::body::{Body, BodyError};
use crate::client::outgoing::Stage;
use crate::client::patience::Progress;
use crate::client::wire::Wire;
use bytes::{Buf, Bytes};
use http::header::UPGRADE;
use http_body::Body as _;
use std::io::{self, IoSlice, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;
use tokio::time::Instant;

/// A body up to this size is copied behind the header: the system takes one piece for less than two.
const JOINED: usize = 4096;

/// What is left to send.
#[derive(Default)]
pub(super) struct Sending {
    /// Header or framing, from `at` on. Kept from request to request for its room.
    written: Vec<u8>,
    at: usize,
    /// A part of the body that goes out behind that, as it is.
    part: Bytes,
    /// What follows the part: a chunk's line end, the end of all chunks.
    tail: &'static [u8],
    /// Where the parts come from, until it has given all.
    source: Option<Source>,
    /// Something of it is left.
    left: bool,
    /// Some of it has left.
    begun: bool,
    /// Its body is here as a whole, so that it could be sent once more.
    whole: bool,
    /// The connection broke before the last byte was given to it.
    short: bool,
    /// The connection took not all of it.
    failed: bool,
    /// The response to `HEAD` has no body.
    headless: bool,
    /// It asks for another protocol.
    switches: bool,
    progress: Progress,
}

struct Source {
    body: Body,
    framing: Framing,
}

/// How the body is marked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// `Content-Length`, of which so many bytes are to come.
    Length(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
}

/// Why a request was not sent to its end.
pub(super) enum Undelivered {
    /// The connection does not take it.
    Wire(io::Error),
    /// Its own body failed.
    Body(BodyError),
}

impl Sending {
    /// Writes the header and takes the body.
    pub(super) fn begin(&mut self, header: &Header<'_>, body: Body) {
        let framing = match http_body::Body::size_hint(&body).exact() {
            Some(bytes) => Framing::Length(bytes),
            None => Framing::Chunked,
        };
        self.written.clear();
        match header {
            Header::Parts(parts) => head::write(&mut self.written, parts, "", framing),
            Header::Absolute(parts, prefix) => head::write(&mut self.written, parts, prefix, framing),
            Header::Written(write) => write(&mut self.written),
        }
        (self.at, self.tail) = (0, b"");
        (self.left, self.begun, self.failed, self.short) = (true, false, false, false);
        self.headless =
            matches!(header, Header::Parts(parts) | Header::Absolute(parts, _) if parts.method == http::Method::HEAD);
        self.switches = matches!(header, Header::Parts(parts) if parts.headers.contains_key(UPGRADE));
        let streamed = !matches!(body, Body::Empty | Body::Full(_));
        self.whole = !streamed;
        self.progress = Progress { stage: streamed.then(|| Stage::Taken(Instant::now())), ..Progress::default() };
        self.source = (framing != Framing::Length(0)).then_some(Source { body, framing });
        match &self.source {
            Some(Source { body: Body::Full(bytes), .. }) if bytes.len() <= JOINED => {
                self.written.extend_from_slice(bytes)
            }
            Some(Source { body: Body::Full(bytes), .. }) => self.part = bytes.clone(), // leaves together with the header
            _ => {}
        }
    }

    /// Sends what can be sent; ready when nothing is left.
    pub(super) fn poll(&mut self, wire: &mut Wire, cx: &mut Context<'_>) -> Poll<Result<(), Undelivered>> {
        while self.left {
            if let Err(cause) = ready!(self.poll_write(wire, cx)) {
                self.short = self.at < self.written.len() || !self.part.is_empty() || !self.tail.is_empty();
                (self.left, self.failed) = (false, true);
                return Poll::Ready(Err(Undelivered::Wire(cause)));
            }
            if let Err(cause) = ready!(self.poll_part(cx)) {
                self.progress.stage = Some(Stage::Failed);
                (self.left, self.failed) = (false, true);
                return Poll::Ready(Err(Undelivered::Body(cause)));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// All of it was taken.
    pub(super) fn is_done(&self) -> bool {
        !self.left && !self.failed
    }

    /// Nobody can have got it to its end, and it could be sent once more: nothing of it left, or it broke off before
    /// its last byte and its body is still here as a whole.
    pub(super) fn may_go_again(&self) -> bool {
        !self.begun || (self.short && self.whole)
    }

    /// Whether its response may have a body.
    pub(super) fn expects_body(&self) -> bool {
        !self.headless
    }

    /// Whether it asks for another protocol.
    pub(super) fn may_switch(&self) -> bool {
        self.switches
    }

    /// How far it has come, and since when.
    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    /// The body of a request that may go again.
    pub(super) fn take_body(&mut self) -> Body {
        self.source.take().map_or(Body::Empty, |source| source.body)
    }

    /// Brings what stands ready to the wire.
    fn poll_write(&mut self, wire: &mut Wire, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let (head, part, tail) = (&self.written[self.at..], &self.part[..], self.tail);
            let written = match (head.is_empty(), part.is_empty() && tail.is_empty()) {
                (true, true) => return self.poll_flush(wire, cx),
                (false, true) => Pin::new(&mut *wire).poll_write(cx, head),
                _ => {
                    let slices = [head, part, tail].map(IoSlice::new);
                    Pin::new(&mut *wire).poll_write_vectored(cx, &slices)
                }
            };
            self.note(written.is_pending());
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                bytes => self.advance(bytes),
            }
        }
    }

    /// TLS may hold bytes back that the socket did not take.
    fn poll_flush(&mut self, wire: &mut Wire, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(wire).poll_flush(cx);
        self.note(flushed.is_pending());
        flushed
    }

    fn advance(&mut self, mut bytes: usize) {
        self.begun = true;
        let of_head = bytes.min(self.written.len() - self.at);
        self.at += of_head;
        bytes -= of_head;
        let of_part = bytes.min(self.part.len());
        self.part.advance(of_part);
        self.tail = &self.tail[bytes - of_part..];
    }

    /// Makes the next part stand ready, or notes that there is none.
    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BodyError>> {
        let Some(Source { body, framing }) = self.source.as_mut().filter(|source| source.is_streamed()) else {
            (self.source, self.left) = (None, false);
            return Poll::Ready(Ok(()));
        };
        let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else {
            self.progress.stage = Some(Stage::Asked);
            return Poll::Pending;
        };
        let ended = frame.is_none() || body.is_end_stream();
        let part = frame.transpose()?.and_then(|frame| frame.into_data().ok()).unwrap_or_default();
        self.written.clear();
        self.at = 0;
        match framing {
            Framing::Length(left) => {
                let length = part.len() as u64;
                *left = left.checked_sub(length).filter(|left| !ended || *left == 0).ok_or_else(wrong_length)?;
            }
            Framing::Chunked if part.is_empty() => {}
            Framing::Chunked => {
                let _infallible = write!(self.written, "{:x}\r\n", part.len());
                self.tail = b"\r\n";
            }
        }
        self.part = part;
        self.progress.stage = Some(Stage::Taken(Instant::now()));
        if ended {
            self.end();
        }
        Poll::Ready(Ok(()))
    }

    /// The part that stands ready is the last.
    fn end(&mut self) {
        let source = self.source.take();
        if source.is_some_and(|source| source.framing == Framing::Chunked) {
            self.tail = if self.part.is_empty() { b"0\r\n\r\n" } else { b"\r\n0\r\n\r\n" };
        }
        self.progress.stage = Some(Stage::Ended(Instant::now()));
    }

    /// Notes when writing begins to wait and when it goes on.
    fn note(&mut self, waits: bool) {
        if waits && self.progress.blocked.is_none() {
            self.progress.blocked = Some(Instant::now());
        } else if !waits && self.progress.blocked.take().is_some() {
            self.progress.moved = Some(Instant::now());
        }
    }
}

impl Source {
    /// Its parts are asked for one by one.
    fn is_streamed(&self) -> bool {
        !matches!(self.body, Body::Empty | Body::Full(_))
    }
}

fn wrong_length() -> BodyError {
    BodyError::Broken("it has another length than was announced".into())
}
