//! A body that is encoded while it flows. What has arrived is given out whenever nothing more is there yet, so that a
//! stream stays a stream.

use super::encoder::Encoder;
use bytes::Bytes;
use http_body::Frame;
use net::{Body, BodyError};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A body and what encodes it.
pub(super) struct Encoded {
    body: Body,
    /// Bytes that have arrived and are not encoded yet.
    arrived: Bytes,
    /// None once the end was given out.
    encoder: Option<Encoder>,
    /// Something was taken in since the last time that all was given out.
    unflushed: bool,
    /// What follows the body.
    trailers: Option<Frame<Bytes>>,
}

/// So many bytes are encoded in one go, for others to have their turn.
const AT_ONCE: usize = 16 << 10;

type Polled = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

impl Encoded {
    pub(super) fn new(body: Body, encoder: Encoder) -> Self {
        Self { body, arrived: Bytes::new(), encoder: Some(encoder), unflushed: false, trailers: None }
    }

    /// The rest, then the trailers, then nothing.
    fn end(&mut self) -> Polled {
        let last = self.encoder.take().map(Encoder::finish).filter(|bytes| !bytes.is_empty());
        Poll::Ready(last.map(Frame::data).or_else(|| self.trailers.take()).map(Ok))
    }
}

impl http_body::Body for Encoded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let this = self.get_mut();
        loop {
            let Some(encoder) = &mut this.encoder else { return this.end() };
            if !this.arrived.is_empty() {
                let part = this.arrived.split_to(this.arrived.len().min(AT_ONCE));
                encoder.write(&part);
                this.unflushed = true;
                if encoder.ready() > 0 {
                    return Poll::Ready(Some(Ok(Frame::data(encoder.take()))));
                }
                continue;
            }
            match Pin::new(&mut this.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => this.arrived = data,
                    Err(trailers) => this.trailers = Some(trailers),
                },
                Poll::Ready(Some(Err(error))) => {
                    this.encoder = None;
                    return Poll::Ready(Some(Err(error)));
                }
                Poll::Ready(None) => return this.end(),
                Poll::Pending if this.unflushed => {
                    this.unflushed = false;
                    let ready = encoder.flush();
                    if !ready.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(ready))));
                    }
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
