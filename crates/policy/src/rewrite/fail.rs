//! A failure that the configuration wants.

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::{Outcome, Policy, Running};
use model::answer::{FailureKind, Keyed};

/// Fails every request that comes here.
pub(crate) struct Fail(pub(crate) Keyed);

impl Policy for Fail {
    fn run<'a>(&'a self, _: &'a mut Exchange) -> Running<'a> {
        Running::Done(Outcome::Fail(Failure::keyed(kind(self.0.status), Blame::Client, &self.0)))
    }
}

/// What a failure with this status is called in log and metrics.
pub(crate) fn kind(status: u16) -> FailureKind {
    match status {
        400 => FailureKind::BadRequest,
        401 => FailureKind::Unauthorized,
        403 => FailureKind::Forbidden,
        404 => FailureKind::NoRoute,
        429 => FailureKind::TooManyRequests,
        503 => FailureKind::NoEndpoint,
        _ => FailureKind::Internal,
    }
}
