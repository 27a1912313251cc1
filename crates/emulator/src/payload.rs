//! Reading a body up to its limit, without cutting off a sender who is still sending.

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// AWS's "6 MB": what a synchronous call may carry, either way.
pub(crate) const SYNC_LIMIT: usize = 6 * 1024 * 1024 + 100;
/// What an event may carry.
pub(crate) const EVENT_LIMIT: usize = 1024 * 1024;
/// What is still read and thrown away, so that a sender who is not done reads our answer instead of a reset.
const DISCARD_LIMIT: usize = 64 * 1024 * 1024;

/// Why a body was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is larger than the limit: this many bytes came, or were announced.
    TooLarge(usize),
    /// The sender broke off.
    Cut,
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, Unread> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut kept = BytesMut::new();
    let mut seen = 0usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Cut)?.into_data() else { continue };
        seen += data.len();
        if seen == announced && kept.is_empty() && seen <= limit {
            return Ok(data);
        }
        if seen > DISCARD_LIMIT {
            break;
        }
        if seen <= limit && announced <= limit {
            kept.reserve(data.len().max(announced.saturating_sub(kept.len())));
            kept.extend_from_slice(&data);
        }
    }
    let size = seen.max(announced);
    if size > limit { Err(Unread::TooLarge(size)) } else { Ok(kept.freeze()) }
}
