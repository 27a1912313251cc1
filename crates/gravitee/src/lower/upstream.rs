//! From endpoints to an upstream: its nodes, and how they are spoken to.

use super::endpoint::{Chosen, Group};
use super::once::Once;
use super::target::Target;
use super::{Lowering, tls};
use crate::part::Part;
use model::endpoint::{Balance, Keepalive, Node, Upstream, UpstreamTimeouts};
use model::forward::Forward;
use model::tls::ClientTls;
use std::time::Duration;

/// How an endpoint is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    timeouts: UpstreamTimeouts,
    keepalive: Keepalive,
    http2: bool,
    secure: bool,
    /// Where it is spoken to by TLS.
    pub(super) tls: ClientTls,
    forward: Forward,
    /// The client's `Accept-Encoding` goes on.
    pub(super) accept_encoding: bool,
    /// The client's `Host` goes on.
    pub(super) client_host: bool,
}

impl Options {
    pub(super) fn of(part: &Part<'_>, target: &Target, once: &Once, at: &mut Lowering<'_>) -> Self {
        let http = part.part("http");
        let time = |name: &str, usual: u64| match http.count(name).unwrap_or(usual) {
            0 => Duration::from_secs(24 * 3600), // as long as it takes
            time => Duration::from_millis(time),
        };
        let read = time("readTimeout", 10_000);
        let idle = match http.flag("keepAlive") {
            true => http.count("maxConcurrentConnections").and_then(|most| usize::try_from(most).ok()).unwrap_or(100),
            false => 0,
        };
        Self {
            timeouts: UpstreamTimeouts { connect: time("connectTimeout", 5_000), write: read, read },
            keepalive: Keepalive { idle, time: time("keepAliveTimeout", 30_000) },
            http2: http.word("version") == Some("HTTP_2") || target.grpc,
            secure: target.secure,
            tls: tls::tls(&part.part("ssl"), once, at),
            forward: tls::forward(&part.part("proxy"), once, at),
            accept_encoding: http.flag("propagateClientAcceptEncoding"),
            client_host: http.flag("propagateClientHost"),
        }
    }
}

/// Whether the endpoints of a group differ in nothing but their place.
pub(super) fn is_plain(group: &Group<'_>) -> bool {
    let Some(first) = group.chosen.first() else { return false };
    let like_first = |one: &Chosen| {
        let own = (&one.target.path, &one.options, &one.headers, &one.health);
        own == (&first.target.path, &first.options, &first.headers, &first.health)
    };
    let alone = |one: &Chosen| !one.spare && one.target.query.is_none();
    let ordered = !group.balance.at_random || group.chosen.len() == 1;
    ordered && group.chosen.iter().all(|one| alone(one) && like_first(one))
}

/// The upstream of such a group.
pub(super) fn of_group(group: &Group<'_>) -> Upstream {
    let weight = |one: &Chosen| if group.balance.weighted { one.weight } else { 1 };
    let nodes = group.chosen.iter().map(|one| node(one, weight(one))).collect();
    upstream(&group.chosen[0], nodes)
}

/// The upstream of one endpoint.
pub(super) fn of_one(chosen: &Chosen) -> Upstream {
    upstream(chosen, vec![node(chosen, 1)])
}

fn upstream(first: &Chosen, nodes: Vec<Node>) -> Upstream {
    let options = first.options.clone();
    Upstream {
        reserves: Vec::new(),
        never_empty: false,
        tls: options.secure.then_some(options.tls),
        forward: options.forward,
        http2: options.http2,
        nodes,
        balance: Balance::RoundRobin,
        timeouts: options.timeouts,
        retries: 0,
        keepalive: options.keepalive,
        passive_health: None,
        active_health: first.health.clone(),
    }
}

fn node(chosen: &Chosen, weight: u32) -> Node {
    Node { host: chosen.target.host.clone(), port: chosen.target.port, weight }
}
