//! Http upstreams.

use super::{Pen, key, listener, some, text, unless};
use crate::decode::{At, Either, Given, Lasting, OneOrMany, Pairs, Text};
use crate::entity::upstream::{self as entity, ClientTls, Nodes, PathRule, PathWord, RouteUpstream};
use crate::names;
use model::endpoint::{
    HostHeader, HttpEndpoint, Keepalive, Node, PassiveHealth, PathRewrite, Upstream, UpstreamTimeouts,
};
use model::tls;

/// An upstream as a route uses it: in place, where nobody else uses it and it bears the route's name.
pub(super) fn used<'g>(http: &'g HttpEndpoint, route: &str, pen: &mut Pen<'g>) -> Either<Text, At<RouteUpstream>> {
    let path = match &http.path {
        PathRewrite::Keep => None,
        PathRewrite::StripMatched { prefix } if prefix == "/" => Some(Either::First(At::new(PathWord::Strip))),
        PathRewrite::StripMatched { prefix } => Some(rule(PathRule { strip: Some(text(prefix)), prefix: None })),
        PathRewrite::Prepend { prefix } => Some(rule(PathRule { strip: None, prefix: Some(text(prefix)) })),
    };
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
        let one = upstream(one);
        return Either::Second(At::new(RouteUpstream {
            named: None,
            path,
            host,
            nodes: Some(one.nodes),
            tls: one.tls,
            http2: one.http2,
            balance: one.balance,
            retries: one.retries,
            timeouts: one.timeouts,
            keepalive: one.keepalive,
            passive_health: one.passive_health,
        }));
    }
    let name = text(names::name("upstream", http.upstream.as_str()));
    if path.is_none() && host.is_none() {
        return Either::First(name);
    }
    Either::Second(At::new(RouteUpstream { named: Some(name), path, host, ..RouteUpstream::default() }))
}

fn rule(rule: PathRule) -> Either<At<PathWord>, At<PathRule>> {
    Either::Second(At::new(rule))
}

pub(super) fn upstream(one: &Upstream) -> entity::Upstream {
    entity::Upstream {
        nodes: nodes(&one.nodes),
        tls: one.tls.as_ref().map(|tls| {
            if *tls == tls::ClientTls::default() {
                Either::First(At::new(true))
            } else {
                Either::Second(client_tls(tls))
            }
        }),
        http2: unless(one.http2, &false),
        balance: match one.balance {
            model::endpoint::Balance::RoundRobin => None,
        },
        retries: unless(one.retries, &1),
        timeouts: timeouts(one.timeouts),
        keepalive: keepalive(one.keepalive),
        passive_health: one.passive_health.map(|health| Given(passive_health(health))),
    }
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

pub(super) fn client_tls(tls: &tls::ClientTls) -> ClientTls {
    let authorities: Vec<_> = tls.authorities.iter().map(|pem| listener::pem(pem)).collect();
    ClientTls {
        verify: unless(tls.verify, &true),
        authorities: some(authorities).map(Into::into),
        server_name: tls.server_name.as_ref().map(|name| text(name)),
    }
}

fn timeouts(one: UpstreamTimeouts) -> Option<entity::Timeouts> {
    let usual = UpstreamTimeouts::default();
    (one != usual).then(|| entity::Timeouts {
        connect: unless(Lasting(one.connect), &Lasting(usual.connect)),
        write: unless(Lasting(one.write), &Lasting(usual.write)),
        read: unless(Lasting(one.read), &Lasting(usual.read)),
    })
}

fn keepalive(one: Keepalive) -> Option<entity::Keepalive> {
    let usual = Keepalive::default();
    (one != usual).then(|| entity::Keepalive {
        idle: unless(one.idle, &usual.idle),
        time: unless(Lasting(one.time), &Lasting(usual.time)),
    })
}

fn passive_health(one: PassiveHealth) -> entity::PassiveHealth {
    entity::PassiveHealth {
        failures: unless(one.failures, &3),
        count_5xx: unless(one.count_5xx, &false),
        pause: unless(Lasting(one.pause), &Lasting(std::time::Duration::from_secs(10))),
    }
}
