//! Upstreams made ready: nodes with their connections and health. One that a reload leaves as it was goes on with both.

use super::health::Health;
use super::rotation::Rotation;
use model::endpoint::{PassiveHealth, Upstream};
use model::id::UpstreamId;
use net::client::{Origin, OriginTls, Pool, PoolOptions};
use net::tls::{ClientTlsOptions, TlsError, client_config};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Upstreams in use; cloning shares them.
#[derive(Clone, Default)]
pub struct Upstreams {
    known: Arc<Mutex<HashMap<UpstreamId, Weak<ReadyUpstream>>>>,
}

/// Why an upstream cannot be made ready.
#[derive(Debug, thiserror::Error)]
#[error("upstream {upstream}: {cause}")]
pub struct UpstreamError {
    /// Which one.
    pub upstream: UpstreamId,
    /// Why.
    pub cause: Box<TlsError>,
}

impl Upstreams {
    /// The upstream as it runs, if it runs unchanged; else a new one.
    pub(crate) fn ready(&self, id: &UpstreamId, upstream: &Upstream) -> Result<Arc<ReadyUpstream>, UpstreamError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = known.get(id).and_then(Weak::upgrade).filter(|running| running.model == *upstream) {
            return Ok(running);
        }
        let fresh = ReadyUpstream::new(upstream)
            .map_err(|cause| UpstreamError { upstream: id.clone(), cause: Box::new(cause) })?;
        let fresh = Arc::new(fresh);
        known.retain(|_, running| running.strong_count() > 0);
        known.insert(id.clone(), Arc::downgrade(&fresh));
        Ok(fresh)
    }
}

/// An upstream at run time.
pub(crate) struct ReadyUpstream {
    model: Upstream,
    pub(super) nodes: Vec<ReadyNode>,
    rotation: Rotation,
    pub(super) retries: u32,
    pub(super) passive: Option<PassiveHealth>,
}

/// A node at run time.
pub(super) struct ReadyNode {
    pub(super) pool: Pool,
    pub(super) health: Health,
    /// `host`, or `host:port` where the port is not the scheme's own: its `Host` field.
    pub(super) authority: String,
    /// `host:port`, for logs.
    pub(super) name: Arc<str>,
}

impl ReadyUpstream {
    fn new(model: &Upstream) -> Result<Self, TlsError> {
        let weights: Vec<u32> = model.nodes.iter().map(|node| node.weight).collect();
        let nodes =
            model.nodes.iter().map(|node| ready_node(model, &node.host, node.port)).collect::<Result<_, _>>()?;
        Ok(Self {
            nodes,
            rotation: Rotation::new(&weights),
            retries: model.retries,
            passive: model.passive_health.clone(),
            model: model.clone(),
        })
    }

    /// The nodes one request may try, in order: well ones, as many as retries allow.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &ReadyNode> {
        let tries = (self.retries as usize).saturating_add(1);
        self.rotation.take().map(|at| &self.nodes[at]).filter(|node| node.health.is_well()).take(tries)
    }
}

fn ready_node(model: &Upstream, host: &str, port: u16) -> Result<ReadyNode, TlsError> {
    let tls = match &model.tls {
        None => None,
        Some(tls) => Some(OriginTls {
            config: client_config(&ClientTlsOptions {
                verify: tls.verify,
                authorities: tls.authorities.clone(),
                alpn_h2: model.http2,
            })?,
            server_name: tls.server_name.clone().unwrap_or_else(|| host.to_owned()),
        }),
    };
    let usual = if tls.is_some() { 443 } else { 80 };
    let bracketed = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    let name = format!("{bracketed}:{port}");
    let origin = Origin { host: host.to_owned(), port, tls, http2: model.http2 };
    let options = PoolOptions {
        idle: model.keepalive.idle,
        idle_time: model.keepalive.time,
        connect: model.timeouts.connect,
        write: model.timeouts.write,
        read: model.timeouts.read,
    };
    Ok(ReadyNode {
        pool: Pool::new(origin, options),
        health: Health::default(),
        authority: if port == usual { bracketed } else { name.clone() },
        name: name.into(),
    })
}
