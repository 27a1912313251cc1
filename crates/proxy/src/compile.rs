//! From the model to a snapshot: everything that can be decided before a request comes is decided here.

pub(crate) mod kept;

use crate::endpoint::{EndpointError, ReadyEndpoint, ReadyUpstream, ReadyUpstreams, UpstreamError};
use crate::listener::forwarded::Trust;
use crate::marks::ReadyMarks;
use crate::router::{Router, RouterError};
use crate::snapshot::{ListenerPlan, ReadyRoute, ReadyTable, Shared, Snapshot};
use kept::{Known, Traced};
use model::Gateway;
use model::consumer::Consumer;
use model::endpoint::{Endpoint, PathRule};
use model::id::{RouteId, TableId, UpstreamId};
use model::listener::Listener;
use model::predicate::{HostPattern, PathPattern};
use model::route::{Match, Route};
use model::table::Table;
use net::tls::TlsError;
use pieces::Pieces;
use policy::EditError;
use policy::build::{BuildError, Builder};
use policy::chain::ReadyChain;
use policy::consumers::Consumers;
use policy::exchange::RouteFacts;
use policy::predicate::comparable_pattern;
use policy::world::ReadyWorld;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;

/// Why a gateway cannot run.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A listener's TLS cannot be made ready.
    #[error("listener {listener}: {cause}")]
    Listener {
        /// Its address.
        listener: SocketAddr,
        /// Why.
        cause: Box<TlsError>,
    },
    /// A listener names a table that is not there.
    #[error("listener {listener} names the table {table}, which does not exist")]
    NoTable {
        /// Its address.
        listener: SocketAddr,
        /// The table.
        table: TableId,
    },
    /// A listener takes clients' addresses from a field that cannot be.
    #[error("listener {listener}: {name:?} is not the name of a header field")]
    AddressField {
        /// Its address.
        listener: SocketAddr,
        /// As written.
        name: String,
    },
    /// Two listeners want one address.
    #[error("two listeners have the address {listener}")]
    Twice {
        /// The address.
        listener: SocketAddr,
    },
    /// An upstream cannot be made ready.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// A route names an upstream that is not there.
    #[error("route {route} names the upstream {upstream}, which does not exist")]
    NoUpstream {
        /// The route.
        route: RouteId,
        /// The upstream.
        upstream: UpstreamId,
    },
    /// An endpoint changes a header field in a way that cannot be.
    #[error("{route}: endpoint: {cause}")]
    Endpoint {
        /// The route.
        route: RouteId,
        /// Why.
        cause: EditError,
    },
    /// The routes of a table cannot be told apart.
    #[error("table {table}: {cause}")]
    Router {
        /// The table.
        table: TableId,
        /// Why.
        cause: Box<RouterError>,
    },
    /// A step of a chain cannot be made ready.
    #[error("{place}: {cause}")]
    Step {
        /// Route or table.
        place: String,
        /// Why.
        cause: Box<BuildError>,
    },
}

/// Makes a gateway ready for traffic. Opens no socket. What has not changed since `previous` is taken over from it; the
/// result is the same without it.
pub fn compile(gateway: &Gateway, shared: &Shared, previous: Option<&Snapshot>) -> Result<Snapshot, CompileError> {
    let upstreams = upstreams(gateway, shared, previous)?;
    let moved = previous.map(|previous| moved(&previous.upstreams.made, &upstreams)).unwrap_or_default();
    let kept = previous.filter(|previous| same_consumers(&previous.consumers.0, &gateway.consumers));
    let consumers = match kept {
        Some(previous) => previous.consumers.1.clone(),
        None => Arc::new(known(&gateway.consumers)),
    };
    let builder = Builder::with(&shared.services, consumers.clone());
    let making = Making { builder, upstreams: &upstreams, moved, shared };
    let before = |table: &Table| kept?.tables.iter().find(|ready| ready.frame.id == table.id);
    let tables = gateway.tables.iter().map(|table| making.table(table, before(table)));
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    Ok(Snapshot {
        listeners: listeners(gateway, shared)?,
        tables,
        upstreams: Traced { trace: gateway.upstreams.list().trace(), made: upstreams },
        unrouted: shared.metrics.route("-"),
        shared: shared.clone(),
        consumers: (gateway.consumers.clone(), consumers),
    })
}

