//! How fast a client may ask, and how many of its requests may be under way at once.

use super::{CounterStore, LimitBy, Refusals};
use serde::Serialize;
use std::time::Duration;

/// A leaky bucket: requests above the rate wait for their turn, or go on at once; those above the burst are refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Pace {
    /// What counts together: steps of the same scope, rate and burst share their buckets.
    pub scope: String,
    /// Requests in a second.
    pub rate: f64,
    /// Requests above the rate that are borne.
    pub burst: f64,
    /// Whether those wait for their turn.
    pub waits: bool,
    /// Whose requests count together.
    pub by: LimitBy,
    /// Where counts stand.
    pub store: CounterStore,
    /// What a refusal says.
    pub refusals: Refusals,
}

/// A bound on requests under way. One counts until its last byte has left, or its client has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Concurrency {
    /// What counts together: steps of the same scope share their counts.
    pub scope: String,
    /// So many may be under way.
    pub limit: u32,
    /// So many more wait before they go on; those above are refused.
    pub burst: u32,
    /// How long they wait at first, for each full `limit` before them.
    pub delay: Duration,
    /// They always wait so long; otherwise the wait goes with how long requests take.
    pub fixed_delay: bool,
    /// Whose requests count together.
    pub by: LimitBy,
    /// Where counts stand.
    pub store: CounterStore,
    /// What a refusal says.
    pub refusals: Refusals,
}
