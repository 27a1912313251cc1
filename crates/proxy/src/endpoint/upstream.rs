//! Upstreams made ready: nodes with their connections and health. One that a reload leaves as it was goes on with both.

use super::choice::Balancer;
use super::health::Health;
use super::load::Load;
use super::probe;
use super::way;
use http::HeaderValue;
use model::endpoint::{ActiveHealth, Node, PassiveHealth, Upstream};
use model::id::UpstreamId;
use model::tls::ClientTls;
use net::client::{Origin, Pool, PoolOptions};
use net::forward::WayError;
use policy::Exchange;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;
use telemetry::metrics::NodeFigures;

/// Upstreams in use; cloning shares them.
#[derive(Clone, Default)]
pub struct Upstreams {
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    running: HashMap<UpstreamId, Weak<ReadyUpstream>>,
    /// So many are no reason yet to look for those that run no more.
    enough: usize,
}

impl Known {
    /// Forgets those that run no more, when there are twice as many as after the last time.
    fn sweep(&mut self) {
        if self.running.len() >= self.enough {
            self.running.retain(|_, running| running.strong_count() > 0);
            self.enough = (2 * self.running.len()).max(64);
        }
    }
}

/// Why an upstream cannot be made ready.
#[derive(Debug, thiserror::Error)]
#[error("upstream {upstream}: {cause}")]
pub struct UpstreamError {
    /// Which one.
    pub upstream: UpstreamId,
    /// Why.
    pub cause: Box<WayError>,
}

impl Upstreams {
    /// The nodes of all that run.
    pub fn nodes(&self) -> Vec<NodeFigures> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let running = known.running.iter().filter_map(|(id, running)| Some((id, running.upgrade()?)));
        let nodes = running.flat_map(|(id, running)| {
            let of = |node: &ReadyNode| NodeFigures {
                upstream: id.to_string(),
                node: node.name.to_string(),
                well: node.health.is_well(),
            };
            running.nodes.iter().map(of).collect::<Vec<_>>()
        });
        nodes.collect()
    }

    /// The upstream as it runs, if it runs unchanged; else a new one.
    pub(crate) fn ready(&self, id: &UpstreamId, upstream: &Arc<Upstream>) -> Result<Arc<ReadyUpstream>, UpstreamError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = known.running.get(id).and_then(Weak::upgrade).filter(|running| running.is_of(upstream)) {
            return Ok(running);
        }
        let fresh = ReadyUpstream::new(upstream.clone())
            .map_err(|cause| UpstreamError { upstream: id.clone(), cause: Box::new(cause) })?;
        let fresh = Arc::new(fresh);
        probe::watch(&fresh);
        known.sweep();
        known.running.insert(id.clone(), Arc::downgrade(&fresh));
        Ok(fresh)
    }
}

/// An upstream at run time.
pub(crate) struct ReadyUpstream {
    model: Arc<Upstream>,
    /// All nodes: those of the first choice, then those of each reserve.
    pub(super) nodes: Vec<ReadyNode>,
    /// Who chooses among the first.
    pub(super) balancer: Balancer,
    reserves: Vec<Reserve>,
    pub(super) retries: u32,
    pub(super) passive: Option<PassiveHealth>,
    pub(super) active: Option<ActiveHealth>,
}

/// Nodes that are asked where none before them is left.
struct Reserve {
    nodes: Range<usize>,
    balancer: Balancer,
}

/// A node at run time.
pub(super) struct ReadyNode {
    /// Made with the first request: most of many nodes never see one.
    pool: OnceLock<Box<Pool>>,
    pub(super) health: Health,
    /// What it has to do, for those who choose by it.
    pub(super) load: Arc<Load>,
    pub(super) weight: u32,
    /// How it is reached, for checks.
    pub(super) origin: Origin,
    /// `host`, or `host:port` where the port is not the scheme's own: its `Host` field.
    pub(super) authority: Arc<str>,
    /// `host:port`, for logs.
    pub(super) name: Arc<str>,
}

impl ReadyUpstream {
    pub(super) fn new(model: impl Into<Arc<Upstream>>) -> Result<Self, WayError> {
        let model = model.into();
        let first = model.nodes.len();
        let mut nodes = Vec::with_capacity(first);
        for node in model.nodes.iter().chain(model.reserves.iter().flatten()) {
            nodes.push(ready_node(&model, node)?);
        }
        Ok(Self {
            balancer: Balancer::new(&model.balance, &model.nodes, &nodes[..first]),
            reserves: reserves(&model, &nodes),
            nodes,
            retries: model.retries,
            active: model.active_health.clone(),
            passive: model.passive_health.clone(),
            model,
        })
    }