fn upstreams(gateway: &Gateway, shared: &Shared, previous: Option<&Snapshot>) -> Result<ReadyUpstreams, UpstreamError> {
    let before = previous.map(|previous| previous.upstreams.both());
    let ready =
        |(id, upstream): &(UpstreamId, _), _: Option<&_>| Ok((id.clone(), shared.upstreams.ready(id, upstream)?));
    gateway.upstreams.list().again(before, |_, _| true, ready)
}

/// Upstreams that run anew now, or no more: routes that lead to them have to be made anew.
fn moved(before: &ReadyUpstreams, now: &ReadyUpstreams) -> HashSet<*const ReadyUpstream> {
    let moved = now.differences(before).filter_map(|one| {
        let (_, before) = one.before?;
        let stays = one.now.is_some_and(|(_, now)| Arc::ptr_eq(before, now));
        (!stays).then_some(Arc::as_ptr(before))
    });
    moved.collect()
}

/// The clients, indexed. What one of them could never show is told once.
fn known(consumers: &[Arc<Consumer>]) -> Consumers {
    let known = Consumers::new(consumers);
    for (consumer, algorithm) in known.broken_keys() {
        let algorithm = algorithm.name();
        tracing::warn!(consumer, algorithm, "this key cannot be read: no token of the consumer is accepted with it");
    }
    known
}

fn same_consumers(before: &[Arc<Consumer>], now: &[Arc<Consumer>]) -> bool {
    let same = |(before, now): (&Arc<Consumer>, &Arc<Consumer>)| Arc::ptr_eq(before, now) || before == now;
    before.len() == now.len() && before.iter().zip(now).all(same)
}

/// A compilation under way.
struct Making<'a> {
    builder: Builder<'a>,
    upstreams: &'a ReadyUpstreams,
    /// Upstreams of the snapshot before that do not run on.
    moved: HashSet<*const ReadyUpstream>,
    shared: &'a Shared,
}

impl Making<'_> {
    fn table(&self, table: &Table, before: Option<&ReadyTable>) -> Result<ReadyTable, CompileError> {
        let frame = frame(table);
        // all that surrounds a route is part of its chain
        let before = before.filter(|before| before.frame == frame);
        if let Some(before) = before {
            self.builder.adopt(&table.id, &before.outside);
        }
        let known = before.map(|before| Known::of(&table.routes, &before.routes));
        let router = match (before, &known) {
            (Some(before), Some(known)) => before.router.follow(&table.routes, &known.origins),
            (_, _) => Router::compile(&table.routes, table.normalization),
        };
        let router =
            router.map_err(|cause| CompileError::Router { table: table.id.clone(), cause: Box::new(cause) })?;
        let outside = ReadyChain::compile(table, None, &self.builder)
            .map_err(|cause| CompileError::Step { place: table.id.to_string(), cause: Box::new(cause) })?;
        let routes = table.routes.again(
            before.map(|before| before.routes.both()),
            |_, ready| self.goes_on(ready),
            |route, ready| match ready.or_else(|| known.as_ref()?.ready(route)) {
                Some(ready) if self.goes_on(ready) => Ok(Arc::clone(ready)),
                _ => self.route(table, route).map(Arc::new),
            },
        )?;
        let routes = Traced { trace: table.routes.trace(), made: routes };
        let marks = table.marks.as_ref().map(|marks| Box::new(ReadyMarks::new(marks)));
        Ok(ReadyTable { routes, frame, router, outside, marks })
    }

    /// Whether the upstreams that it leads to run as before.
    fn goes_on(&self, ready: &ReadyRoute) -> bool {
        self.moved.is_empty() || !ready.endpoint.upstreams().any(|one| self.moved.contains(&Arc::as_ptr(one)))
    }

    fn route(&self, table: &Table, route: &Arc<Route>) -> Result<ReadyRoute, CompileError> {
        let chain = ReadyChain::compile(table, Some(route), &self.builder)
            .map_err(|cause| CompileError::Step { place: route.id.to_string(), cause: Box::new(cause) })?;
        let endpoint = ReadyEndpoint::compile(&route.endpoint, table.normalization, self.upstreams)
            .map_err(|cause| endpoint_error(&route.id, cause))?;
        let facts = route.matches.iter().map(|matching| facts(table, route, matching)).collect();
        let metrics = self.shared.metrics.route(route.id.as_str());
        Ok(ReadyRoute { model: Arc::downgrade(route), facts, chain, endpoint, metrics })
    }
}

