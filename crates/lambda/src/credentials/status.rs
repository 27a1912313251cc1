//! What is told of an identity: provider, end, failures, who waited. Never its keys.

use super::source::NoKeys;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// What is told of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityStatus {
    /// A word or two: `surroundings`, or the ARN of its role.
    pub identity: String,
    /// How it is.
    pub state: IdentityState,
    /// The source that gave the keys: `container`.
    pub provider: Option<&'static str>,
    /// Which variables, file, URL or role they are from.
    pub origin: Option<String>,
    /// When they end, by this machine's clock; `None` for keys that do not.
    pub expires: Option<SystemTime>,
    /// Why the last attempt to renew them failed, if it did.
    pub failure: Option<String>,
    /// How often keys were fetched.
    pub fetched: u64,
    /// How often that failed.
    pub failed: u64,
    /// Requests that waited because there had never been keys.
    pub waited_first: u64,
    /// Requests that waited because keys had ended.
    pub waited_renewal: u64,
}

impl IdentityStatus {
    /// Whether it has keys that can be used.
    pub fn is_usable(&self) -> bool {
        match self.state {
            IdentityState::Good | IdentityState::Failing => true,
            IdentityState::None => false,
        }
    }
}

/// How an identity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityState {
    /// It has keys.
    Good,
    /// It has keys that still serve, but cannot be renewed.
    Failing,
    /// It has none, or none yet.
    None,
}

impl IdentityState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Failing => "failing",
            Self::None => "none",
        }
    }
}

/// What is counted.
#[derive(Default)]
pub(super) struct Counts {
    fetched: AtomicU64,
    failed: AtomicU64,
    waited_first: AtomicU64,
    waited_renewal: AtomicU64,
}

impl Counts {
    pub(super) fn renewed(&self) {
        self.fetched.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn waited(&self, renewal: bool) {
        let count = if renewal { &self.waited_renewal } else { &self.waited_first };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// What is known of keys.
pub(super) struct Facts<'a> {
    pub(super) provider: &'static str,
    pub(super) origin: &'a str,
    pub(super) expires: Option<SystemTime>,
}

impl IdentityStatus {
    pub(super) fn new(
        identity: &str,
        state: IdentityState,
        facts: Option<Facts<'_>>,
        failure: Option<String>,
        counts: &Counts,
    ) -> Self {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Self {
            identity: identity.to_owned(),
            state,
            provider: facts.as_ref().map(|facts| facts.provider),
            origin: facts.as_ref().map(|facts| facts.origin.to_owned()),
            expires: facts.and_then(|facts| facts.expires),
            failure,
            fetched: count(&counts.fetched),
            failed: count(&counts.failed),
            waited_first: count(&counts.waited_first),
            waited_renewal: count(&counts.waited_renewal),
        }
    }
}

/// Why sources have no keys: those that do not work, or all where nothing is wrong with any.
pub(super) fn told(lacks: &[NoKeys]) -> String {
    let broken: Vec<String> = lacks.iter().filter(|lack| !lack.absent).map(NoKeys::to_string).collect();
    if !broken.is_empty() {
        return broken.join("; ");
    }
    lacks.iter().map(NoKeys::to_string).collect::<Vec<_>>().join("; ")
}
