//! How fast a client may ask: a leaky bucket.

mod buckets;
mod far;

pub(crate) use buckets::Buckets;

use super::by::ReadyBy;
use super::counters::Counters;
use super::pause::{self, Waits};
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::refusal::ReadyRefusals;
use crate::{Policy, Running};
use far::FarBuckets;
use model::policy::{Case, Pace as Data};
use std::sync::Arc;
use std::time::Duration;

/// Counts, lets those above the rate wait, refuses those above the burst.
pub(crate) struct Pace {
    buckets: Arc<Buckets>,
    far: Option<FarBuckets>,
    waits: bool,
    by: ReadyBy,
    refusals: ReadyRefusals,
}

impl Pace {
    pub(crate) fn compile(data: &Data, counters: &Counters) -> Result<Self, BuildCause> {
        let refusals = ReadyRefusals::compile(&data.refusals)?;
        let far = counters.far(&data.store)?.map(|(server, pass)| FarBuckets::new(data, server, pass));
        let buckets = counters.buckets(data);
        Ok(Self { buckets, far, waits: data.waits, by: ReadyBy::compile(&data.by)?, refusals })
    }

    /// What a wait, or none for want of room, means for the request.
    fn judged(&self, wait: Option<Duration>) -> Result<Duration, Box<Failure>> {
        match wait {
            Some(wait) if self.waits => Ok(wait),
            Some(_) => Ok(Duration::ZERO),
            None => Err(self.refusals.failure(Case::TooMany, "this client asks too fast", "")),
        }
    }
}

impl Waits for Pace {
    fn by(&self) -> &ReadyBy {
        &self.by
    }

    fn judge(&self, exchange: &mut Exchange) -> Result<Duration, Box<Failure>> {
        let Some(key) = self.by.key(exchange)? else { return Ok(Duration::ZERO) };
        self.judged(self.buckets.pour(key, self.buckets.now()))
    }

    fn is_far(&self) -> bool {
        self.far.is_some()
    }

    async fn judge_far(&self, exchange: &mut Exchange) -> Result<Duration, Box<Failure>> {
        let (Some(far), Some(who)) = (&self.far, self.by.name(exchange)?) else { return Ok(Duration::ZERO) };
        match far.pour(&who, exchange.time).await {
            Ok(wait) => self.judged(wait),
            Err(why) => pause::without(far.pass_without, &why),
        }
    }
}

impl Policy for Pace {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Running<'a> {
        pause::run(self, exchange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outcome;
    use crate::exchange::testing;
    use model::policy::LimitBy;
    use tokio::time::Instant;

    fn pace(rate: f64, burst: f64, waits: bool) -> Pace {
        let by = LimitBy::Address;
        let data = Data { scope: "s".into(), rate, burst, waits, by, ..Data::default() };
        Pace::compile(&data, &Counters::default()).unwrap()
    }

    /// Whether it goes on, and milliseconds from the beginning on.
    async fn ask(pace: &Pace, began: Instant) -> (bool, u128) {
        let mut exchange = testing::get("/");
        let outcome = match pace.run(&mut exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        };
        (matches!(outcome, Outcome::Continue), began.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn those_above_the_rate_wait_for_their_turn() {
        let (pace, began) = (pace(2.0, 2.0, true), Instant::now());
        assert_eq!(ask(&pace, began).await, (true, 0));
        assert_eq!(ask(&pace, began).await, (true, 500));
        assert_eq!(ask(&pace, began).await, (true, 1000));
        let together = tokio::join!(ask(&pace, began), ask(&pace, began), ask(&pace, began));
        assert_eq!(together, ((true, 1500), (true, 2000), (false, 1000)));
    }

    #[tokio::test(start_paused = true)]
    async fn without_waiting_the_burst_goes_on_at_once() {
        let (pace, began) = (pace(2.0, 1.0, false), Instant::now());
        for expected in [(true, 0), (true, 0), (false, 0)] {
            assert_eq!(ask(&pace, began).await, expected);
        }
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(ask(&pace, began).await, (true, 500));
        assert_eq!(ask(&pace, began).await, (false, 500));
    }
}
