//! Http upstreams.

mod health;

pub(crate) use health::ranges as statuses;

use super::{Pen, forward, key, text, trust, unless, word_unless};
use crate::decode::{At, Either, Given, Lasting, OneOrMany, Pairs, Text};
use crate::entity::upstream::{self as entity, HashWord, Hashing, Nodes, PathWord, RouteUpstream};
use crate::names;
use model::endpoint::{
    Balance, HashKey, HostHeader, HttpEndpoint, Keepalive, Node, PathRewrite, PathRule, Seam, Upstream,
    UpstreamTimeouts,
};
use model::forward::Forward;
use model::quirk::ForwardMarks;
use model::tls;

/// An upstream as a route uses it: in place, where nobody else uses it and it bears the route's name.
pub(super) fn used<'g>(http: &'g HttpEndpoint, route: &str, pen: &mut Pen<'g>) -> Either<Text, At<RouteUpstream>> {
    let path = (http.path != PathRule::KEEP).then(|| path_rule(&http.path));
    let marks = (http.marks != ForwardMarks::default()).then(|| Given(marks(&http.marks)));
    let websocket = unless(http.websocket, &true);
    let host = match &http.host {
        HostHeader::Node => None,
        HostHeader::Client => Some(Either::First(text("client"))),
        HostHeader::Fixed(name) if matches!(name.as_str(), "node" | "client") => {
            Some(Either::Second(entity::FixedHost { fixed: text(name) }))
        }
        HostHeader::Fixed(name) => Some(Either::First(text(name))),
    };
    let own = http.upstream.as_str() == names::id("upstream", route) && pen.uses.get(&http.upstream) == Some(&1);
    if let Some(one) = pen.upstreams.get(&http.upstream).filter(|_| own) {
        pen.inlined.push(&http.upstream);
        let one = upstream(one, pen);
        return Either::Second(At::new(RouteUpstream {
            named: None,
            path,
            host,
            marks,
            websocket,
            nodes: Some(one.nodes),
            reserves: one.reserves,
            never_empty: one.never_empty,
            tls: one.tls,
            http2: one.http2,
            forward: one.forward,
            balance: one.balance,
            retries: one.retries,
            timeouts: one.timeouts,
            keepalive: one.keepalive,
            passive_health: one.passive_health,
            active_health: one.active_health,
        }));
    }
    let name = text(names::name("upstream", http.upstream.as_str()));
    if path.is_none() && host.is_none() && marks.is_none() && websocket.is_none() {
        return Either::First(name);
    }
    Either::Second(At::new(RouteUpstream {
        named: Some(name),
        path,
        host,
        marks,
        websocket,
        ..RouteUpstream::default()
    }))
}

pub(super) fn path_rule(rule: &PathRule) -> Either<At<PathWord>, At<entity::PathRule>> {
    if *rule == PathRule::KEEP {
        return Either::First(At::new(PathWord::Keep));
    }
    let usual = rule.seam == Seam::Slash && !rule.normalized;
    let mut written = entity::PathRule {
        seam: word_unless(rule.seam, &Seam::Slash),
        normalized: unless(rule.normalized, &false),
        ..entity::PathRule::default()
    };
    match &rule.rewrite {
        PathRewrite::Keep => {}
        PathRewrite::StripMatched { prefix } if prefix == "/" && usual => {
            return Either::First(At::new(PathWord::Strip));
        }
        PathRewrite::StripMatched { prefix } => written.strip = Some(text(prefix)),
        PathRewrite::Prepend { prefix } => written.prefix = Some(text(prefix)),
    }
    Either::Second(At::new(written))
}

fn marks(one: &ForwardMarks) -> entity::ForwardMarks {
    entity::ForwardMarks {
        path: unless(one.path, &false),
        prefix: unless(one.prefix, &false),
        real_ip: unless(one.real_ip, &false),
        request_id: one.request_id.as_deref().map(text),
        via: one.via.as_deref().map(text),
        any_addresses: unless(one.any_addresses, &false),
    }
}

