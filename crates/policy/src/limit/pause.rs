//! The wait of a request whose turn has not come.

use super::by::ReadyBy;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::{Outcome, Running};
use std::time::Duration;

/// Shorter waits are none.
const SHORTEST: Duration = Duration::from_millis(1);

/// A limit that lets requests wait, or refuses them.
pub(super) trait Waits: Sync {
    /// Whose requests count together.
    fn by(&self) -> &ReadyBy;

    /// How long the request waits.
    fn judge(&self, exchange: &mut Exchange) -> Result<Duration, Box<Failure>>;
}

/// Judges, and waits. Who leaves in the meantime drops this with the rest of the request.
pub(super) fn run<'a>(limit: &'a impl Waits, exchange: &'a mut Exchange) -> Running<'a> {
    if limit.by().asks_body() {
        return Running::Wait(Box::pin(with_body(limit, exchange)));
    }
    match limit.judge(exchange) {
        Ok(wait) if wait >= SHORTEST => Running::Wait(Box::pin(pause(wait))),
        Ok(_) => Running::Done(Outcome::Continue),
        Err(failure) => Running::Done(Outcome::Fail(failure)),
    }
}

async fn with_body(limit: &impl Waits, exchange: &mut Exchange) -> Outcome {
    if let Err(failure) = limit.by().hold(exchange).await {
        return Outcome::Fail(failure);
    }
    match limit.judge(exchange) {
        Ok(wait) => pause(wait).await,
        Err(failure) => Outcome::Fail(failure),
    }
}

async fn pause(time: Duration) -> Outcome {
    if time >= SHORTEST {
        tokio::time::sleep(time).await;
    }
    Outcome::Continue
}
