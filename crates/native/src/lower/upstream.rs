//! Http upstreams, and how a route uses one.

mod balance;
mod health;
mod path;

pub(crate) use health::{USUAL as USUAL_TIME, statuses};
pub(super) use path::path_rule;

use super::{Lowering, forward, trust};
use crate::decode::{At, Either, Text};
use crate::entity::upstream::{self as entity, Nodes, RouteUpstream};
use crate::findings::Spot;
use crate::names;
use dialect::Faith;
use model::endpoint::{HostHeader, HttpEndpoint, Keepalive, Node, PathRule, Upstream, UpstreamTimeouts};
use model::forward::Forward;
use model::id::UpstreamId;
use model::quirk::ForwardMarks;
use model::tls;

/// The endpoint of a route: an upstream with a name, or one of its own, which then bears the route's name.
pub(super) fn endpoint(written: &Either<Text, At<RouteUpstream>>, route: &str, at: &mut Lowering<'_>) -> HttpEndpoint {
    match written {
        Either::First(name) => HttpEndpoint {
            upstream: named(name, at),
            path: PathRule::KEEP,
            host: HostHeader::Node,
            marks: ForwardMarks::default(),
            websocket: true,
        },
        Either::Second(written) => HttpEndpoint {
            upstream: used(written, route, at),
            path: written.path.as_ref().map_or(PathRule::KEEP, |path| path_rule(path, at)),
            host: written.host.as_ref().map_or(HostHeader::Node, host_header),
            marks: written.marks.as_ref().map(|given| marks(&given.0)).unwrap_or_default(),
            websocket: written.websocket.as_ref().is_none_or(|flag| flag.value),
        },
    }
}

fn named(name: &Text, at: &mut Lowering<'_>) -> UpstreamId {
    let id = UpstreamId::new(names::id("upstream", name));
    if !at.upstreams.contains_key(&id) {
        let known: Vec<UpstreamId> = at.upstreams.keys().cloned().collect();
        at.unknown(&name.spot, "upstream", name, known.iter().map(|id| names::name("upstream", id.as_str())));
    }
    id
}

fn used(written: &At<RouteUpstream>, route: &str, at: &mut Lowering<'_>) -> UpstreamId {
    let own = own(written);
    match (&written.named, own) {
        (Some(name), None) => named(name, at),
        (Some(name), Some(_)) => {
            at.invalid(&name.spot, "beside \"use\" only path and host may stand; change the upstream of that name");
            named(name, at)
        }
        (None, Some(own)) => {
            let id = free_id(route, at);
            let upstream = upstream(&own, at);
            at.upstreams.insert(id.clone(), upstream);
            id
        }
        (None, None) => {
            at.incomplete(&written.spot, "an upstream has nodes, or the name of one in \"use\"");
            UpstreamId::new(names::id("upstream", route))
        }
    }
}

/// The upstream that a route says it has of its own.
fn own(written: &RouteUpstream) -> Option<entity::Upstream> {
    let w = written.clone();
    let says = w.nodes.is_some()
        || w.reserves.is_some()
        || w.never_empty.is_some()
        || w.tls.is_some()
        || w.http2.is_some()
        || w.forward.is_some()
        || w.balance.is_some()
        || w.retries.is_some()
        || w.timeouts.is_some()
        || w.keepalive.is_some()
        || w.passive_health.is_some()
        || w.active_health.is_some();
    says.then(|| entity::Upstream {
        nodes: w.nodes.unwrap_or_default(),
        reserves: w.reserves,
        never_empty: w.never_empty,
        tls: w.tls,
        http2: w.http2,
        forward: w.forward,
        balance: w.balance,
        retries: w.retries,
        timeouts: w.timeouts,
        keepalive: w.keepalive,
        passive_health: w.passive_health,
        active_health: w.active_health,
    })
}

fn free_id(route: &str, at: &Lowering<'_>) -> UpstreamId {
    let mut id = UpstreamId::new(names::id("upstream", route));
    let mut count = 1;
    while at.upstreams.contains_key(&id) {
        count += 1;
        id = UpstreamId::new(names::id("upstream", &format!("{route}#{count}")));
    }
    id
}

