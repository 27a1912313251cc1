//! Counting against a bound: the open trait, and what a count says.

use model::policy::Window;
use std::time::Duration;

pub(crate) mod local;
pub(crate) mod redis;
pub(crate) mod window;

/// Counts, for one policy. What stands behind it may be this process or a store that several gateways share.
pub(crate) trait Counter: Send + Sync {
    /// Takes `cost` from each window of this key, or from none of them: one that has not so much left refuses it.
    /// `now` is the time since 1970.
    fn take(&self, key: u128, cost: u64, now: Duration) -> Allowance;

    /// The same, with these windows instead of its own; the key's counts go on as long as theirs last.
    fn take_in(&self, windows: &[Window], key: u128, cost: u64, now: Duration) -> Allowance;
}

/// What is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Whether it was taken.
    pub(crate) granted: bool,
    /// For each window what is left, and when it ends.
    pub(crate) windows: smallvec::SmallVec<[Left; 2]>,
}

/// What is left of one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    /// Until the window ends; [`Duration::MAX`] where that is not known.
    pub(crate) reset: Duration,
    /// The window's length.
    pub(crate) length: Duration,
}

impl Allowance {
    /// What is assumed where it cannot be counted: nothing was taken yet.
    pub(crate) fn assumed(window: &Window, now: Duration) -> Self {
        let (begin, end) = window::bounds(window.span, now, None);
        let (limit, length) = (window.limit, end - begin);
        let left = Left { limit, remaining: limit, reset: Duration::MAX, length };
        Self { granted: true, windows: smallvec::smallvec![left] }
    }

    /// The window with the least left; of several the one that ends last.
    pub(crate) fn tightest(&self) -> Option<&Left> {
        self.windows.iter().min_by_key(|left| (left.remaining, std::cmp::Reverse(left.reset)))
    }

    /// How long nothing is granted: until the last exhausted window ends.
    pub(crate) fn wait(&self) -> Duration {
        let exhausted = self.windows.iter().filter(|left| left.remaining == 0);
        exhausted.map(|left| left.reset).max().unwrap_or_default()
    }
}
