//! What policies need of the world, and what outlives the snapshots that use it.

use model::id::Slot;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use lambda::credentials::IdentityStatus;

/// What policies need of the world; lives across reloads.
#[derive(Clone, Default)]
pub struct Services {
    /// Functions, with their connections and credentials.
    pub lambda: lambda::invoke::Lambda,
    /// Metrics.
    pub metrics: telemetry::Metrics,
    /// Counts of rate limits.
    pub counters: crate::limit::counters::Counters,
    /// Servers that know of tokens.
    pub tokens: crate::auth::tokens::Tokens,
    /// Kept responses.
    pub caches: crate::cache::Caches,
    /// Records on their way to servers.
    pub logs: crate::log::queue::Queues,
    /// Numbers of slots: chains that go on from one snapshot to the next must agree on them.
    pub slots: Slots,
}

/// A number for each slot's name; cloning shares them.
#[derive(Clone, Default)]
pub struct Slots(Arc<Mutex<HashMap<Slot, usize>>>);

impl Slots {
    pub(super) fn of(&self, slot: &Slot) -> usize {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = slots.len();
        *slots.entry(slot.clone()).or_insert(next)
    }
}

impl Services {
    /// What is known of each identity that calls are made with.
    pub fn identities(&self) -> Vec<IdentityStatus> {
        self.lambda.identities()
    }

    /// The same, for somebody who asks again and again.
    pub fn watch_identities(&self) -> impl Fn() -> Vec<IdentityStatus> + Send + Sync + 'static {
        let lambda = self.lambda.clone();
        move || lambda.identities()
    }

    /// Sends the records that wait, before the process ends.
    pub async fn flush_logs(&self, time: std::time::Duration) {
        self.logs.flush(time).await;
    }

    /// Looks for what calls need of the surroundings, so that no request waits for it.
    pub async fn prepare(&self) {
        self.lambda.prepare().await;
    }
}
