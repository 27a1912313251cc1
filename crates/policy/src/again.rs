//! Whether a request is sent to its endpoint again, and when to none at all.

mod breaker;

use crate::exchange::Exchange;
use crate::failure::{Blame, Failure};
use crate::text::{Asks, ReadyText};
use crate::world::World;
use breaker::Circuits;
use model::answer::FailureKind;
use model::endpoint::Again;
use std::time::{Duration, Instant};

/// A rule, made ready.
pub struct ReadyAgain {
    data: Again,
    unless: Option<ReadyText>,
    circuits: Option<Circuits>,
}

/// A request with all its tries. Dropped without an end, it counts neither way.
pub struct Tries<'a> {
    of: &'a ReadyAgain,
    key: Option<String>,
    began: Instant,
    ended: bool,
}

impl ReadyAgain {
    /// Makes it ready.
    pub fn new(data: &Again) -> Self {
        Self {
            unless: data.unless.as_ref().map(ReadyText::compile),
            circuits: data.breaker.clone().map(Circuits::new),
            data: data.clone(),
        }
    }

    /// How many tries there are in all.
    pub fn tries(&self) -> u32 {
        self.data.tries.saturating_add(1)
    }

    /// The pause before a try that is not the first.
    pub fn pause(&self) -> Duration {
        self.data.pause
    }

    /// How long a try may take.
    pub fn patience(&self) -> Duration {
        self.data.patience
    }

    /// Begins a request; `None`: too many were lost, and it is not sent.
    pub fn begin(&self, exchange: &Exchange) -> Option<Tries<'_>> {
        let began = Instant::now();
        let key = self.circuits.as_ref().map(|circuits| circuits.key(exchange));
        if let (Some(circuits), Some(key)) = (&self.circuits, &key)
            && !circuits.begin(key, began)
        {
            return None;
        }
        Some(Tries { of: self, key, began, ended: false })
    }

    /// Whether the response that stands in the exchange is good enough. One that cannot be judged is not.
    pub async fn is_good(&self, exchange: &mut Exchange, last: bool) -> bool {
        let Some(unless) = &self.unless else { return true };
        if last && self.data.last_counts {
            return true;
        }
        let asks = Asks::of([unless]);
        if !asks.nothing() && asks.read(exchange).await.is_err() {
            return false;
        }
        matches!(unless.holds(&World::of(exchange)), Ok(false))
    }

    /// What is said when no try was good.
    pub fn failure(&self, cause: &str) -> Box<Failure> {
        let failure = Failure::keyed(FailureKind::UpstreamUnhealthy, Blame::Upstream, &self.data.failure);
        failure.detail(format!("no try was answered well: {cause}"))
    }
}

impl Tries<'_> {
    /// The end of a request: whether one of its tries was good.
    pub fn end(mut self, good: bool) {
        self.ended = true;
        if let (Some(circuits), Some(key)) = (&self.of.circuits, &self.key) {
            circuits.end(key, good, self.began, Instant::now());
        }
    }
}

impl Drop for Tries<'_> {
    fn drop(&mut self) {
        if let (false, Some(circuits), Some(key)) = (self.ended, &self.of.circuits, &self.key) {
            circuits.leave(key);
        }
    }
}
