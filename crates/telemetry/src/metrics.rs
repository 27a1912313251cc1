//! Prometheus metrics: handles resolved when the configuration is compiled, plain atomics on the way of a request.
//!
//! A route's or function's series live as long as somebody holds its handle: a snapshot that names it. What a reload
//! removes leaves the output with the last request of the old snapshot.

mod call;
mod exposition;
mod histogram;
mod identity;
mod node;
mod process;
mod registry;
mod route;
#[cfg(test)]
mod tests;

pub use call::CallMetrics;
pub use identity::{Identities, IdentityFigures};
pub use node::{NodeFigures, Nodes};
pub use route::RouteMetrics;

use crate::AccessLog;
use crate::book::{Book, Books};
use exposition::{Gateway, Process};
use prometheus_client::registry::Registry;
use registry::Handles;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The media type of what [`Metrics::render`] returns.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All metrics of the process; cloning shares them.
#[derive(Clone, Default)]
pub struct Metrics {
    state: Arc<State>,
}

/// What all handles share.
#[derive(Debug)]
struct State {
    routes: Handles<RouteMetrics>,
    calls: Handles<CallMetrics>,
    books: Books,
    connections: AtomicI64,
    connections_total: AtomicU64,
    reloads: [AtomicU64; 2],
    /// Result and time of the last reload.
    last_reload: Mutex<Option<(bool, SystemTime)>>,
    access_log_lost: Mutex<Arc<AtomicU64>>,
    log_records_lost: AtomicU64,
    identities: identity::Watched,
    nodes: node::Watched,
    started: Instant,
    started_at: SystemTime,
}

impl Metrics {
    /// The counters of a route; the same for the same id, across reloads.
    pub fn route(&self, id: &str) -> Arc<RouteMetrics> {
        self.state.routes.of(id)
    }

    /// The counters of a function or URL.
    pub fn call(&self, function: &str) -> Arc<CallMetrics> {
        self.state.calls.of(function)
    }

    /// What is counted under names of the configuration's own, for the scrape of this name.
    pub fn book(&self, name: &str) -> Arc<Book> {
        self.state.books.of(name)
    }

    /// The same, if somebody counts there.
    pub fn known_book(&self, name: &str) -> Option<Arc<Book>> {
        self.state.books.known(name)
    }

    /// A client connected (+1) or left (-1).
    pub fn connections(&self, change: i64) {
        self.state.connections.fetch_add(change, Ordering::Relaxed);
        self.state.connections_total.fetch_add(u64::try_from(change).unwrap_or(0), Ordering::Relaxed);
    }

    /// A reload ended well or not.
    pub fn reload(&self, accepted: bool) {
        self.state.reloads[usize::from(accepted)].fetch_add(1, Ordering::Relaxed);
        *self.state.last_reload.lock().unwrap_or_else(PoisonError::into_inner) = Some((accepted, SystemTime::now()));
    }

    /// Counts the lines this log loses from now on. Of several logs the last one counts.
    pub fn watch(&self, log: &AccessLog) {
        *self.state.access_log_lost.lock().unwrap_or_else(PoisonError::into_inner) = log.lost_counter();
    }

    /// Tells of these identities from now on.
    pub fn watch_identities(&self, identities: Identities) {
        self.state.identities.set(identities);
    }

    /// Asks here for the nodes of upstreams from now on.
    pub fn watch_nodes(&self, nodes: Nodes) {
        self.state.nodes.set(nodes);
    }

    /// The nodes of upstreams in use.
    pub fn nodes(&self) -> Vec<NodeFigures> {
        self.state.nodes.figures()
    }

    /// Records that were meant for a server of logs and did not get there.
    pub fn log_records_lost(&self, records: u64) {
        self.state.log_records_lost.fetch_add(records, Ordering::Relaxed);
    }

    /// Client connections that are open now.
    pub fn open_connections(&self) -> i64 {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// Client connections there were so far.
    pub fn connections_total(&self) -> u64 {
        self.state.connections_total.load(Ordering::Relaxed)
    }

    /// Requests that were answered so far, on routes that are still there.
    pub fn requests_total(&self) -> u64 {
        let of =
            |(_, route): (Box<str>, Arc<RouteMetrics>)| route.statuses().iter().map(|(_, count)| count).sum::<u64>();
        self.state.routes.in_use().into_iter().map(of).sum()
    }

    /// How long the process has been running.
    pub fn uptime(&self) -> Duration {
        self.state.started.elapsed()
    }

    /// Everything in the Prometheus text format (OpenMetrics); [`CONTENT_TYPE`] is its media type.
    pub fn render(&self) -> String {
        let mut registry = Registry::with_prefix("lambdagate");
        registry.register_collector(Box::new(Gateway(Arc::clone(&self.state))));
        let mut process = Registry::with_prefix("process"); // named as every Prometheus client names them
        process.register_collector(Box::new(Process(self.state.started_at)));
        let mut text = String::new();
        prometheus_client::encoding::text::encode_registry(&mut text, &registry)
            .and_then(|()| prometheus_client::encoding::text::encode(&mut text, &process))
            .expect("writing to a string does not fail");
        text
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            routes: Handles::default(),
            calls: Handles::default(),
            books: Books::default(),
            connections: AtomicI64::new(0),
            connections_total: AtomicU64::new(0),
            reloads: Default::default(),
            last_reload: Mutex::default(),
            access_log_lost: Mutex::default(),
            log_records_lost: AtomicU64::new(0),
            identities: identity::Watched::default(),
            nodes: node::Watched::default(),
            started: Instant::now(),
            started_at: SystemTime::now(),
        }
    }
}

/// Seconds since 1970.
fn unix_seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
