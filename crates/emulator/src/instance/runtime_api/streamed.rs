//! An answer that flows: its pieces go to the caller as they come, its error comes in trailers.

use super::{Answer, ERROR_TYPE, accepted, broken_off, cut, error_body, error_type, refused, too_large};
use crate::instance::Outcome;
use crate::instance::seat::Seat;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::mpsc;

/// AWS's limit for an answer that flows.
const STREAM_LIMIT: usize = 200 * 1024 * 1024;
/// Pieces under way to the caller. With the connection's own buffer that is what a stream costs in memory.
const UNDER_WAY: usize = 2;
const ERROR_BODY: &str = "lambda-runtime-function-error-body";

/// How the body ended.
enum Ended {
    Well,
    Error(Bytes),
    TooLarge(usize),
    Cut,
}

/// Takes an answer from its first byte to its last.
pub(super) async fn take(seat: &Seat, id: &str, headers: &HeaderMap, body: Incoming) -> Answer {
    let plain = HeaderValue::from_static("application/octet-stream");
    let content_type = headers.get(CONTENT_TYPE).cloned().unwrap_or(plain);
    let (sender, pieces) = mpsc::channel(UNDER_WAY);
    if let Err(reason) = seat.begin_flow(id, content_type, pieces) {
        return refused(&reason);
    }
    let (outcome, answer) = match flow(body, sender).await {
        Ended::Well => (Outcome::Streamed, accepted()),
        Ended::Error(reason) => (Outcome::Error(reason), accepted()),
        Ended::TooLarge(size) => (Outcome::TooLarge { size, limit: STREAM_LIMIT }, too_large(STREAM_LIMIT)),
        Ended::Cut => (broken_off(seat).await, cut()),
    };
    seat.answer(id, outcome).map_or_else(|reason| refused(&reason), |()| answer)
}

/// A caller who has left does not end the call: what comes is thrown away then.
async fn flow(mut body: Incoming, sender: mpsc::Sender<Bytes>) -> Ended {
    let mut caller = Some(sender);
    let mut size = 0;
    let mut error = None;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Ended::Cut };
        match frame.into_data() {
            Ok(piece) => {
                size += piece.len();
                if size > STREAM_LIMIT {
                    caller = None;
                }
                if let Some(sender) = &caller
                    && sender.send(piece).await.is_err()
                {
                    caller = None;
                }
            }
            Err(frame) => error = frame.trailers_ref().and_then(late_error),
        }
    }
    match error {
        _ if size > STREAM_LIMIT => Ended::TooLarge(size),
        Some(error) => Ended::Error(error),
        None => Ended::Well,
    }
}

fn late_error(trailers: &HeaderMap) -> Option<Bytes> {
    let body = trailers.get(ERROR_BODY).and_then(|body| BASE64_STANDARD.decode(body).ok());
    match body.filter(|body| !body.is_empty()) {
        Some(body) => Some(body.into()),
        None => trailers.get(ERROR_TYPE).map(|_| error_body(error_type(trailers).unwrap_or("Runtime.Unknown"))),
    }
}
