//! How many requests of a client may be under way at once.

mod places;

pub(crate) use places::Places;

use super::by::ReadyBy;
use super::pause::{self, Waits};
use crate::build::BuildCause;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::refusal::ReadyRefusals;
use crate::{Policy, Running};
use model::policy::{Case, Concurrency as Data};
use std::sync::Arc;
use std::time::Duration;

/// Counts requests under way, lets some wait, refuses the rest. What it counted stands in the exchange and is given back
/// when that ends, however it ends.
pub(crate) struct Concurrency {
    places: Arc<Places>,
    limit: u32,
    burst: u32,
    by: ReadyBy,
    refusals: ReadyRefusals,
    slot: usize,
}

impl Concurrency {
    pub(crate) fn compile(data: &Data, places: Arc<Places>, slot: usize) -> Result<Self, BuildCause> {
        Ok(Self {
            places,
            limit: data.limit.max(1),
            burst: data.burst,
            by: ReadyBy::compile(&data.by)?,
            refusals: ReadyRefusals::compile(&data.refusals)?,
            slot,
        })
    }
}

impl Waits for Concurrency {
    fn by(&self) -> &ReadyBy {
        &self.by
    }

    fn judge(&self, exchange: &mut Exchange) -> Result<Duration, Box<Failure>> {
        let Some(key) = self.by.key(exchange)? else { return Ok(Duration::ZERO) };
        let refused = || self.refusals.failure(Case::TooMany, "too much of this client is under way", "");
        let most = self.limit.saturating_add(self.burst);
        let (mut held, before) = self.places.take(key, most).ok_or_else(refused)?;
        let wait = self.places.delay().saturating_mul(before / self.limit);
        held.waited(wait);
        exchange.remember(self.slot, held);
        Ok(wait)
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
    use model::policy::{LimitBy, Refusals};
    use tokio::time::Instant;

    fn policy(limit: u32, burst: u32, fixed_delay: bool) -> Concurrency {
        let (scope, by, refusals) = ("s".to_owned(), LimitBy::Address, Refusals::default());
        let data = Data { scope, limit, burst, delay: Duration::from_millis(300), fixed_delay, by, refusals };
        let places = Arc::new(Places::new(data.delay, fixed_delay));
        Concurrency::compile(&data, places, 1).unwrap()
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
