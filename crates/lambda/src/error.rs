//! Why a call failed: the kind, whose fault, whether anything can have run.

use bytes::Bytes;
use model::answer::FailureKind;

/// A failed call.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
pub struct CallError {
    /// What happened.
    pub kind: FailureKind,
    /// Whose fault it is.
    pub blame: Blame,
    /// Nothing can have run: calling again is safe.
    pub nothing_ran: bool,
    /// For the log: what happened and what to do, AWS's type and message included. Never a secret.
    pub detail: String,
    /// AWS's request id.
    pub aws_request_id: Option<String>,
    /// AWS's `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// The status the Lambda API answered with, when it did.
    pub status: Option<u16>,
    /// The payload of a function error, for those who show it.
    pub payload: Option<Bytes>,
    /// What was wrong with a reply, in the few words that a client may be told.
    pub reason: Option<Box<str>>,
}

/// Whose fault a failed call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The client sent what cannot be sent on.
    Client,
    /// The function's code.
    Function,
    /// AWS, or the way there.
    Aws,
    /// The configuration.
    Config,
}

impl CallError {
    /// A call that failed before anything can have run.
    pub fn before(kind: FailureKind, blame: Blame, detail: impl Into<String>) -> Self {
        Self { nothing_ran: true, ..Self::after(kind, blame, detail) }
    }

    /// A call that failed when the function ran, or may have run.
    pub fn after(kind: FailureKind, blame: Blame, detail: impl Into<String>) -> Self {
        Self {
            kind,
            blame,
            nothing_ran: false,
            detail: detail.into(),
            aws_request_id: None,
            retry_after: None,
            status: None,
            payload: None,
            reason: None,
        }
    }

    /// A target that cannot be used as it is written.
    pub(crate) fn config(detail: impl Into<String>) -> Self {
        Self::before(FailureKind::Rejected, Blame::Config, detail)
    }
}
