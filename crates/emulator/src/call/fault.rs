//! What goes wrong because the function's definition asks for it.

use crate::function::{FaultError, Faults};
use crate::instance::{InitFailure, Outcome};
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

/// Waits as long as asked, and says how the call ends if it is not to reach the function.
pub(super) async fn instead(faults: &Faults) -> Option<Outcome> {
    if !strikes(faults) {
        return None;
    }
    if !faults.latency.is_zero() {
        tokio::time::sleep(faults.latency).await;
    }
    let FaultError { kind, message } = faults.error.as_ref()?;
    let error = serde_json::json!({ "errorType": kind, "errorMessage": message });
    Some(Outcome::Error(error.to_string().into()))
}

/// Cuts off an answer that came whole.
pub(super) fn cut(result: &mut Result<Outcome, InitFailure>, faults: &Faults) {
    let Some(length) = faults.truncate_after else { return };
    if matches!(result, Ok(Outcome::Response(payload)) if payload.len() > length) && strikes(faults) {
        *result = Ok(Outcome::Truncated);
    }
}

/// Cuts off an answer that flows. The second value comes if that has happened; else its sender is dropped.
pub(super) fn shorten(
    pieces: mpsc::Receiver<Bytes>,
    faults: &Faults,
) -> (mpsc::Receiver<Bytes>, oneshot::Receiver<()>) {
    let (happened, cut) = oneshot::channel();
    let Some(length) = faults.truncate_after.filter(|_| strikes(faults)) else { return (pieces, cut) };
    let (sender, shorter) = mpsc::channel(1);
    tokio::spawn(pass_on(pieces, sender, length, happened));
    (shorter, cut)
}

async fn pass_on(
    mut pieces: mpsc::Receiver<Bytes>,
    sender: mpsc::Sender<Bytes>,
    length: usize,
    happened: oneshot::Sender<()>,
) {
    let mut left = length;
    while let Some(mut piece) = pieces.recv().await {
        let is_too_long = piece.len() > left;
        piece.truncate(left);
        left -= piece.len();
        // Nothing is sent for nothing; a caller who has left is fine.
        if !piece.is_empty() {
            let _caller_may_be_gone = sender.send(piece).await;
        }
        if is_too_long {
            let _call_may_be_over = happened.send(());
            return;
        }
    }
}

fn strikes(faults: &Faults) -> bool {
    faults.rate >= 1.0 || fastrand::f64() < faults.rate
}