    /// Whether connections to its nodes can change to another protocol: those of HTTP/2 cannot, nor those of a proxy that
    /// passes requests on.
    pub(super) fn may_switch(&self) -> bool {
        let direct = |origin: &Origin| origin.tls.is_some() || origin.forward.is_none();
        self.nodes.iter().all(|node| !node.origin.http2 && direct(&node.origin))
    }

    /// How long a connection in another protocol may be quiet.
    pub(super) fn idle(&self) -> Duration {
        self.model.timeouts.read
    }

    /// Whether it runs as this says.
    pub(crate) fn is_of(&self, model: &Arc<Upstream>) -> bool {
        Arc::ptr_eq(&self.model, model) || self.model == *model
    }

    /// A way to another place than its nodes, as its nodes are reached.
    pub(super) fn stranger(&self, host: &str, port: u16, tls: Option<ClientTls>) -> Result<(Pool, Arc<str>), WayError> {
        let model = Upstream { tls, nodes: Vec::new(), ..(*self.model).clone() };
        let node = ready_node(&model, &Node { host: host.to_owned(), port, weight: 1 })?;
        Ok((Pool::new(node.origin, pool_options(&model)), node.authority))
    }

    /// The connections to a node of this upstream.
    pub(super) fn pool<'u>(&self, node: &'u ReadyNode) -> &'u Pool {
        node.pool.get_or_init(|| Box::new(Pool::new(node.origin.clone(), pool_options(&self.model))))
    }

    /// The nodes one request may try, in order: well ones, as many as retries allow; where all were tried, from the
    /// beginning again. `cookie` is what the client is to be given so that it comes to the same node again.
    pub(super) fn candidates<'u>(
        &'u self,
        exchange: &Exchange,
        cookie: &mut Option<HeaderValue>,
    ) -> impl Iterator<Item = &'u ReadyNode> + use<'u> {
        let tries = (self.retries as usize).saturating_add(1);
        let first = self.balancer.order(&self.nodes[..self.model.nodes.len()], exchange, cookie);
        let rest: Vec<usize> = self.reserves.iter().flat_map(|reserve| reserve.order(&self.nodes, exchange)).collect();
        let all = self.model.never_empty && !self.nodes.iter().any(|node| node.health.is_well());
        let asked = move |node: &&ReadyNode| all || node.health.is_well();
        first.chain(rest).map(|at| &self.nodes[at]).filter(asked).chain(self.again(asked)).take(tries)
    }

    /// Those that are asked, round and round, as long as there is one.
    fn again(&self, asked: impl Fn(&&ReadyNode) -> bool) -> impl Iterator<Item = &ReadyNode> {
        let (mut turns, mut passed_over) = (self.nodes.iter().cycle(), 0);
        std::iter::from_fn(move || {
            while passed_over < self.nodes.len() {
                let node = turns.next()?;
                if node.weight > 0 && asked(&node) {
                    passed_over = 0;
                    return Some(node);
                }
                passed_over += 1;
            }
            None
        })
    }
}

impl Reserve {
    fn order(&self, nodes: &[ReadyNode], exchange: &Exchange) -> Vec<usize> {
        let order = self.balancer.order(&nodes[self.nodes.clone()], exchange, &mut None);
        order.map(|at| at + self.nodes.start).collect()
    }
}

fn reserves(model: &Upstream, nodes: &[ReadyNode]) -> Vec<Reserve> {
    let mut start = model.nodes.len();
    let mut reserve = |group: &Vec<Node>| {
        let range = start..start + group.len();
        start = range.end;
        Reserve { balancer: Balancer::new(&model.balance, group, &nodes[range.clone()]), nodes: range }
    };
    model.reserves.iter().map(&mut reserve).collect()
}

fn ready_node(model: &Upstream, node: &Node) -> Result<ReadyNode, WayError> {
    let (host, port) = (node.host.as_str(), node.port);
    let tls = way::tls(model, host)?;
    let forward = way::forward(model, host, port)?;
    let usual = if tls.is_some() { 443 } else { 80 };
    let bracketed = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    let name: Arc<str> = format!("{bracketed}:{port}").into();
    let origin = Origin { host: host.to_owned(), port, tls, http2: model.http2, forward };
    Ok(ReadyNode {
        pool: OnceLock::new(),
        health: Health::default(),
        load: Arc::default(),
        weight: node.weight,
        origin,
        authority: if port == usual { bracketed.into() } else { name.clone() },
        name,
    })
}

fn pool_options(model: &Upstream) -> PoolOptions {
    PoolOptions {
        idle: model.keepalive.idle,
        idle_time: model.keepalive.time,
        connect: model.timeouts.connect,
        write: model.timeouts.write,
        read: model.timeouts.read,
    }
}
