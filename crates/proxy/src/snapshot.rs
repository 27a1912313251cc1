//! The compiled, immutable thing that requests read.

use crate::compile::kept::Traced;
use crate::endpoint::{ReadyEndpoint, ReadyUpstream, Upstreams};
use crate::listener::SelfMade;
use crate::listener::forwarded::Trust;
use crate::marks::ReadyMarks;
use crate::router::Router;
use model::consumer::Consumer;
use model::endpoint::Upstream;
use model::id::UpstreamId;
use model::listener::Limits;
use model::route::Route;
use model::table::Table;
use policy::chain::ReadyChain;
use policy::consumers::Consumers;
use policy::exchange::RouteFacts;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use telemetry::metrics::RouteMetrics;

/// What outlives snapshots: connections, credentials, counters, logs.
#[derive(Clone)]
pub struct Shared {
    /// What policies need of the world: functions, counters.
    pub services: policy::build::Services,
    /// All metrics.
    pub metrics: telemetry::Metrics,
    /// The access log.
    pub access: telemetry::AccessLog,
    /// Upstreams in use, with their connections and health.
    pub upstreams: Upstreams,
    /// What listeners with TLS show that have no certificate.
    pub self_made: SelfMade,
}

/// A gateway made ready for traffic.
pub struct Snapshot {
    pub(crate) shared: Shared,
    pub(crate) listeners: Vec<ListenerPlan>,
    /// All upstreams, for the next snapshot.
    pub(crate) upstreams: Traced<(UpstreamId, Arc<Upstream>), (UpstreamId, Arc<ReadyUpstream>)>,
    pub(crate) tables: Vec<ReadyTable>,
    /// Counts requests that no route took.
    pub(crate) unrouted: Arc<RouteMetrics>,
    /// The clients it was compiled with, and their index.
    pub(crate) consumers: (Vec<Arc<Consumer>>, Arc<Consumers>),
}

impl Snapshot {
    /// Number of routes, over all tables.
    pub fn routes(&self) -> usize {
        self.tables.iter().map(|table| table.routes.made.len()).sum()
    }

    /// Configured listening addresses.
    pub fn listeners(&self) -> impl Iterator<Item = SocketAddr> {
        self.listeners.iter().map(|plan| plan.address)
    }
}

/// A listener made ready.
pub(crate) struct ListenerPlan {
    pub(crate) address: SocketAddr,
    /// Indices of its tables.
    pub(crate) tables: Vec<usize>,
    pub(crate) tls: Option<Arc<net::tls::ServerTls>>,
    pub(crate) http2: bool,
    pub(crate) proxy_protocol: bool,
    pub(crate) trust: Trust,
    pub(crate) limits: Limits,
}

/// A table made ready.
pub(crate) struct ReadyTable {
    /// The table it was made from, without its routes.
    pub(crate) frame: Table,
    pub(crate) router: Router,
    pub(crate) routes: Traced<Arc<Route>, Arc<ReadyRoute>>,
    /// The outer ring alone, for requests that no route takes.
    pub(crate) outside: ReadyChain,
    /// What every response shows of the gateway.
    pub(crate) marks: Option<Box<ReadyMarks>>,
}

/// A route made ready.
pub(crate) struct ReadyRoute {
    /// The route it was made from, to be recognized; its content is not kept.
    pub(crate) model: Weak<Route>,
    /// One for each of the route's matches: they differ in their pattern.
    pub(crate) facts: Vec<Arc<RouteFacts>>,
    pub(crate) chain: ReadyChain,
    pub(crate) endpoint: ReadyEndpoint,
    pub(crate) metrics: Arc<RouteMetrics>,
}

/// A snapshot as one listener sees it.
pub(crate) struct View {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) listener: usize,
}

impl View {
    pub(crate) fn plan(&self) -> &ListenerPlan {
        &self.snapshot.listeners[self.listener]
    }

    /// The table that speaks when none of them has a route.
    pub(crate) fn first_table(&self) -> Option<&ReadyTable> {
        self.plan().tables.first().map(|at| &self.snapshot.tables[*at])
    }
}
