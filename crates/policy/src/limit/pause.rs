//! The wait of a request whose turn has not come.

use super::by::ReadyBy;
use super::counter::redis::RedisError;
use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::{Outcome, Running};
use model::answer::FailureKind;
use std::time::Duration;

/// Shorter waits are none.
const SHORTEST: Duration = Duration::from_millis(1);

/// A limit that lets requests wait, or refuses them.
pub(super) trait Waits: Sync {
    /// Whose requests count together.
    fn by(&self) -> &ReadyBy;

    /// Whether counts stand in a Redis.
    fn is_far(&self) -> bool;

    /// How long the request waits, by counts in a Redis.
    fn judge_far<'a>(
        &'a self,
        exchange: &'a mut Exchange,
    ) -> impl Future<Output = Result<Duration, Box<Failure>>> + Send + 'a;

    /// How long the request waits.
    fn judge(&self, exchange: &mut Exchange) -> Result<Duration, Box<Failure>>;
}

/// Judges, and waits. Who leaves in the meantime drops this with the rest of the request.
pub(super) fn run<'a>(limit: &'a impl Waits, exchange: &'a mut Exchange) -> Running<'a> {
    if limit.by().asks_body() || limit.is_far() {
        return Running::Wait(Box::pin(judge(limit, exchange)));
    }
    match limit.judge(exchange) {
        Ok(wait) if wait >= SHORTEST => Running::Wait(Box::pin(pause(wait))),
        Ok(_) => Running::Done(Outcome::Continue),
        Err(failure) => Running::Done(Outcome::Fail(failure)),
    }
}

async fn judge(limit: &impl Waits, exchange: &mut Exchange) -> Outcome {
    if limit.by().asks_body()
        && let Err(failure) = limit.by().hold(exchange).await
    {
        return Outcome::Fail(failure);
    }
    let judged = if limit.is_far() { limit.judge_far(exchange).await } else { limit.judge(exchange) };
    match judged {
        Ok(wait) => pause(wait).await,
        Err(failure) => Outcome::Fail(failure),
    }
}

/// What becomes of a request while the Redis is away.
pub(super) fn without(pass: bool, why: &RedisError) -> Result<Duration, Box<Failure>> {
    if pass {
        return Ok(Duration::ZERO);
    }
    let failure = Failure::new(FailureKind::Internal, Blame::Gateway, "requests cannot be counted");
    Err(failure.detail(why.to_string()))
}

async fn pause(time: Duration) -> Outcome {
    if time >= SHORTEST {
        tokio::time::sleep(time).await;
    }
    Outcome::Continue
}
