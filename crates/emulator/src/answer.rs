//! What a caller gets from a call: whole, or piece by piece.

use bytes::Bytes;
use http::HeaderValue;
use tokio::sync::{mpsc, oneshot};

/// The answer of a call that is over.
pub(crate) struct Answer {
    pub(crate) payload: Bytes,
    /// The payload tells an error.
    pub(crate) failed: bool,
    /// The end of the log, where it was asked for.
    pub(crate) tail: Option<Vec<u8>>,
}

/// The answer of a call whose function may still be at work.
pub(crate) struct Stream {
    /// As the runtime declared it; `application/vnd.awslambda.http-integration-response` starts with a prelude.
    pub(crate) content_type: HeaderValue,
    /// In order, bounded: a slow caller slows the function down.
    pub(crate) pieces: mpsc::Receiver<Bytes>,
    /// Comes after the last piece, however the call ends.
    pub(crate) end: oneshot::Receiver<End>,
}

/// How a streamed call ended.
#[derive(Default)]
pub(crate) struct End {
    /// What went wrong, after however many pieces.
    pub(crate) error: Option<Late>,
    /// The end of the log, where it was asked for.
    pub(crate) tail: Option<Vec<u8>>,
}

/// An error that came when the answer had begun, or instead of it.
pub(crate) struct Late {
    /// `ErrorCode` of `InvokeComplete`: the error's type.
    pub(crate) code: String,
    /// `ErrorDetails` of `InvokeComplete`: the error's JSON.
    pub(crate) details: String,
}
