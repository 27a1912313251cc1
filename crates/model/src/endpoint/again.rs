//! What becomes of a request that its endpoint has not answered.

use crate::answer::Keyed;
use crate::text::Text;
use serde::Serialize;
use std::time::Duration;

/// Asks again, with the same body: it is held before the first try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Again {
    /// So many tries after the first.
    pub tries: u32,
    /// Before each of them.
    pub pause: Duration,
    /// A try that has no response header by then is lost.
    pub patience: Duration,
    /// A try is lost as well whose response makes this true.
    pub unless: Option<Text>,
    /// The last try's response goes to the client whatever it is.
    pub last_counts: bool,
    /// When none is tried at all for some time.
    pub breaker: Option<Breaker>,
    /// What is said when no try was good.
    pub failure: Keyed,
}

/// After requests without a good try, and as many in a row, none is sent for some time; then one is, on trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Breaker {
    /// So many.
    pub failures: u32,
    /// A request that took as long, with all its tries, counts as slow; as many slow ones in a row are the same.
    pub slow: Option<Duration>,
    /// For how long.
    pub pause: Duration,
    /// Requests are judged together that have the same value of this attribute; `None`: all.
    pub by: Option<String>,
}
