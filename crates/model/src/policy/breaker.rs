//! A rest for those behind a route that fail again and again.

use super::LimitBy;
use crate::answer::Answer;
use serde::Serialize;
use std::time::Duration;

/// Answers for them for a while. It looks at what upstreams and functions answered, not at what clients got instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Breaker {
    /// What counts together: steps of the same scope share their counts.
    pub scope: String,
    /// Which requests count together.
    pub by: LimitBy,
    /// Statuses of failures, from and to.
    pub bad: Vec<(u16, u16)>,
    /// So many failures begin a rest; the next one makes it twice as long, and so many more begin another as long.
    pub failures: u32,
    /// Statuses of successes.
    pub good: Vec<(u16, u16)>,
    /// So many successes without a failure between them end it, and nothing is held against them any more.
    pub successes: u32,
    /// How long the first rest is.
    pub first: Duration,
    /// How long one is at most.
    pub longest: Duration,
    /// What is answered meanwhile.
    pub answer: Answer,
}
