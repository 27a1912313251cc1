//! How many requests of a client may be under way at once.

mod far;
mod places;

pub(crate) use places::Places;

use super::by::ReadyBy;
use super::counters::Counters;
use super::pause::{self, Waits};
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::refusal::ReadyRefusals;
use crate::{Policy, Running};
use far::{FarHeld, FarPlaces};
use model::policy::{Case, Concurrency as Data};
use std::sync::Arc;
use std::time::Duration;

/// Counts requests under way, lets some wait, refuses the rest. What it counted stands in the exchange and is given back
/// when that ends, however it ends.
pub(crate) struct Concurrency {
    places: Arc<Places>,
    far: Option<Arc<FarPlaces>>,
    limit: u32,
    burst: u32,
    by: ReadyBy,
    refusals: ReadyRefusals,
    slot: usize,
}

impl Concurrency {
    pub(crate) fn compile(data: &Data, counters: &Counters, slot: usize) -> Result<Self, BuildCause> {
        let far = counters.far(&data.store)?.map(|(server, pass)| FarPlaces::new(&data.scope, server, pass));
        Ok(Self {
            places: counters.places(data),
            far: far.map(Arc::new),
            limit: data.limit.max(1),
            burst: data.burst,
            by: ReadyBy::compile(&data.by)?,
            refusals: ReadyRefusals::compile(&data.refusals)?,
            slot,
        })
    }
}

impl Concurrency {
    fn most(&self) -> u32 {
        self.limit.saturating_add(self.burst)
    }

    fn wait(&self, before: u32) -> Duration {
        self.places.delay().saturating_mul(before / self.limit)
    }

    fn refused(&self) -> Box<Failure> {
        self.refusals.failure(Case::TooMany, "too much of this client is under way", "")
    }
}

impl Waits for Concurrency {
    fn by(&self) -> &ReadyBy {
        &self.by
    }

    fn judge(&self, exchange: &mut Exchange) -> Result<Duration, Box<Failure>> {
        let Some(key) = self.by.key(exchange)? else { return Ok(Duration::ZERO) };
        let (mut held, before) = self.places.take(key, self.most()).ok_or_else(|| self.refused())?;
        let wait = self.wait(before);
        held.waited(wait);
        exchange.remember(self.slot, held);
        Ok(wait)
    }

    fn is_far(&self) -> bool {
        self.far.is_some()
    }

    async fn judge_far(&self, exchange: &mut Exchange) -> Result<Duration, Box<Failure>> {
        let (Some(far), Some(who)) = (&self.far, self.by.name(exchange)?) else { return Ok(Duration::ZERO) };
        let mut held = FarHeld::new(far, &self.places, &who);
        match held.take(self.most(), exchange.time).await {
            Ok(Some(before)) => {
                let wait = self.wait(before);
                held.waited(wait);
                exchange.remember(self.slot, held);
                Ok(wait)
            }
            Ok(None) => Err(self.refused()),
            Err(why) => pause::without(far.pass_without, &why),
        }
    }
}

impl Policy for Concurrency {
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

    fn policy(limit: u32, burst: u32, fixed_delay: bool) -> Concurrency {
        let (by, delay) = (LimitBy::Address, Duration::from_millis(300));
        let data = Data { limit, burst, delay, fixed_delay, by, ..Data::default() };
        Concurrency::compile(&data, &Counters::default(), 1).unwrap()
    }

    /// The exchange, if it goes on.
    async fn ask(policy: &Concurrency) -> Option<Exchange> {
        let mut exchange = testing::get("/");
        let outcome = match policy.run(&mut exchange) {
            Running::Done(outcome) => outcome,
            Running::Wait(future) => future.await,
        };
        matches!(outcome, Outcome::Continue).then_some(exchange)
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_free_again_when_its_exchange_ends() {
        let policy = policy(1, 0, true);
        let first = ask(&policy).await;
        assert!(first.is_some());
        assert!(ask(&policy).await.is_none());
        drop(first);
        assert!(ask(&policy).await.is_some());
        assert_eq!(policy.places.taken(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn those_within_the_burst_wait() {
        let policy = policy(1, 2, true);
        let began = Instant::now();
        let first = ask(&policy).await;
        let second = ask(&policy).await;
        assert!(first.is_some() && second.is_some());
        assert_eq!(began.elapsed().as_millis(), 300);
        let third = ask(&policy).await;
        assert_eq!(began.elapsed().as_millis(), 900);
        assert!(third.is_some() && ask(&policy).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_while_waiting_gives_the_place_back() {
        let policy = policy(1, 1, true);
        let first = ask(&policy).await;
        {
            let mut exchange = testing::get("/");
            let Running::Wait(waiting) = policy.run(&mut exchange) else { panic!("does not wait") };
            assert!(tokio::time::timeout(Duration::from_millis(10), waiting).await.is_err());
            assert_eq!(policy.places.taken(), 2);
        }
        assert_eq!(policy.places.taken(), 1);
        drop(first);
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_goes_with_how_long_requests_take() {
        let policy = policy(1, 1, false);
        let first = ask(&policy).await;
        tokio::time::advance(Duration::from_millis(100)).await;
        drop(first);
        assert_eq!(policy.places.delay().as_millis(), 200);
    }
}