fn endpoint_error(route: &RouteId, cause: EndpointError) -> CompileError {
    match cause {
        EndpointError::NoUpstream(upstream) => CompileError::NoUpstream { route: route.clone(), upstream },
        EndpointError::Edit(cause) => CompileError::Endpoint { route: route.clone(), cause },
    }
}

/// A table without its routes.
fn frame(table: &Table) -> Table {
    Table { routes: Pieces::new(), ..table.clone() }
}

fn facts(table: &Table, route: &Route, matching: &Match) -> Arc<RouteFacts> {
    let template = match &matching.predicate.path {
        None => String::new(),
        Some(PathPattern::Template(template)) => template.text.clone(),
        Some(PathPattern::Exact(text) | PathPattern::Prefix(text) | PathPattern::Regex(text)) => text.clone(),
    };
    let path = match (&route.path, &route.endpoint) {
        (Some(path), _) => path.clone(),
        (None, Endpoint::Http(http)) => http.path.clone(),
        (None, Endpoint::Groups(groups)) => {
            let first = groups.groups.first().and_then(|group| group.members.first());
            first.map_or(PathRule::KEEP, |member| member.http.path.clone())
        }
        (None, Endpoint::None | Endpoint::Answer(_)) => PathRule::KEEP,
    };
    let open = matches!(matching.predicate.path, Some(PathPattern::Prefix(_)));
    Arc::new(RouteFacts {
        id: route.id.clone(),
        pattern: if open { format!("{template}*") } else { template.clone() },
        hosts: matching.predicate.hosts.iter().map(|host| (comparable_pattern(host), shown(host))).collect(),
        template,
        open,
        told: route.told.clone(),
        path,
        normalization: table.normalization,
        world: route.around.as_ref().map(|around| Arc::new(ReadyWorld::new(&around.world))),
    })
}

/// A pattern as people write it.
fn shown(host: &HostPattern) -> String {
    match host {
        HostPattern::Exact(name) => name.clone(),
        HostPattern::Suffix(end) => format!("*{end}"),
        HostPattern::Prefix(start) => format!("{start}*"),
    }
}

fn listeners(gateway: &Gateway, shared: &Shared) -> Result<Vec<ListenerPlan>, CompileError> {
    let tables: HashMap<&TableId, usize> =
        gateway.tables.iter().enumerate().map(|(at, table)| (&table.id, at)).collect();
    let mut plans: Vec<ListenerPlan> = Vec::new();
    for listener in &gateway.listeners {
        let plan = plan(listener, &tables, shared)?;
        if plan.address.port() != 0 && plans.iter().any(|other| other.address == plan.address) {
            return Err(CompileError::Twice { listener: plan.address });
        }
        plans.push(plan);
    }
    Ok(plans)
}

fn plan(listener: &Listener, tables: &HashMap<&TableId, usize>, shared: &Shared) -> Result<ListenerPlan, CompileError> {
    let at = |table: &TableId| {
        let missing = || CompileError::NoTable { listener: listener.address, table: table.clone() };
        tables.get(table).copied().ok_or_else(missing)
    };
    Ok(ListenerPlan {
        address: listener.address,
        tables: listener.tables.iter().map(at).collect::<Result<_, _>>()?,
        tls: (listener.tls.as_ref())
            .map(|tls| shared.server_tls(tls, listener.http2))
            .transpose()
            .map_err(|cause| CompileError::Listener { listener: listener.address, cause: Box::new(cause) })?,
        http2: listener.http2,
        proxy_protocol: listener.proxy_protocol,
        trust: Trust::compile(listener)
            .map_err(|name| CompileError::AddressField { listener: listener.address, name })?,
        limits: listener.limits.clone(),
    })
}

#[cfg(test)]
mod tests;