pub(super) fn upstream(written: &entity::Upstream, at: &mut Lowering<'_>) -> Upstream {
    let tls = tls(written.tls.as_ref(), at);
    let port = if tls.is_some() { 443 } else { 80 };
    Upstream {
        nodes: nodes(&written.nodes, port, at),
        reserves: written.reserves.iter().flatten().map(|group| nodes(group, port, at)).collect(),
        never_empty: written.never_empty.as_ref().is_some_and(|flag| flag.value),
        tls,
        forward: written.forward.as_ref().map_or(Forward::Direct, |written| forward::forward(written, at)),
        http2: written.http2.as_ref().is_some_and(|http2| http2.value),
        balance: balance::balance(written.balance.as_ref(), at),
        timeouts: timeouts(written.timeouts.as_ref()),
        retries: written.retries.as_ref().map_or(1, |retries| retries.value),
        keepalive: keepalive(written.keepalive.as_ref(), Keepalive::default()),
        passive_health: written.passive_health.as_ref().map(|given| health::passive(&given.0, at)),
        active_health: written.active_health.as_ref().map(|given| health::active(&given.0, at)),
    }
}

/// TLS towards servers, if there is any.
pub(super) fn tls(
    written: Option<&Either<At<bool>, entity::ClientTls>>,
    at: &mut Lowering<'_>,
) -> Option<tls::ClientTls> {
    match written {
        None => None,
        Some(Either::First(wanted)) => wanted.value.then(tls::ClientTls::default),
        Some(Either::Second(tls)) => Some(trust::client_tls(tls, at)),
    }
}

fn nodes(written: &Nodes, port: u16, at: &mut Lowering<'_>) -> Vec<Node> {
    let mut nodes = Vec::new();
    match &written.value {
        Either::First(weighted) => {
            for (name, weight) in &weighted.0 {
                nodes.extend(node(name, port, weight.value, &name.spot, at));
            }
        }
        Either::Second(list) => {
            for text in list.all() {
                nodes.extend(node(text, port, 1, &text.spot, at));
            }
        }
    }
    if nodes.iter().all(|node| node.weight == 0) && !at.findings.blames(&written.spot.path) {
        let message = "no node takes a request: every answer will be 503";
        at.findings.say(Faith::Exact, &written.spot, message);
    }
    nodes
}

/// `host`, `host:port`, `[v6]:port`.
fn node(text: &str, usual: u16, weight: u32, spot: &Spot, at: &mut Lowering<'_>) -> Option<Node> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, port.parse().ok()),
        _ => (text, Some(usual)),
    };
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host = inner.unwrap_or(host);
    let good = match inner {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-._".contains(c)),
    };
    let Some(port) = port.filter(|_| good) else {
        at.invalid(spot, "this is no node; write host:port, without scheme and path");
        return None;
    };
    Some(Node { host: host.to_owned(), port, weight })
}

fn timeouts(written: Option<&entity::Timeouts>) -> UpstreamTimeouts {
    let usual = UpstreamTimeouts::default();
    let Some(written) = written else { return usual };
    UpstreamTimeouts {
        connect: written.connect.as_ref().map_or(usual.connect, |time| time.0),
        write: written.write.as_ref().map_or(usual.write, |time| time.0),
        read: written.read.as_ref().map_or(usual.read, |time| time.0),
    }
}

pub(super) fn keepalive(written: Option<&entity::Keepalive>, usual: Keepalive) -> Keepalive {
    let Some(written) = written else { return usual };
    Keepalive {
        idle: written.idle.as_ref().map_or(usual.idle, |idle| idle.value),
        time: written.time.as_ref().map_or(usual.time, |time| time.0),
    }
}

fn marks(written: &entity::ForwardMarks) -> ForwardMarks {
    let flag = |flag: &Option<At<bool>>| flag.as_ref().is_some_and(|flag| flag.value);
    let said = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
    ForwardMarks {
        path: flag(&written.path),
        prefix: flag(&written.prefix),
        real_ip: flag(&written.real_ip),
        request_id: said(&written.request_id),
        via: said(&written.via),
        any_addresses: flag(&written.any_addresses),
    }
}

fn host_header(written: &Either<Text, entity::FixedHost>) -> HostHeader {
    match written {
        Either::First(text) => match text.as_str() {
            "node" => HostHeader::Node,
            "client" => HostHeader::Client,
            name => HostHeader::Fixed(name.to_owned()),
        },
        Either::Second(host) => HostHeader::Fixed(host.fixed.value.clone()),
    }
}