pub(super) fn upstream(one: &Upstream, pen: &mut Pen<'_>) -> entity::Upstream {
    entity::Upstream {
        nodes: nodes(&one.nodes),
        reserves: (!one.reserves.is_empty()).then(|| one.reserves.iter().map(|group| nodes(group)).collect()),
        never_empty: unless(one.never_empty, &false),
        tls: one.tls.as_ref().map(|one| tls(one, pen)),
        http2: unless(one.http2, &false),
        forward: (one.forward != Forward::Direct).then(|| forward::forward(&one.forward, pen)),
        balance: balance(&one.balance),
        retries: unless(one.retries, &1),
        timeouts: timeouts(one.timeouts),
        keepalive: keepalive(one.keepalive, Keepalive::default()),
        passive_health: one.passive_health.as_ref().map(|one| Given(health::passive(one))),
        active_health: one.active_health.as_ref().map(|one| Given(health::active(one, pen))),
    }
}

/// TLS towards servers.
pub(super) fn tls(one: &tls::ClientTls, pen: &mut Pen<'_>) -> Either<At<bool>, entity::ClientTls> {
    if *one == tls::ClientTls::default() {
        Either::First(At::new(true))
    } else {
        Either::Second(trust::client_tls(one, pen))
    }
}

fn balance(one: &Balance) -> Option<Either<At<entity::Balance>, Hashing>> {
    match one {
        Balance::RoundRobin => None,
        Balance::LeastConnections => Some(Either::First(At::new(entity::Balance::LeastConnections))),
        Balance::Latency => Some(Either::First(At::new(entity::Balance::Latency))),
        Balance::Hash(keys) => {
            Some(Either::Second(Hashing { hash: keys.iter().map(hash_key).collect::<Vec<_>>().into() }))
        }
    }
}

fn hash_key(one: &HashKey) -> Either<At<HashWord>, At<entity::HashKey>> {
    let word = |word| Either::First(At::new(word));
    let mut written = entity::HashKey::default();
    match one {
        HashKey::Address => return word(HashWord::Address),
        HashKey::Consumer => return word(HashWord::Consumer),
        HashKey::Path => return word(HashWord::Path),
        HashKey::Target => return word(HashWord::Target),
        HashKey::QueryString => return word(HashWord::QueryString),
        HashKey::Host => return word(HashWord::Host),
        HashKey::Header(name) => written.header = Some(text(name)),
        HashKey::Query(name) => written.query = Some(text(name)),
        HashKey::Param(name) => written.param = Some(text(name)),
        HashKey::Cookie { name, set } => {
            written.cookie = Some(text(name));
            written.set_for = set.as_deref().map(text);
        }
    }
    Either::Second(At::new(written))
}

fn nodes(all: &[Node]) -> Nodes {
    let name = |node: &Node| {
        if node.host.contains(':') {
            format!("[{}]:{}", node.host, node.port)
        } else {
            format!("{}:{}", node.host, node.port)
        }
    };
    At::new(if all.iter().all(|node| node.weight == 1) {
        Either::Second(OneOrMany::from(all.iter().map(|node| text(&name(node))).collect::<Vec<_>>()))
    } else {
        Either::First(Pairs(all.iter().map(|node| (key(&name(node)), At::new(node.weight))).collect()))
    })
}

fn timeouts(one: UpstreamTimeouts) -> Option<entity::Timeouts> {
    let usual = UpstreamTimeouts::default();
    (one != usual).then(|| entity::Timeouts {
        connect: unless(Lasting(one.connect), &Lasting(usual.connect)),
        write: unless(Lasting(one.write), &Lasting(usual.write)),
        read: unless(Lasting(one.read), &Lasting(usual.read)),
    })
}

pub(super) fn keepalive(one: Keepalive, usual: Keepalive) -> Option<entity::Keepalive> {
    (one != usual).then(|| entity::Keepalive {
        idle: unless(one.idle, &usual.idle),
        time: unless(Lasting(one.time), &Lasting(usual.time)),
    })
}
