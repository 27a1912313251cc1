//! An answer that flows, held whole for a caller who takes it only so.

use super::Run;
use crate::instance::{Flow, Instance, Outcome};
use crate::payload::SYNC_LIMIT;
use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio::time::Instant;

impl Run {
    /// The whole answer, or what went wrong after however much of it.
    pub(super) async fn gather(&self, flow: Flow, instance: Option<&Instance>, began: Instant) -> Outcome {
        let end = self.end(flow.end, instance, began);
        // Side by side: the pieces of a process that hangs never end by themselves.
        let (held, outcome) = tokio::join!(hold(flow.pieces), end);
        match outcome {
            Outcome::Streamed => {
                held.map_or_else(|size| Outcome::TooLarge { size, limit: SYNC_LIMIT }, Outcome::Response)
            }
            outcome => outcome,
        }
    }
}

/// The pieces in one, or how large they are when that is more than a whole answer may be.
async fn hold(mut pieces: mpsc::Receiver<Bytes>) -> Result<Bytes, usize> {
    let mut held = BytesMut::new();
    let mut size = 0;
    while let Some(piece) = pieces.recv().await {
        size += piece.len();
        if size <= SYNC_LIMIT {
            held.extend_from_slice(&piece);
        } else {
            held = BytesMut::new();
        }
    }
    if size > SYNC_LIMIT { Err(size) } else { Ok(held.freeze()) }
}
