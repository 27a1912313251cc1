//! Prometheus metrics: handles resolved when the configuration is compiled, plain atomics on the way of a request.

use std::sync::Arc;
use std::time::Duration;

/// All metrics of the process; cloning shares them.
#[derive(Clone, Default)]
pub struct Metrics {}

/// A route's own counters.
#[derive(Default)]
pub struct RouteMetrics {}

/// A function's (or URL's) own counters.
#[derive(Default)]
pub struct CallMetrics {}

impl Metrics {
    /// The counters of a route; the same for the same id, across reloads.
    pub fn route(&self, id: &str) -> Arc<RouteMetrics> {
        let _ = id;
        Arc::default()
    }

    /// The counters of a function or URL.
    pub fn call(&self, function: &str) -> Arc<CallMetrics> {
        let _ = function;
        Arc::default()
    }

    /// A client connected (+1) or left (-1).
    pub fn connections(&self, change: i64) {
        let _ = change;
    }

    /// A reload ended well or not.
    pub fn reload(&self, accepted: bool) {
        let _ = accepted;
    }

    /// Everything in the Prometheus text format (OpenMetrics).
    pub fn render(&self) -> String {
        String::new()
    }
}

impl RouteMetrics {
    /// One request ended.
    pub fn request(&self, status: u16, duration: Duration, bytes: u64) {
        let _ = (status, duration, bytes);
    }
}

impl CallMetrics {
    /// One call ended: `outcome` is `ok` or a failure code.
    pub fn call(&self, outcome: &'static str, duration: Duration) {
        let _ = (outcome, duration);
    }
}
